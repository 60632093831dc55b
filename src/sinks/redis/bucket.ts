import { crc32 } from 'node:zlib';

/** Number of the bucket that a record lies in, from 0: the CRC-32 of the id's UTF-8 bytes, modulo `buckets`. */
export function bucketOf(id: string, buckets: number): number {
  return crc32(Buffer.from(id)) % buckets;
}
