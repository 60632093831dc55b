import type { MessageBytes } from './message-bytes.js';
import { EARLIEST, LATEST } from './value-text.js';

/**
 * Writes a value that is not null as Postgres sends it, without its length. Returns false for one that does not fit;
 * what was written of it counts for nothing then.
 */
export type WriteValue = (bytes: MessageBytes, value: unknown) => boolean;

/** The binary form of a type. */
export interface BinaryType {
  /** The type's number, the same in every database. */
  readonly oid: number;
  /** Bytes of each value; undefined for texts. */
  readonly size?: number;
  /** Writes a value that is not null. */
  readonly write: WriteValue;
}

/** Milliseconds from 1970 to 2000, where Postgres's time begins. */
const POSTGRES_EPOCH = 946_684_800_000;
const MICROS = 1_000;

const int4: WriteValue = (bytes, value) => {
  const whole = wholeOf(value);
  if (whole === undefined || whole !== (whole | 0)) return false;
  bytes.int32(whole);
  return true;
};

const int2: WriteValue = (bytes, value) => {
  const whole = wholeOf(value);
  if (whole === undefined || whole !== (whole << 16) >> 16) return false;
  bytes.int16(whole);
  return true;
};

const int8: WriteValue = (bytes, value) => {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) return false;
    bytes.int64(value);
    return true;
  }
  if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) return false;
  bytes.bigInt64(value);
  return true;
};

const float8: WriteValue = (bytes, value) => {
  if (typeof value !== 'number') return false;
  bytes.double(value);
  return true;
};

const bool: WriteValue = (bytes, value) => {
  if (typeof value !== 'boolean') return false;
  bytes.byte(value ? 1 : 0);
  return true;
};

const text: WriteValue = (bytes, value) => typeof value === 'string' && bytes.text(value);

const time: WriteValue = (bytes, value) => {
  const ms = value instanceof Date ? value.getTime() : value;
  if (typeof ms !== 'number' || !(ms >= EARLIEST && ms < LATEST)) return false;
  const whole = Math.floor(ms);
  const fraction = Math.round((ms - whole) * MICROS);
  const micros = (whole - POSTGRES_EPOCH) * MICROS + fraction;
  if (Number.isSafeInteger(micros)) bytes.int64(micros);
  else bytes.bigInt64(BigInt(whole - POSTGRES_EPOCH) * BigInt(MICROS) + BigInt(fraction));
  return true;
};

/** Types whose values are sent in binary, by their names. Others go as text. */
export const BINARY_TYPES: Readonly<Record<string, BinaryType>> = {
  bool: { oid: 16, size: 1, write: bool },
  int8: { oid: 20, size: 8, write: int8 },
  int2: { oid: 21, size: 2, write: int2 },
  int4: { oid: 23, size: 4, write: int4 },
  text: { oid: 25, write: text },
  float8: { oid: 701, size: 8, write: float8 },
  bpchar: { oid: 1042, write: text },
  varchar: { oid: 1043, write: text },
  timestamp: { oid: 1114, size: 8, write: time },
  timestamptz: { oid: 1184, size: 8, write: time },
};

/** A number, or a bigint as one: beyond 32 bits it does not matter that it is rounded. */
function wholeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'bigint' ? Number(value) : undefined;
}
