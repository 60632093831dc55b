import { createHash } from 'node:crypto';

/**
 * A file's bytes: magic and format version (4 each), sha256 of all that follows (32), expiry in epoch milliseconds (8,
 * Infinity for none), the key's length (4), the key, the value. Numbers are little-endian.
 */
const MAGIC = 0x44_53_57_54; // 'TWSD'
const VERSION = 1;
const DIGEST_AT = 8;
const EXPIRY_AT = 40;
const KEY_LENGTH_AT = 48;
const KEY_AT = 52;

/** What a file holds. */
export interface StoredRecord {
  /** The whole key. */
  readonly key: string;
  /** Epoch milliseconds from which the value counts no more. */
  readonly expiry: number;
  /** The value. */
  readonly bytes: Uint8Array;
}

/** Size of the file of a key and a value. */
export function recordSize(key: string, bytes: Uint8Array): number {
  return KEY_AT + Buffer.byteLength(key) + bytes.byteLength;
}

/** Writes a record as a file's bytes. */
export function encodeRecord({ key, expiry, bytes }: StoredRecord): Buffer {
  const keyBytes = Buffer.from(key);
  const file = Buffer.allocUnsafe(KEY_AT + keyBytes.length + bytes.byteLength);
  file.writeUInt32LE(MAGIC, 0);
  file.writeUInt32LE(VERSION, 4);
  file.writeDoubleLE(expiry, EXPIRY_AT);
  file.writeUInt32LE(keyBytes.length, KEY_LENGTH_AT);
  file.set(keyBytes, KEY_AT);
  file.set(bytes, KEY_AT + keyBytes.length);
  file.set(digestOf(file), DIGEST_AT);
  return file;
}

/** Reads a file's bytes; undefined when they are damaged, of another format, or not of the key that is given. */
export function decodeRecord(file: Buffer, key?: string): StoredRecord | undefined {
  if (file.length < KEY_AT || file.readUInt32LE(0) !== MAGIC || file.readUInt32LE(4) !== VERSION) return undefined;
  if (!file.subarray(DIGEST_AT, EXPIRY_AT).equals(digestOf(file))) return undefined;
  const valueAt = KEY_AT + file.readUInt32LE(KEY_LENGTH_AT);
  if (valueAt > file.length) return undefined;
  const found = file.toString('utf8', KEY_AT, valueAt);
  if (key !== undefined && found !== key) return undefined;
  return { key: found, expiry: file.readDoubleLE(EXPIRY_AT), bytes: file.subarray(valueAt) };
}

/** The name of a key's file. Nothing of the key itself is in it. */
export function fileNameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Whether a file in a folder of ours is that of a key. */
export function isFileName(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

function digestOf(file: Buffer): Buffer {
  return createHash('sha256').update(file.subarray(EXPIRY_AT)).digest();
}
