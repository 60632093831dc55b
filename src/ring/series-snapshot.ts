import { crc32 } from 'node:zlib';
import * as z from 'zod/mini';
import { ArgumentError, CorruptDataError } from '../core/errors.js';
import { claim, readOptions, text, wholeNumber } from '../core/options.js';
import { show } from '../core/show.js';
import type { ColumnSpec, SeriesColumns, TypedArray } from './series-columns.js';
import { readSeriesOptions, type SeriesRingOptions, type SeriesShape } from './series-options.js';

// Layout of a snapshot: four 32-bit words (magic, format, length of the header, CRC32 of all that follows),
// the header as JSON, then the columns one after another, each its rows oldest first as stored.
// Words and numbers are in the machine's byte order; on another machine the magic reads wrong.
const MAGIC = 0x74775352;
const FORMAT = 1;
const PREFIX_BYTES = 16;

const HEADER = z.strictObject({
  capacity: wholeNumber(1),
  layout: text(),
  order: z.optional(z.unknown()),
  rows: wholeNumber(0),
  columns: claim<readonly (readonly [string, ColumnSpec])[]>(
    'a list of names and column options',
    (value) =>
      Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2 && isName(pair[0])),
  ),
});

/** What a snapshot holds. */
interface SeriesSnapshot {
  /** What a ring of the same shape is made from. */
  readonly options: SeriesRingOptions<SeriesColumns>;
  /** Rows held when it was taken. */
  readonly rows: number;
  /** Per column its rows, oldest first, as stored. */
  readonly columns: readonly Uint8Array[];
}

/** Writes a ring's shape and rows as bytes. */
export function encodeSnapshot(shape: SeriesShape, rows: number, columns: readonly TypedArray[]): Uint8Array {
  const header = Buffer.from(
    JSON.stringify({
      capacity: shape.capacity,
      layout: shape.layout,
      order: shape.order,
      rows,
      columns: shape.columns.map(({ name, ...spec }) => [name, spec]),
    }),
  );
  const body = [header, ...columns.map(bytesOf)];
  const bytes = new Uint8Array(PREFIX_BYTES + body.reduce((sum, part) => sum + part.length, 0));
  let offset = PREFIX_BYTES;
  for (const part of body) {
    bytes.set(part, offset);
    offset += part.length;
  }
  new Uint32Array(bytes.buffer, 0, 4).set([MAGIC, FORMAT, header.length, crc32(bytes.subarray(PREFIX_BYTES))]);
  return bytes;
}

/**
 * Reads what `encodeSnapshot` wrote. Columns are parts of `bytes`, not copies.
 * @throws ArgumentError when `bytes` is no Uint8Array.
 * @throws CorruptDataError when anything about the bytes is wrong.
 */
export function decodeSnapshot(bytes: Uint8Array): SeriesSnapshot {
  if (!(bytes instanceof Uint8Array))
    throw new ArgumentError(`SeriesRing: restore takes the Uint8Array that snapshot() returned, got ${show(bytes)}`);
  const headerEnd = PREFIX_BYTES + verifiedHeaderLength(bytes);
  const { rows, ...options } = parseHeader(bytes.subarray(PREFIX_BYTES, headerEnd));
  const { columns, capacity } = readShape(options);
  if (rows > capacity) throw corrupt(`${rows} rows in a ring of ${capacity}`);
  let offset = headerEnd;
  const parts = columns.map(({ type, length = 1 }) => {
    const start = offset;
    offset += rows * length * (type === 'f64' ? 8 : 4);
    return bytes.subarray(start, offset);
  });
  if (offset !== bytes.length) throw corrupt(`${bytes.length} bytes where ${offset} belong`);
  return { options, rows, columns: parts };
}

function verifiedHeaderLength(bytes: Uint8Array): number {
  if (bytes.length < PREFIX_BYTES) throw corrupt(`only ${bytes.length} bytes`);
  // A copy, because `bytes` may start at any address (and `slice` of a Buffer copies nothing).
  const prefix = new Uint8Array(bytes.subarray(0, PREFIX_BYTES));
  const [magic, format, headerLength = 0, checksum] = new Uint32Array(prefix.buffer);
  if (magic !== MAGIC) throw corrupt('no snapshot of a SeriesRing, or one from a machine of another byte order');
  if (format !== FORMAT) throw corrupt(`format ${format} where ${FORMAT} is known`);
  if (crc32(bytes.subarray(PREFIX_BYTES)) !== checksum) throw corrupt('the checksum differs');
  if (headerLength > bytes.length - PREFIX_BYTES) throw corrupt('the header is longer than the bytes');
  return headerLength;
}

// The checksum only shows accidents; bytes made by somebody else still pass every check of a constructor.
function parseHeader(bytes: Uint8Array): SeriesRingOptions<SeriesColumns> & { readonly rows: number } {
  return orCorrupt(() => {
    const header: unknown = JSON.parse(Buffer.from(bytes).toString());
    const { columns, ...rest } = readOptions('SeriesRing snapshot', HEADER, header);
    // Layout and order are checked with the other options by readShape.
    return { ...rest, columns: Object.fromEntries(columns) } as SeriesRingOptions<SeriesColumns> & { rows: number };
  });
}

function readShape(options: SeriesRingOptions<SeriesColumns>): SeriesShape {
  return orCorrupt(() => readSeriesOptions(options));
}

function orCorrupt<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new CorruptDataError('SeriesRing: the snapshot has an invalid header', { cause });
  }
}

function corrupt(reason: string): CorruptDataError {
  return new CorruptDataError(`SeriesRing: the snapshot is truncated or altered: ${reason}`);
}

function bytesOf({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function isName(value: unknown): boolean {
  return typeof value === 'string';
}
