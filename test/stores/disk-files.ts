import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** All files below a folder, with their sizes; those that vanish meanwhile are left out. */
export async function filesBelow(folder: string): Promise<{ path: string; size: number }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const sizes = await Promise.all(files.map((path) => stat(path).catch(() => undefined)));
  return files.flatMap((path, index) => {
    const size = sizes[index]?.size;
    return size === undefined ? [] : [{ path, size }];
  });
}

/** Bytes that files take up in blocks of 4 096. */
export async function bytesBelow(folder: string): Promise<number> {
  const files = await filesBelow(folder);
  return files.reduce((sum, { size }) => sum + Math.ceil(size / 4_096) * 4_096, 0);
}

/** The newest file of a key; there has to be one. */
export async function fileOf(folder: string, key: string): Promise<string> {
  const name = createHash('sha256').update(key).digest('hex');
  const paths = (await filesBelow(folder)).map(({ path }) => path).filter((path) => path.endsWith(name));
  const newest = paths.toSorted().at(-1);
  if (newest === undefined) throw new Error(`there is no file of ${key}`);
  return newest;
}
