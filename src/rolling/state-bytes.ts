import { crc32 } from 'node:zlib';
import { ArgumentError, CorruptDataError } from '../core/errors.js';
import { show } from '../core/show.js';

// Layout of a snapshot: four 32-bit words (magic, format, length of the header, CRC32 of all that follows), the
// header as JSON, then arrays of doubles one after another. All in the machine's byte order; on another machine the
// magic reads wrong.
const MAGIC = 0x74775243;
const FORMAT = 1;
const PREFIX_BYTES = 16;

/** Writes a header and arrays as bytes. */
export function encodeState(header: object, arrays: readonly Float64Array[]): Uint8Array {
  const text = Buffer.from(JSON.stringify(header));
  const parts = [
    text,
    ...arrays.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
  ];
  const bytes = new Uint8Array(PREFIX_BYTES + parts.reduce((sum, part) => sum + part.length, 0));
  let offset = PREFIX_BYTES;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  new Uint32Array(bytes.buffer, 0, 4).set([MAGIC, FORMAT, text.length, crc32(bytes.subarray(PREFIX_BYTES))]);
  return bytes;
}

/**
 * Reads what `encodeState` wrote: the header, not checked, and the bytes of the arrays.
 * @throws ArgumentError when `bytes` is no Uint8Array.
 * @throws CorruptDataError when they are truncated, altered or of something else.
 */
export function decodeState(bytes: unknown): { readonly header: unknown; readonly body: Uint8Array } {
  if (!(bytes instanceof Uint8Array)) {
    throw new ArgumentError(
      `RollingCorrelation: restore takes the Uint8Array that snapshot() returned, got ${show(bytes)}`,
    );
  }
  if (bytes.length < PREFIX_BYTES) throw corrupt(`only ${bytes.length} bytes`);
  // A copy, because `bytes` may start at any address (and `slice` of a Buffer copies nothing).
  const prefix = new Uint8Array(bytes.subarray(0, PREFIX_BYTES));
  const [magic, format, length = 0, checksum] = new Uint32Array(prefix.buffer);
  if (magic !== MAGIC)
    throw corrupt('no snapshot of a RollingCorrelation, or one from a machine of another byte order');
  if (format !== FORMAT) throw corrupt(`format ${format} where ${FORMAT} is known`);
  if (crc32(bytes.subarray(PREFIX_BYTES)) !== checksum) throw corrupt('the checksum differs');
  if (length > bytes.length - PREFIX_BYTES) throw corrupt('the header is longer than the bytes');
  const header = orCorrupt(() =>
    JSON.parse(Buffer.from(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + length)).toString()),
  );
  return { header, body: bytes.subarray(PREFIX_BYTES + length) };
}

/**
 * Fills arrays with the bytes of a body, one after another.
 * @throws CorruptDataError when there are more bytes or fewer.
 */
export function fillArrays(arrays: readonly Float64Array[], body: Uint8Array): void {
  const expected = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (body.length !== expected) throw corrupt(`${body.length} bytes of arrays where ${expected} belong`);
  let offset = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    new Uint8Array(buffer, byteOffset, byteLength).set(body.subarray(offset, offset + byteLength));
    offset += byteLength;
  }
}

/** The checksum only shows accidents; what somebody else made may still fail any check. */
export function orCorrupt<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new CorruptDataError('RollingCorrelation: the snapshot has an invalid header', { cause });
  }
}

function corrupt(reason: string): CorruptDataError {
  return new CorruptDataError(`RollingCorrelation: the snapshot is truncated or altered: ${reason}`);
}
