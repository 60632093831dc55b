/*
 * Writes rows in the form of `v8.serialize`, as far as they are flat: plain objects whose values are numbers, texts
 * of one byte per character, booleans, null and undefined. `v8.serialize` makes an object of its own for each call, which
 * takes several times as long as all else that the journal does with a row. What is written here `v8.deserialize` reads,
 * in this release of Node and every later one. Anything else goes by `v8.serialize` itself.
 */
import { serialize } from 'node:v8';

/** The version mark that this Node writes. */
const MARK = serialize(null).subarray(0, 2);
const BEGIN_OBJECT = 0x6f;
const END_OBJECT = 0x7b;
const ONE_BYTE_TEXT = 0x22;
const INTEGER = 0x49;
const DOUBLE = 0x4e;
const TRUE = 0x54;
const FALSE = 0x46;
const NULL = 0x30;
const UNDEFINED = 0x5f;

/** Texts up to this length are copied by hand. */
const SHORT = 32;
/** Most bytes of a value besides its text. */
const MARGIN = 16;
const DIGIT_0 = 48;
const DIGIT_9 = 57;

/** Bytes of a number, to copy from. */
const double = new Float64Array(1);
const doubleBytes = new Uint8Array(double.buffer);

// Hot path: once per row; no allocation.
/**
 * Writes a flat row from `at` on.
 * @returns where it ends; -1 when it is not flat; -2 when the bytes do not suffice.
 */
export function writeFlatRow(row: unknown, bytes: Buffer, start: number): number {
  if (typeof row !== 'object' || row === null || Object.getPrototypeOf(row) !== Object.prototype) return -1;
  if (start + MARGIN > bytes.length) return -2;
  let at = start;
  bytes[at++] = MARK[0] as number; // two bytes always
  bytes[at++] = MARK[1] as number;
  bytes[at++] = BEGIN_OBJECT;
  let count = 0;
  for (const name in row) {
    // Names that are indices come first and as numbers.
    const first = name.charCodeAt(0);
    if (!Object.hasOwn(row, name) || (first >= DIGIT_0 && first <= DIGIT_9)) return -1;
    at = writeText(name, bytes, at);
    if (at < 0) return at;
    at = writeValue((row as Record<string, unknown>)[name], bytes, at); // an object has properties
    if (at < 0) return at;
    count++;
  }
  if (at + MARGIN > bytes.length) return -2;
  bytes[at++] = END_OBJECT;
  return writeVarint(count, bytes, at);
}

function writeValue(value: unknown, bytes: Buffer, at: number): number {
  if (at + MARGIN > bytes.length) return -2;
  switch (typeof value) {
    case 'number':
      return writeNumber(value, bytes, at);
    case 'string':
      return writeText(value, bytes, at);
    case 'boolean':
      bytes[at] = value ? TRUE : FALSE;
      return at + 1;
    case 'undefined':
      bytes[at] = UNDEFINED;
      return at + 1;
    default:
      if (value !== null) return -1;
      bytes[at] = NULL;
      return at + 1;
  }
}

function writeNumber(value: number, bytes: Buffer, at: number): number {
  const whole = value | 0;
  if (whole === value && !(whole === 0 && 1 / value < 0)) {
    bytes[at] = INTEGER;
    return writeVarint(((whole << 1) ^ (whole >> 31)) >>> 0, bytes, at + 1);
  }
  bytes[at] = DOUBLE;
  double[0] = value;
  for (let index = 0; index < 8; index++) bytes[at + 1 + index] = doubleBytes[index] as number; // eight always
  return at + 9;
}

function writeText(text: string, bytes: Buffer, start: number): number {
  const { length } = text;
  if (start + length + MARGIN > bytes.length) return -2;
  bytes[start] = ONE_BYTE_TEXT;
  const at = writeVarint(length, bytes, start + 1);
  if (length > SHORT) return writeLongText(text, bytes, at);
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0xff) return -1;
    bytes[at + index] = code;
  }
  return at + length;
}

function writeLongText(text: string, bytes: Buffer, at: number): number {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0xff) return -1;
  bytes.write(text, at, 'latin1');
  return at + text.length;
}

function writeVarint(value: number, bytes: Buffer, start: number): number {
  let at = start;
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at] = rest;
  return at + 1;
}
