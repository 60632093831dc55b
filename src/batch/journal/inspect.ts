import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isLocked } from './directory-lock.js';
import { readOwnFile, segmentNames } from './journal-files.js';
import { readLedger, type SettledRows } from './ledger.js';
import { decodeSegment } from './segment-format.js';

/** One file of a journal. */
export interface SegmentReport {
  /** Name in the directory. */
  readonly file: string;
  /** Length in bytes. */
  readonly bytes: number;
  /** Run of a writer that wrote it, and its place there; undefined when the header is not readable. */
  readonly run: number | undefined;
  /** Epoch time in milliseconds at which it was made. */
  readonly createdAt: number | undefined;
  /** Whole records. */
  readonly rows: number;
  /** Rows that the ledger does not say the sink has. */
  readonly waiting: number;
  /** Places at which records are damaged. */
  readonly corrupt: number;
  /** Bytes of a torn tail, or of a write under way. */
  readonly torn: number;
  /** Why it cannot be read at all. */
  readonly problem: string | undefined;
}

/** What a journal holds. */
export interface JournalReport {
  /** Where it is. */
  readonly directory: string;
  /** Whether a writer has it now. */
  readonly isInUse: boolean;
  /** Its files, oldest first. */
  readonly segments: readonly SegmentReport[];
  /** Damaged entries of the ledger. */
  readonly corruptLedgerEntries: number;
  /** Why the ledger cannot be read at all. */
  readonly ledgerProblem: string | undefined;
}

/** Reads and checks a journal without changing it, also while a writer has it. Rejects when there is no directory. */
export async function inspectJournal(directory: string): Promise<JournalReport> {
  await stat(directory);
  const isInUse = await isLocked(directory);
  // Before the rows: those that are settled meanwhile still count as waiting.
  const ledger = await readLedger(directory).catch((error: Error) => error.message);
  const settled: SettledRows = typeof ledger === 'string' ? new Map() : ledger.settled;
  const segments: SegmentReport[] = [];
  for (const name of await segmentNames(directory)) {
    const report = await inspectSegment(directory, name, settled);
    if (report !== undefined) segments.push(report);
  }
  return {
    directory,
    isInUse,
    segments,
    corruptLedgerEntries: typeof ledger === 'string' ? 0 : ledger.corrupt,
    ledgerProblem: typeof ledger === 'string' ? ledger : undefined,
  };
}

/** Undefined for a file that its writer has removed meanwhile. */
async function inspectSegment(
  directory: string,
  file: string,
  settled: SettledRows,
): Promise<SegmentReport | undefined> {
  const empty = { file, bytes: 0, run: undefined, createdAt: undefined, rows: 0, waiting: 0, corrupt: 0, torn: 0 };
  try {
    const bytes = await readOwnFile(join(directory, file));
    empty.bytes = bytes.length;
    const contents = decodeSegment(bytes, file);
    if (contents === undefined) return { ...empty, torn: bytes.length, problem: undefined };
    const { header, records, corrupt, length } = contents;
    const done = settled.get(header.run);
    const waiting = records.filter(({ sequence }) => done?.has(sequence) !== true).length;
    const { run, createdAt } = header;
    const torn = bytes.length - length;
    return { ...empty, run, createdAt, rows: records.length, waiting, corrupt, torn, problem: undefined };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    return { ...empty, problem: error instanceof Error ? error.message : String(error) };
  }
}
