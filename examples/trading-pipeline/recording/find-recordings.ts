import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { UserError } from '../user-error.js';

import { RECORDING_ENDING, replayableVenue } from './open-recording.js';
import type { Venue } from './recording.js';

/** A file that can be replayed. */
export interface RecordingFile {
  /** Name to pass to {@link resolveRecording}: path within the folder, without ending. */
  readonly name: string;
  readonly path: string;
  readonly venue: Venue;
}

/**
 * Lists the recordings in a folder and its direct subfolders, by name.
 *
 * Only those with an order-book stream of a venue that can be replayed. Reads the first lines of each file.
 * @throws UserError when the folder cannot be read.
 */
export async function findRecordings(folder: string): Promise<readonly RecordingFile[]> {
  const found: RecordingFile[] = [];
  for (const path of await listFiles(folder)) {
    const name = path.replace(RECORDING_ENDING, '');
    const isDouble = found.some((file) => file.name === name);
    const venue = isDouble ? undefined : await replayableVenue(join(folder, path));
    if (venue !== undefined) found.push({ name, path: join(folder, path), venue });
  }
  return found;
}

/**
 * Finds the file of a recording: a name within `dataFolder` as {@link findRecordings} lists it, with or without
 * subfolder and ending, or a path to a file.
 *
 * @param dataFolder Folder of the recordings, if there is one.
 * @throws UserError when there is none; it names those that there are.
 */
export async function resolveRecording(dataFolder: string | undefined, name: string): Promise<string> {
  const inner = dataFolder === undefined ? [] : ['', ...(await listFolders(dataFolder))];
  const folders = inner.map((folder) => join(dataFolder ?? '', folder));
  for (const candidate of [...folders.map((folder) => join(folder, name)), name]) {
    const path = ['', '.gz', '.ndjson.gz', '.ndjson'].map((ending) => candidate + ending).find(isFile);
    if (path !== undefined) return path;
  }
  throw new UserError(`there is no recording "${name}"${await describeOthers(dataFolder)}`);
}

async function describeOthers(dataFolder: string | undefined): Promise<string> {
  if (dataFolder === undefined) return ' and no data folder; name one with --data';
  const others = (await findRecordings(dataFolder)).map((file) => file.name);
  return others.length === 0 ? ` in ${dataFolder}, nor any other` : ` in ${dataFolder}; it has ${others.join(', ')}`;
}

/** Recordings by their endings, as paths within the folder. */
async function listFiles(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const inner of ['', ...(await listFolders(folder))]) {
    for (const name of await readdir(join(folder, inner))) paths.push(join(inner, name));
  }
  return paths
    .filter((path) => RECORDING_ENDING.test(path) && !/\.rest\.ndjson(\.gz)?$/.test(path))
    .filter((path) => isFile(join(folder, path)))
    .toSorted();
}

async function listFolders(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    throw new UserError(`cannot read the data folder ${folder}`, { cause: error });
  }
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
