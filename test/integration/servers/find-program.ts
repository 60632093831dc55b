import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian keeps servers that an ordinary user's PATH does not name. */
const USUAL_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/usr/local/bin', '/usr/bin'];
const POSTGRES_VERSIONS = '/usr/lib/postgresql';

/** The first folder that holds all of these programs; undefined when there is none. */
export function findPrograms(...names: string[]): string | undefined {
  const onPath = (process.env['PATH'] ?? '').split(delimiter);
  return [...onPath, ...USUAL_FOLDERS, ...postgresFolders()].find((folder) =>
    names.every((name) => isExecutable(join(folder, name))),
  );
}

/** Newest version first. */
function postgresFolders(): string[] {
  try {
    const versions = readdirSync(POSTGRES_VERSIONS).toSorted((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(POSTGRES_VERSIONS, version, 'bin'));
  } catch {
    return []; // Debian's packages are not installed
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
