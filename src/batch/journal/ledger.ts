import { writeSync } from 'node:fs';
import { type FileHandle, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { CorruptDataError } from '../../core/errors.js';
import { crc32 } from './crc32.js';
import { LEDGER, openDraft, readOwnFile, syncFolder, writeAll } from './journal-files.js';
import { SequenceSet } from './sequence-set.js';

/*
 * The ledger: which rows the sink has, or nobody needs any more. 'TWLEDGER', version (u16), 6 bytes 0, then entries of
 * 24 bytes: CRC-32 of the rest (u32), run (u32), first and last sequence number of a range (f64 each), little-endian.
 *
 * A lost or damaged entry costs a second sending, never a row. It is not waited for on the disk for the same reason.
 */
const MAGIC = 'TWLEDGER';
const VERSION = 1;
const HEADER = 16;
const ENTRY = 24;
/** Length from which on the file is written anew, with merged ranges. */
const REWRITE_FROM = 1_048_576;

/** Rows that are settled, by run. */
export type SettledRows = Map<number, SequenceSet>;

/** What a ledger file says. */
export interface LedgerContents {
  readonly settled: SettledRows;
  /** Entries whose checksum is wrong. */
  readonly corrupt: number;
}

/** Reads the ledger of a directory; an empty one where there is none. @throws CorruptDataError for another version, or no regular file. */
export async function readLedger(directory: string): Promise<LedgerContents> {
  const path = join(directory, LEDGER);
  const bytes = await readOwnFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const settled: SettledRows = new Map();
  if (bytes === undefined || bytes.length < HEADER) return { settled, corrupt: 0 };
  if (bytes.toString('latin1', 0, 8) !== MAGIC) return { settled, corrupt: 1 };
  const version = bytes.readUInt16LE(8);
  if (version !== VERSION) {
    throw new CorruptDataError(`${path} has format version ${version}, this release reads ${VERSION}`);
  }
  let corrupt = 0;
  for (let at = HEADER; at + ENTRY <= bytes.length; at += ENTRY) {
    if (bytes.readUInt32LE(at) !== crc32(bytes, at + 4, at + ENTRY, 0)) corrupt++;
    else addTo(settled, bytes.readUInt32LE(at + 4), bytes.readDoubleLE(at + 8), bytes.readDoubleLE(at + 16));
  }
  return { settled, corrupt };
}

/** Adds a range of a run. */
function addTo(settled: SettledRows, run: number, from: number, to: number): void {
  let rows = settled.get(run);
  if (rows === undefined) settled.set(run, (rows = new SequenceSet()));
  rows.add(from, to);
}

/** The ledger of a running writer. */
export class Ledger {
  readonly #directory: string;
  readonly #settled: SettledRows;
  #pending: SettledRows = new Map();
  #file: FileHandle | undefined;
  #length = 0;

  constructor(directory: string, settled: SettledRows) {
    this.#directory = directory;
    this.#settled = settled;
  }

  /** Whether something is to be written. */
  get isPending(): boolean {
    return this.#pending.size > 0;
  }

  /** Length of the file. */
  get bytes(): number {
    return this.#length;
  }

  /** Notes that nobody needs the rows from one number to another any more. */
  settle(run: number, from: number, to: number): void {
    addTo(this.#pending, run, from, to);
  }

  /** Writes what was noted. What fails is kept for the next call. */
  async write(): Promise<void> {
    const pending = this.#pending;
    this.#pending = new Map();
    for (const [run, rows] of pending) for (const [from, to] of rows.ranges()) addTo(this.#settled, run, from, to);
    try {
      if (this.#file === undefined || this.#length > REWRITE_FROM) return await this.#rewrite();
      const bytes = encodeEntries(pending);
      const position = this.#length;
      // At once: what is written in the last moment of the process goes behind.
      this.#length += bytes.length;
      await writeAll(this.#file, bytes, position);
    } catch (error) {
      await this.close().catch(ignore);
      for (const [run, rows] of pending) for (const [from, to] of rows.ranges()) addTo(this.#pending, run, from, to);
      throw error;
    }
  }

  /** Writes what was noted at once, in the last moment of the process. */
  writeNow(): void {
    if (this.#file !== undefined) writeSync(this.#file.fd, encodeEntries(this.#pending), 0, undefined, this.#length);
  }

  /** Forgets what is known of runs and rows that no file holds any more. */
  prune(firstOf: (run: number) => number | undefined): void {
    for (const [run, rows] of this.#settled) {
      const first = firstOf(run);
      if (first === undefined) this.#settled.delete(run);
      else rows.removeBelow(first);
    }
  }

  /** Closes the file. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** Writes a new file beside the old one and puts it in its place. */
  async #rewrite(): Promise<void> {
    await this.close();
    const path = join(this.#directory, LEDGER);
    const draft = `${path}.new`;
    const header = Buffer.alloc(HEADER);
    header.write(MAGIC, 'latin1');
    header.writeUInt16LE(VERSION, 8);
    const bytes = Buffer.concat([header, encodeEntries(this.#settled)]);
    const file = await openDraft(draft);
    try {
      await writeAll(file, bytes, 0);
      await file.sync();
      await rename(draft, path);
      await syncFolder(this.#directory);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#file = file;
    this.#length = bytes.length;
  }
}

function encodeEntries(settled: SettledRows): Buffer {
  const ranges = [...settled].flatMap(([run, rows]) => rows.ranges().map(([from, to]) => ({ run, from, to })));
  const bytes = Buffer.allocUnsafe(ranges.length * ENTRY);
  for (const [index, { run, from, to }] of ranges.entries()) {
    const at = index * ENTRY;
    bytes.writeUInt32LE(run, at + 4);
    bytes.writeDoubleLE(from, at + 8);
    bytes.writeDoubleLE(to, at + 16);
    bytes.writeUInt32LE(crc32(bytes, at + 4, at + ENTRY, 0), at);
  }
  return bytes;
}

function ignore(): void {
  // The failure that led here is reported; the next call writes the file anew.
}
