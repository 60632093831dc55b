import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What a register holds that was never changed. */
export const NO_STAMP = '';

const MAGIC = 'TWS1';
const NONCE = /^[\w-]{16}$/;
const LENGTH = MAGIC.length + 8 + 16;

/** Makes a stamp that no register has ever held: 96 random bits. */
export function newStamp(): string {
  return randomBytes(12).toString('base64url');
}

/** Writes a stamp: magic, CRC-32 in hex, nonce. */
export function encodeStamp(stamp: string): Uint8Array {
  return Buffer.from(MAGIC + checksum(stamp) + stamp, 'latin1');
}

/** Reads a stamp, {@link NO_STAMP} when there are no bytes, undefined when they are damaged. Never throws. */
export function decodeStamp(bytes: unknown): string | undefined {
  if (bytes === undefined || bytes === null) return NO_STAMP;
  if (!(bytes instanceof Uint8Array) || bytes.length !== LENGTH) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const stamp = text.slice(-16);
  return NONCE.test(stamp) && text === MAGIC + checksum(stamp) + stamp ? stamp : undefined;
}

function checksum(stamp: string): string {
  return crc32(stamp).toString(16).padStart(8, '0');
}
