import { crc32 as nativeCrc32 } from 'node:zlib';

/** From so many bytes on a call into Node's own is faster. */
const NATIVE_FROM = 256;

/** Four tables of 256: the checksum of a byte that is followed by 0 to 3 zero bytes. */
const TABLES = makeTables();

// Hot path: once per row; four bytes per step.
/** Checksum (CRC-32) of the bytes from `start` to below `end`, going on from another's. */
export function crc32(bytes: Buffer, start: number, end: number, before: number): number {
  if (end - start >= NATIVE_FROM) return nativeCrc32(bytes.subarray(start, end), before);
  let crc = ~before;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24); // within bounds
    crc =
      (TABLES[768 + (crc & 0xff)] as number) ^
      (TABLES[512 + ((crc >>> 8) & 0xff)] as number) ^
      (TABLES[256 + ((crc >>> 16) & 0xff)] as number) ^
      (TABLES[crc >>> 24] as number); // a byte each
  }
  for (; at < end; at++) crc = (TABLES[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8); // as above
  return ~crc >>> 0;
}

function makeTables(): Int32Array {
  const tables = new Int32Array(1_024);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < 1_024; at++) {
    const shorter = tables[at - 256] ?? 0;
    tables[at] = (tables[shorter & 0xff] ?? 0) ^ (shorter >>> 8);
  }
  return tables;
}
