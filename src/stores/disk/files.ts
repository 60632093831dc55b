import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DiskStoreSettings } from './disk-store-options.js';

/** Only the user of the process reads what is stored. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Whether an error says that a file or folder is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Whether an error says that a file or folder is there already. */
export function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

/** What a promise resolves to; undefined when it rejects because something is not there. */
export async function unlessMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A file's bytes; undefined when it is not there. */
export function readIfThere(path: string): Promise<Buffer | undefined> {
  return unlessMissing(readFile(path));
}

/** Names in a folder; none when it is not there. */
export async function namesIn(path: string): Promise<string[]> {
  return (await unlessMissing(readdir(path))) ?? [];
}

/** Makes a folder and those above it. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: FOLDER_MODE });
}

/** Changes files such that each change is there whole or not at all, and stays as the durability promises. */
export class Files {
  readonly #temporary: string;
  readonly #isDurable: boolean;

  constructor(temporary: string, durability: DiskStoreSettings['durability']) {
    this.#temporary = temporary;
    this.#isDurable = durability === 'power';
  }

  /** Writes a new temporary file. @returns its path. */
  async writeTemporary(bytes: Uint8Array): Promise<string> {
    const path = this.newPath();
    const file = await this.#create(path);
    try {
      await file.writeFile(bytes);
      if (this.#isDurable) await file.sync();
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
    await file.close();
    return path;
  }

  async #create(path: string): Promise<FileHandle> {
    try {
      return await open(path, 'wx', FILE_MODE);
    } catch (error) {
      if (!isMissing(error)) throw error;
      await makeFolder(this.#temporary); // somebody has removed it
      return open(path, 'wx', FILE_MODE);
    }
  }

  /** A path for a temporary file or folder that nobody else has. */
  newPath(): string {
    return join(this.#temporary, randomUUID());
  }

  /** Moves a temporary file to its place. @returns false, with the file removed, when its folder is gone. */
  async place(temporary: string, path: string): Promise<boolean> {
    try {
      await rename(temporary, path);
      await this.settle(dirname(path));
      return true;
    } catch (error) {
      await rm(temporary, { force: true });
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** Moves a file or folder out of the way, at once as a whole. @returns where it is; undefined when it was gone. */
  async takeAway(path: string): Promise<string | undefined> {
    const away = this.newPath();
    try {
      await rename(path, away);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    await this.settle(dirname(path));
    return away;
  }

  /** Removes a file. */
  async remove(path: string): Promise<void> {
    await rm(path, { force: true });
    await this.settle(dirname(path));
  }

  /** Waits until the names in a folder are on the disk. */
  async settle(folder: string): Promise<void> {
    // Windows opens no folders, and keeps names by itself.
    if (!this.#isDurable || process.platform === 'win32') return;
    const handle = await unlessMissing(open(folder, 'r'));
    try {
      await handle?.sync();
    } finally {
      await handle?.close();
    }
  }
}

/** Milliseconds of wall time since a file was last written; undefined when it is gone. */
export async function ageOf(path: string, now: number): Promise<number | undefined> {
  const found = await unlessMissing(stat(path));
  return found === undefined ? undefined : now - found.mtimeMs;
}
