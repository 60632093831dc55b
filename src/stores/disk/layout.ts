import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../core/system-clock.js';
import type { DiskStoreSettings } from './disk-store-options.js';
import { ageOf, type Files, makeFolder, namesIn, readIfThere } from './files.js';
import { decodeRecord } from './record.js';

/** Begins the names of all folders of this format. A later format takes another, and neither touches the other's. */
const FORMAT = 'tickwise-v1-';
/** Those which are worth nothing once the machine was restarted. */
const UNTIL_RESTART = `${FORMAT}process-`;
/** Age at which a temporary file or a lease is nobody's any more, in milliseconds: 1 h. */
const LEFT_OVER = 3_600_000;

/** Where things are. */
export interface Layout {
  /** Holds the generations. */
  readonly root: string;
  /** Files and folders that are written or removed. */
  readonly temporary: string;
  /** Files of leases. */
  readonly leases: string;
  /** How changes are made: 'power' where a restart of the machine cannot be told. */
  readonly durability: DiskStoreSettings['durability'];
}

/** Finds where a store keeps its things. Nothing is made yet. */
export async function findLayout(
  { folder, durability }: Pick<DiskStoreSettings, 'folder' | 'durability'>,
  readBootId: () => Promise<string | undefined> = bootId,
): Promise<Layout> {
  const boot = durability === 'process' ? await readBootId() : undefined;
  const root = join(folder, boot === undefined ? `${FORMAT}power` : `${UNTIL_RESTART}${boot}`);
  return {
    root,
    temporary: join(root, 'temporary'),
    leases: join(root, 'leases'),
    durability: boot === undefined ? 'power' : 'process',
  };
}

/** Makes the folders. */
export async function makeLayout({ temporary, leases }: Layout): Promise<void> {
  await makeFolder(temporary);
  await makeFolder(leases);
}

/** Removes what crashed processes, and those before the machine's restart, have left. */
export async function clean(folder: string, layout: Layout, files: Files): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (!name.startsWith(UNTIL_RESTART) || join(folder, name) === layout.root) continue;
    const away = await files.takeAway(join(folder, name));
    if (away !== undefined) await rm(away, { recursive: true, force: true });
  }
  await removeOld(layout.temporary);
  await removeOld(layout.leases, isOver);
}

/** Ages are those of the machine's clock, whatever clock the store has. */
async function removeOld(folder: string, may = async (_path: string): Promise<boolean> => true): Promise<void> {
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    const age = await ageOf(path, systemClock.wallTime());
    if (age !== undefined && age > LEFT_OVER && (await may(path))) await rm(path, { recursive: true, force: true });
  }
}

async function isOver(path: string): Promise<boolean> {
  const file = await readIfThere(path);
  const record = file && decodeRecord(file);
  return record === undefined || record.expiry <= systemClock.wallTime();
}

/** What Linux makes anew at each start of the machine; undefined elsewhere. */
async function bootId(): Promise<string | undefined> {
  try {
    const id = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    return /^[0-9a-f-]{36}$/.test(id) ? id : undefined;
  } catch {
    return undefined; // not Linux
  }
}
