/**
 * The bytes of one entry in a store.
 *
 *   0 magic 'TWE', then the format's number    4 bytes
 *   4 CRC-32 of all that follows               4
 *   8 six times, little-endian doubles        48   Infinity is one
 *  56 length of the identity                   4
 *  60 length of the marks                      4
 *  64 identity: JSON of name, version and key      UTF-8
 *     marks: JSON of tags and stamps               UTF-8
 *     payload of the codec
 *
 * Nothing is taken from bytes before the magic, the CRC and the lengths are found right, and nothing is allocated by
 * a length that the bytes state: damaged, truncated or foreign bytes are just no entry.
 */
import { crc32 } from 'node:zlib';

/** An entry as it is in a store. Times are epoch milliseconds, of the market clock unless said otherwise. */
export interface Envelope {
  /** When the load began, in time of `ioClock`. */
  readonly loadStartedAt: number;
  /** When it was stored. */
  readonly storedAt: number;
  /** Until when it is fresh. */
  readonly freshUntil: number;
  /** Until when it is served while it is refreshed. */
  readonly staleUntil: number;
  /** Until when it may stand in for an error. */
  readonly fallbackUntil: number;
  /** How long the load took, in milliseconds. */
  readonly loadTime: number;
  /** What it can be invalidated by. */
  readonly tags: readonly string[];
  /** What the registers held before the load: of `clear`, of the key's removal, then one per tag. */
  readonly stamps: readonly string[];
  /** The value, encoded. */
  readonly payload: Uint8Array;
}

/** Most bytes of an entry in a store: 64 MiB. */
export const MAX_ENVELOPE_BYTES = 2 ** 26;

const MAGIC = Buffer.from('TWE\x01', 'latin1');
const TIMES_AT = 8;
const LENGTHS_AT = 56;
const HEAD = 64;
const MAX_TAGS = 100;

/** Writes an entry. `identity` says whose it is. */
export function encodeEnvelope(envelope: Envelope, identity: string): Uint8Array {
  const owner = Buffer.from(identity);
  const marks = Buffer.from(JSON.stringify([envelope.tags, envelope.stamps]));
  const head = Buffer.alloc(HEAD);
  MAGIC.copy(head);
  const { loadStartedAt, storedAt, freshUntil, staleUntil, fallbackUntil, loadTime } = envelope;
  [loadStartedAt, storedAt, freshUntil, staleUntil, fallbackUntil, loadTime].forEach((time, index) =>
    head.writeDoubleLE(time, TIMES_AT + 8 * index),
  );
  head.writeUInt32LE(owner.length, LENGTHS_AT);
  head.writeUInt32LE(marks.length, LENGTHS_AT + 4);
  const bytes = Buffer.concat([head, owner, marks, envelope.payload]);
  bytes.writeUInt32LE(crc32(bytes.subarray(TIMES_AT)), 4);
  return bytes;
}

/** Reads an entry; undefined when these bytes are not a sound entry of `identity`. Never throws. */
export function decodeEnvelope(bytes: Uint8Array, identity: string): Envelope | undefined {
  if (bytes.length < HEAD || bytes.length > MAX_ENVELOPE_BYTES) return undefined;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!view.subarray(0, 4).equals(MAGIC) || crc32(view.subarray(TIMES_AT)) !== view.readUInt32LE(4)) return undefined;
  const marksAt = HEAD + view.readUInt32LE(LENGTHS_AT);
  const payloadAt = marksAt + view.readUInt32LE(LENGTHS_AT + 4);
  if (payloadAt > view.length || view.toString('utf8', HEAD, marksAt) !== identity) return undefined;
  const times = timesOf(view);
  const marks = marksOf(view.toString('utf8', marksAt, payloadAt));
  return times && marks && { ...times, ...marks, payload: view.subarray(payloadAt) };
}

function timesOf(view: Buffer): Omit<Envelope, 'tags' | 'stamps' | 'payload'> | undefined {
  const timeAt = (index: number): number => view.readDoubleLE(TIMES_AT + 8 * index);
  const times = {
    loadStartedAt: timeAt(0),
    storedAt: timeAt(1),
    freshUntil: timeAt(2),
    staleUntil: timeAt(3),
    fallbackUntil: timeAt(4),
    loadTime: timeAt(5),
  };
  const { loadStartedAt, storedAt, loadTime } = times;
  const isSound = [loadStartedAt, storedAt, loadTime].every(Number.isFinite) && loadTime >= 0;
  return isSound && !Object.values(times).some(Number.isNaN) ? times : undefined;
}

function marksOf(text: string): Pick<Envelope, 'tags' | 'stamps'> | undefined {
  let marks: unknown;
  try {
    marks = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(marks) || marks.length !== 2) return undefined;
  const [tags, stamps]: readonly unknown[] = marks;
  if (!isTexts(tags) || !isTexts(stamps)) return undefined;
  return tags.length <= MAX_TAGS && stamps.length === tags.length + 2 ? { tags, stamps } : undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
