import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** A row of a journal, as it was encoded. */
export interface JournalRow {
  readonly id: string;
  readonly payload: Buffer;
}

const SEGMENT_HEADER = 64;
const RECORD_HEADER = 20;
const LEDGER_HEADER = 16;
const LEDGER_ENTRY = 24;
const MARKER = Buffer.from('5cd1774a', 'hex');

/** The rows of a journal that its ledger does not speak of, read as FORMATS.md says. */
export function unsettledRows(directory: string): JournalRow[] {
  const isSettled = readLedger(join(directory, 'ledger'));
  const rows: JournalRow[] = [];
  let newest = { run: 0, sequence: 0 };
  // Names of eight and six digits, as here, are in the order of their numbers.
  for (const name of segmentNames(directory).toSorted()) {
    const bytes = readFileSync(join(directory, name));
    if (bytes.length < SEGMENT_HEADER) continue;
    const run = bytes.readUInt32LE(12);
    const runName = bytes.subarray(16, 26);
    for (const { sequence, payload } of records(bytes, crc32(runName))) {
      if (run === newest.run && sequence <= newest.sequence) continue;
      newest = { run, sequence };
      if (!isSettled(run, sequence)) rows.push({ id: `${runName.toString('hex')}-${sequence}`, payload });
    }
  }
  return rows;
}

/** Names of a directory's segments; none when it is no journal. */
export function segmentNames(directory: string): string[] {
  return readdirSync(directory).filter((name) => name.endsWith('.journal'));
}

function* records(bytes: Buffer, seed: number): Generator<{ sequence: number; payload: Buffer }> {
  for (let at = SEGMENT_HEADER; at !== -1 && at + RECORD_HEADER <= bytes.length;) {
    const end = at + RECORD_HEADER + bytes.readUInt32LE(at + 8);
    const isWhole =
      bytes.indexOf(MARKER, at) === at &&
      end <= bytes.length &&
      bytes.readUInt32LE(at + 4) === crc32(bytes.subarray(at + 8, end), seed);
    if (isWhole)
      yield { sequence: Number(bytes.readBigUInt64LE(at + 12)), payload: bytes.subarray(at + RECORD_HEADER, end) };
    at = isWhole ? end : bytes.indexOf(MARKER, at + 1);
  }
}

function readLedger(path: string): (run: number, sequence: number) => boolean {
  const file = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const bytes = file.toString('latin1', 0, 8) === 'TWLEDGER' ? file : file.subarray(0, 0);
  const ranges: { run: number; first: number; last: number }[] = [];
  for (let at = LEDGER_HEADER; at + LEDGER_ENTRY <= bytes.length; at += LEDGER_ENTRY) {
    if (bytes.readUInt32LE(at) !== crc32(bytes.subarray(at + 4, at + LEDGER_ENTRY))) continue;
    ranges.push({
      run: bytes.readUInt32LE(at + 4),
      first: bytes.readDoubleLE(at + 8),
      last: bytes.readDoubleLE(at + 16),
    });
  }
  return (run, sequence) =>
    ranges.some((range) => range.run === run && range.first <= sequence && sequence <= range.last);
}
