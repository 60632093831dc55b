import { basename, dirname, join } from 'node:path';
import { existsSync } from 'node:fs';

import { UserError } from '../user-error.js';

import { readLines } from 'tickwise/feed';
import type { Recording, RestSnapshot, Venue } from './recording.js';
import { RecordingBuilder } from './recording-builder.js';

/** Longest line read, in bytes. The largest frame of the known recordings has 80 kB. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;

/** How the file of a recording ends. */
export const RECORDING_ENDING = /\.ndjson(\.gz)?$/;

/** Lines looked at to tell what a file holds. Every known recording shows its first book within 50. */
const PROBE_LINES = 1_000;

/** Streams that some clients record on connections, and so in files, of their own. */
const COMPANIONS = ['trade', 'ticker'] as const;

/**
 * Reads a recording, gzip or plain, with the REST snapshots from `<name>.rest.ndjson(.gz)` beside it. Beside
 * `<a>-book-<b>`, the files `<a>-trade-<b>` and `<a>-ticker-<b>` are parts of the same recording.
 *
 * Malformed lines are counted and left out.
 * @throws UserError when the file is missing, unreadable, holds nothing usable or comes from an unsupported venue.
 */
export async function openRecording(path: string): Promise<Recording> {
  const name = basename(path).replace(RECORDING_ENDING, '');
  const builder = new RecordingBuilder(name);
  await readInto(path, (line) => builder.add(line));
  for (const companion of companionsOf(path)) {
    const part = new RecordingBuilder(basename(companion));
    await readInto(companion, (line) => part.add(line));
    builder.join(part);
  }
  for (const snapshot of await readSnapshots(path)) builder.addSnapshot(snapshot);
  return builder.finish();
}

/** Tells from the first lines which venue a file is a recording of; undefined when it cannot be replayed. */
export async function replayableVenue(path: string): Promise<Venue | undefined> {
  const builder = new RecordingBuilder(path);
  try {
    for await (const line of readLines(path, MAX_LINE_BYTES)) {
      builder.add(stripped(line));
      if (builder.hasBook) return builder.venue;
      if (line.number >= PROBE_LINES) return undefined;
    }
  } catch {
    // A file that cannot be read is none to list; opening it by name tells why.
  }
  return undefined;
}

function companionsOf(path: string): readonly string[] {
  const [folder, file] = [dirname(path), basename(path)];
  if (!file.includes('-book-')) return [];
  return COMPANIONS.map((stream) => join(folder, file.replace('-book-', `-${stream}-`))).filter(existsSync);
}

async function readSnapshots(path: string): Promise<readonly RestSnapshot[]> {
  const stem = path.replace(RECORDING_ENDING, '');
  const beside = [`${stem}.rest.ndjson.gz`, `${stem}.rest.ndjson`].find((candidate) => existsSync(candidate));
  const snapshots: RestSnapshot[] = [];
  if (beside === undefined || stem === path) return snapshots;
  await readInto(beside, ({ text }) => {
    const snapshot = text === undefined ? undefined : snapshotOf(text);
    if (snapshot !== undefined) snapshots.push(snapshot);
  });
  return snapshots;
}

/** Reads `{ t, url, body }`; undefined when the line is none. A book without its snapshot says so when it is asked for. */
function snapshotOf(line: string): RestSnapshot | undefined {
  const from = line.indexOf('"body":');
  try {
    const { t, url, body }: Readonly<Record<string, unknown>> = JSON.parse(line);
    if (typeof t !== 'number' || typeof url !== 'string' || typeof body !== 'object' || from === -1) return undefined;
    const symbol = new URL(url).searchParams.get('symbol');
    return symbol === null ? undefined : { t, symbol, text: line.slice(from + '"body":'.length, -1) };
  } catch {
    return undefined;
  }
}

interface ReadLine {
  readonly number: number;
  readonly text: string | undefined;
}

async function readInto(path: string, take: (line: ReadLine) => void): Promise<void> {
  try {
    for await (const line of readLines(path, MAX_LINE_BYTES)) take(stripped(line));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Line ends of other systems are no part of a line. */
function stripped({ number, text }: ReadLine): ReadLine {
  return { number, text: text?.trimEnd() };
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES') return 'it may not be read';
  return error instanceof Error ? error.message : String(error);
}
