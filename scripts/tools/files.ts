import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Every file below a folder, sorted by path. A folder that is not there has none. */
export function filesBelow(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('node_modules/'))
    .toSorted();
}

/** When a file changed last, in epoch milliseconds; -Infinity when it is not there. */
export function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
}
