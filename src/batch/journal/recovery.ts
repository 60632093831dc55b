import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { CorruptDataError } from '../../core/errors.js';
import { readLedger, type SettledRows } from './ledger.js';
import { readOwnFile, runOf, segmentNames } from './journal-files.js';
import { decodeSegment, type SegmentContents } from './segment-format.js';

/** The highest number that the format has room for. */
const LAST_RUN = 2 ** 32 - 1;

/** A file that an earlier run has left. */
export interface OldSegment {
  readonly path: string;
  readonly run: number;
  /** Rows that the sink does not have. */
  live: number;
  /** Length of the file. */
  readonly bytes: number;
  /** Sequence number of its first row that is not settled. */
  readonly first: number;
}

/** A row that an earlier run has left. */
export interface OldRow {
  /** Identity under which it was sent, if it was. */
  readonly id: string;
  readonly sequence: number;
  readonly segment: OldSegment;
  /** The row as it was encoded. */
  readonly payload: Buffer;
}

/** What earlier runs have left in a directory. */
export interface Recovered {
  /** Rows that the sink may not have, in their order. */
  readonly rows: readonly OldRow[];
  /** Number of the latest run. */
  readonly lastRun: number;
  readonly settled: SettledRows;
  /** Places in files at which rows are damaged. */
  readonly corrupt: number;
  /** Bytes of torn tails that were cut off. */
  readonly torn: number;
}

/**
 * Reads a directory and tidies it up: torn tails are cut, and files without a row that matters removed.
 *
 * Files are read one after the other, and of each only the rows that matter are kept.
 * @throws CorruptDataError for files of another format version, for what is no regular file, or when no number is left for another run.
 */
export async function recover(directory: string): Promise<Recovered> {
  const ledger = await readLedger(directory);
  const names = await segmentNames(directory);
  const lastRun = Math.max(0, ...names.map(runOf), ...ledger.settled.keys());
  if (lastRun >= LAST_RUN) {
    throw new CorruptDataError(
      `${directory} has a file of run ${lastRun}, and runs are counted up to ${LAST_RUN}: move the files of this name away`,
    );
  }
  const rows: OldRow[] = [];
  let { corrupt } = ledger;
  let torn = 0;
  for (const name of names) {
    const path = join(directory, name);
    const bytes = await readOwnFile(path);
    const contents = decodeSegment(bytes, path);
    const found = contents === undefined ? [] : rowsOf(path, contents, ledger.settled, rows);
    rows.push(...found);
    corrupt += contents?.corrupt ?? 0;
    torn += bytes.length - (contents?.length ?? 0);
    if (found.length === 0) await rm(path, { force: true });
    else if (contents !== undefined && contents.length < bytes.length) await truncate(path, contents.length);
  }
  return { rows, lastRun, settled: ledger.settled, corrupt, torn };
}

/** The rows of a segment that are not settled, and not in an earlier file already. */
function rowsOf(path: string, contents: SegmentContents, settled: SettledRows, known: readonly OldRow[]): OldRow[] {
  const { header, records, length } = contents;
  const done = settled.get(header.run);
  const previous = known.at(-1);
  const fresh = records.filter(({ sequence }, index) => {
    // A group whose writing failed half-way is in two files; within one, numbers rise.
    const isNew = sequence > (records[index - 1]?.sequence ?? 0);
    const isRepeated = previous?.segment.run === header.run && sequence <= previous.sequence;
    return isNew && !isRepeated && done?.has(sequence) !== true;
  });
  const segment: OldSegment = {
    path,
    run: header.run,
    live: fresh.length,
    bytes: length,
    first: fresh[0]?.sequence ?? 0,
  };
  // A copy: else one row would keep the whole file in memory.
  return fresh.map(({ sequence, payload }) => {
    return { id: `${header.name}-${sequence}`, sequence, segment, payload: Buffer.from(payload) };
  });
}
