import type { TestProject } from 'vitest/node';
import { ensurePackageRuns } from '../../scripts/tools/library-build.js';
import { packAndInstall } from '../../scripts/tools/packed-package.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** An empty project with the packed package installed, and none of its optional peers. */
    readonly packedFolder: string;
  }
}

/** Provides the packed package once for all test files: the one the check made, or a new one. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const made = process.env['TICKWISE_PACKED'];
  if (made !== undefined) {
    project.provide('packedFolder', made);
    return undefined;
  }
  await ensurePackageRuns();
  const { folder, close } = await packAndInstall();
  project.provide('packedFolder', folder);
  return close;
}
