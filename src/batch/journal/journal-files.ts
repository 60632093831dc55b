import { type FileHandle, lstat, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { CorruptDataError } from '../../core/errors.js';

/** Only the user of the process reads the rows. */
const FOLDER_MODE = 0o700;
/** As for the folder. */
export const FILE_MODE = 0o600;

/** Name of the file of acknowledgements. */
export const LEDGER = 'ledger';

/** Name of a file of rows that is being written anew. */
export const COPY = 'copy.new';

const SEGMENT = /^(\d{8,})-(\d{6,})\.journal$/;

/** Name of a segment. */
export function segmentName(run: number, index: number): string {
  return `${String(run).padStart(8, '0')}-${String(index).padStart(6, '0')}.journal`;
}

/** Names of the segments in a folder, oldest first. */
export async function segmentNames(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => SEGMENT.test(name));
  const order = (name: string): number[] => (SEGMENT.exec(name) ?? []).slice(1).map(Number);
  return names.toSorted((a, b) => {
    const [runA = 0, indexA = 0] = order(a);
    const [runB = 0, indexB = 0] = order(b);
    return runA - runB || indexA - indexB;
  });
}

/** The run that a segment's name speaks of. */
export function runOf(name: string): number {
  return Number(SEGMENT.exec(name)?.[1] ?? 0);
}

/** Makes a folder and those above it. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: FOLDER_MODE });
}

/**
 * Reads a file of a journal.
 *
 * A pipe in its place would be waited for without end, and what a link leads to is not ours to cut.
 * @throws CorruptDataError when it is no regular file.
 */
export async function readOwnFile(path: string): Promise<Buffer> {
  const found = await lstat(path);
  if (!found.isFile()) throw new CorruptDataError(`${path} is no regular file: move it away`);
  return readFile(path);
}

/** Begins a new file in the place of whatever has its name; nothing is written through a link or into a pipe. */
export async function openDraft(path: string): Promise<FileHandle> {
  await rm(path, { force: true });
  return open(path, 'wx', FILE_MODE);
}

/** Writes all bytes at a position, however many calls it takes. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Waits until what was written to a file is on the disk. */
export async function syncData(file: FileHandle): Promise<void> {
  await file.datasync();
}

/** Waits until the names in a folder are on the disk. */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders, and keeps names by itself.
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
