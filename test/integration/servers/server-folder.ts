import { readFileSync } from 'node:fs';
import { chown, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Who runs a server that refuses to run as root. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Makes a temporary folder that belongs to an owner. */
export async function makeFolder(name: string, owner: Owner | undefined): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `tickwise-${name}-`));
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
  return folder;
}

/** The first of these users that this machine has; undefined when this process is not root and needs none. */
export function ordinaryUser(...names: string[]): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of names) {
    const [, , uid, gid] = accounts.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(`this process is root, and there is none of the users ${names.join(', ')} to run a server as`);
}
