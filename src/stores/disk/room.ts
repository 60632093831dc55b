import type { FailureReporter } from '../../core/failures.js';
import type { DiskErrorContext, DiskStoreSettings } from './disk-store-options.js';
import { Files } from './files.js';
import { Generations } from './generations.js';
import { clean, findLayout, makeLayout } from './layout.js';
import { Leases } from './leases.js';

/** The parts of a store whose folders are there. */
export interface Room {
  /** Where values are. */
  readonly generations: Generations;
  /** Where leases are. */
  readonly leases: Leases;
  /** Resolves once what others have left is removed. */
  readonly cleaning: Promise<void>;
}

/** Makes the folders and begins to remove what others have left. */
export async function openRoom(
  settings: DiskStoreSettings,
  reporter: FailureReporter<DiskErrorContext>,
): Promise<Room> {
  const layout = await findLayout(settings);
  await makeLayout(layout);
  const files = new Files(layout.temporary, layout.durability);
  return {
    generations: new Generations(layout.root, files, settings),
    leases: new Leases(layout.leases, files, settings.ioClock),
    cleaning: clean(settings.folder, layout, files).catch((error: unknown) => {
      reporter.report(error, { during: 'clean' });
    }),
  };
}
