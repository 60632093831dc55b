/*
 * A segment: one file of rows, written front to back by one run of a writer. All numbers are little-endian.
 *
 *   header, 64 bytes: 'TWJOURNL', version (u16), header length (u16), run (u32), name of the run (10 bytes),
 *   2 bytes 0, index of the segment in the run (u32), wall time in milliseconds (f64), 20 bytes 0,
 *   CRC-32 of the 60 bytes before (u32).
 *   then records: marker (u32), CRC-32 (u32), payload length (u32), sequence number (u32 low, u32 high), payload.
 *
 * A record's checksum covers all behind it and goes on from that of the run's name: bytes of another run's record,
 * say inside a row, are no record here. Sequence numbers rise within a run, with gaps for rows that the sink had
 * before they were written.
 *
 * Behind damage the reader looks for the next record whose checksum is right. If there is none, what follows the
 * last whole record is a tail that was torn off in a crash.
 */
import { CorruptDataError } from '../../core/errors.js';
import { crc32 } from './crc32.js';

/** Bytes before the first record. */
export const SEGMENT_HEADER = 64;
/** Bytes of a record before its payload. */
export const RECORD_HEADER = 20;

const MAGIC = 'TWJOURNL';
const VERSION = 1;
const MARKER = 0x4a_77_d1_5c;
const MARKER_BYTES = Buffer.of(0x5c, 0xd1, 0x77, 0x4a);
const HIGH = 2 ** 32;

/** Which run a segment belongs to, and its place there. */
export interface SegmentHeader {
  /** Runs of writers on this directory, counted from 1. */
  readonly run: number;
  /** Name of the run, 20 hexadecimal digits: the beginning of its rows' identities. */
  readonly name: string;
  /** Place of the segment in the run, from 1. */
  readonly index: number;
  /** Epoch time in milliseconds at which it was made. */
  readonly createdAt: number;
}

/** A whole record. */
export interface SegmentRecord {
  /** Sequence number in the run. */
  readonly sequence: number;
  /** The row as it was encoded. */
  readonly payload: Buffer;
}

/** What a segment holds. */
export interface SegmentContents {
  readonly header: SegmentHeader;
  /** Whole records, in their order. */
  readonly records: readonly SegmentRecord[];
  /** Places where records are damaged, with whole records or the end of the file behind each. */
  readonly corrupt: number;
  /** Length up to which the file makes sense; less than its size when its tail is torn. */
  readonly length: number;
}

/** Checksum that those of a run's records go on from. */
export function seedOf(name: string): number {
  const bytes = Buffer.from(name, 'hex');
  return crc32(bytes, 0, bytes.length, 0);
}

/** The first bytes of a segment. */
export function encodeHeader({ run, name, index, createdAt }: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER);
  bytes.write(MAGIC, 'latin1');
  bytes.writeUInt16LE(VERSION, 8);
  bytes.writeUInt16LE(SEGMENT_HEADER, 10);
  bytes.writeUInt32LE(run, 12);
  bytes.write(name, 16, 'hex');
  bytes.writeUInt32LE(index, 28);
  bytes.writeDoubleLE(createdAt, 32);
  bytes.writeUInt32LE(crc32(bytes, 0, 60, 0), 60);
  return bytes;
}

/**
 * Reads the first bytes of a segment.
 * @returns undefined when they are torn: the segment has no records.
 * @throws CorruptDataError when they are of another version, or damaged, or no segment at all.
 */
function decodeHeader(bytes: Buffer, path: string): SegmentHeader | undefined {
  if (bytes.length < SEGMENT_HEADER) return undefined;
  if (bytes.toString('latin1', 0, 8) !== MAGIC) throw new CorruptDataError(`${path} is no journal segment`);
  const version = bytes.readUInt16LE(8);
  if (bytes.readUInt32LE(60) !== crc32(bytes, 0, 60, 0)) {
    throw new CorruptDataError(`${path} has a damaged header; its records cannot be told from those of other runs`);
  }
  if (version !== VERSION) {
    throw new CorruptDataError(
      `${path} has format version ${version}, this release reads ${VERSION}: start the release that wrote it, and let it empty the journal`,
    );
  }
  return {
    run: bytes.readUInt32LE(12),
    name: bytes.toString('hex', 16, 26),
    index: bytes.readUInt32LE(28),
    createdAt: bytes.readDoubleLE(32),
  };
}

// Hot path: once per row.
/** Writes the header of a record whose payload of `length` bytes follows it already. */
export function sealRecord(bytes: Buffer, at: number, length: number, sequence: number, seed: number): void {
  writeUint32(bytes, at, MARKER);
  writeUint32(bytes, at + 8, length);
  writeUint32(bytes, at + 12, sequence >>> 0);
  writeUint32(bytes, at + 16, Math.floor(sequence / HIGH));
  writeUint32(bytes, at + 4, crc32(bytes, at + 8, at + RECORD_HEADER + length, seed));
}

/** Reads a whole segment; undefined when not even its header is whole. */
export function decodeSegment(bytes: Buffer, path: string): SegmentContents | undefined {
  const header = decodeHeader(bytes, path);
  if (header === undefined) return undefined;
  const seed = seedOf(header.name);
  const records: SegmentRecord[] = [];
  let corrupt = 0;
  let length = SEGMENT_HEADER;
  for (let at = SEGMENT_HEADER; at < bytes.length;) {
    const record = recordAt(bytes, at, seed);
    if (record !== undefined) {
      records.push(record);
      at += RECORD_HEADER + record.payload.length;
      length = at;
      continue;
    }
    const next = afterDamage(bytes, at, seed);
    if (next === undefined) break;
    corrupt++;
    at = next;
    length = at;
  }
  return { header, records, corrupt, length };
}

function recordAt(bytes: Buffer, at: number, seed: number): SegmentRecord | undefined {
  if (at + RECORD_HEADER > bytes.length || bytes.readUInt32LE(at) !== MARKER) return undefined;
  const end = at + RECORD_HEADER + bytes.readUInt32LE(at + 8);
  if (end > bytes.length || bytes.readUInt32LE(at + 4) !== crc32(bytes, at + 8, end, seed)) return undefined;
  const sequence = bytes.readUInt32LE(at + 12) + bytes.readUInt32LE(at + 16) * HIGH;
  return { sequence, payload: bytes.subarray(at + RECORD_HEADER, end) };
}

/** Where to go on behind a damaged record: at the next whole one, or at the end if its length says so. */
function afterDamage(bytes: Buffer, at: number, seed: number): number | undefined {
  for (let next = bytes.indexOf(MARKER_BYTES, at + 1); next !== -1; next = bytes.indexOf(MARKER_BYTES, next + 1)) {
    if (recordAt(bytes, next, seed) !== undefined) return next;
  }
  const isComplete =
    at + RECORD_HEADER <= bytes.length && at + RECORD_HEADER + bytes.readUInt32LE(at + 8) === bytes.length;
  return isComplete ? bytes.length : undefined;
}

function writeUint32(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
