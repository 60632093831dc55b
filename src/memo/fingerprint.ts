/**
 * Keys of mode 'fingerprint': a long argument of numbers is written as a digest of 128 bits in the place of its text.
 *
 * Long is from 32 to 65 536 numbers: an array of plain objects that all have the same names and a number under each,
 * an array of numbers, or a typed array. Anything else, however little differs, is written as its exact text, which has
 * other tags, so that the two never meet. Which of the two it is depends on the content alone, for then equal content
 * has one key.
 *
 * Digested are the bits of all numbers in order, the names and the kind. So a change of one number by one unit in the
 * last place, 0 against -0 and another order of rows change the key; another order of names does not.
 *
 * Not looked at are symbol-named and hidden properties of rows between the first and the last: that takes longer than
 * all else together. With exact keys they are an error.
 */
import { types } from 'node:util';
import { type Digester, giveBack, MOST_NUMBERS, takeDigester } from './fingerprint-digest.js';
import { readerOf } from './fingerprint-rows.js';
import { findShape, type ObjectShape } from './object-shape.js';
import { encode, TYPED_ARRAYS } from './structural-key.js';

/** Fewer numbers are written exactly, which costs little more. */
const FEWEST = 32;
/** Most names of a row. */
const MOST_NAMES = 64;
/** Longest text of them, in UTF-16 code units. */
const MOST_TEXT = 4_096;
/** Kinds of arguments of which the seed is remembered. */
const MOST_KINDS = 128;

/** The piece of key text for one argument. */
export function encodeFingerprint(value: unknown): string {
  if (typeof value !== 'object' || value === null) return encode(value, 0);
  return fingerprint(value) ?? encode(value, 0);
}

/** The digest's piece of key text, or `undefined` for what is to be written exactly. */
function fingerprint(value: object): string | undefined {
  // A proxy says what it likes, and no two readings need agree.
  if (types.isProxy(value)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value)) return prototype === Array.prototype ? fingerprintArray(value) : undefined;
  const tag = TYPED_ARRAYS.get(prototype);
  return tag !== undefined && types.isTypedArray(value) ? fingerprintBytes(tag, value) : undefined;
}

function fingerprintArray(array: readonly unknown[]): string | undefined {
  const count = array.length;
  if (count === 0 || count > MOST_NUMBERS || !hasItemsOnly(array)) return undefined;
  return typeof array[0] === 'number' ? fingerprintNumbers(array, count) : fingerprintRows(array, count);
}

function fingerprintRows(rows: readonly unknown[], count: number): string | undefined {
  const shape = shapeOfRow(rows[0]);
  if (shape === undefined || shapeOfRow(rows[count - 1])?.text !== shape.text) return undefined;
  const { length } = shape.names;
  if (!isLong(count * length) || length > MOST_NAMES || shape.text.length > MOST_TEXT) return undefined;
  const reader = readerOf(shape);
  return withDigester(shape.text, count, (digester) =>
    reader.read(rows, count, digester.numbers) ? count * length : undefined,
  );
}

function fingerprintNumbers(array: readonly unknown[], count: number): string | undefined {
  if (!isLong(count)) return undefined;
  return withDigester('A', count, ({ numbers }) => {
    for (let index = 0; index < count; index++) {
      const value = array[index];
      if (typeof value !== 'number') return undefined;
      numbers[index] = Number.isNaN(value) ? Number.NaN : value;
    }
    return count;
  });
}

function fingerprintBytes(tag: string, view: ArrayBufferView): string | undefined {
  const { byteLength } = view;
  const count = Math.ceil(byteLength / 8);
  if (!isLong(count)) return undefined;
  return withDigester(tag, byteLength, ({ numbers, bytes }) => {
    numbers[count - 1] = 0;
    bytes.set(new Uint8Array(view.buffer, view.byteOffset, byteLength));
    return count;
  });
}

/**
 * The piece of key text for what `write` writes: it returns how many numbers that are, or `undefined` when the argument
 * does not fit. `size` is what tells arguments of one kind apart besides their numbers.
 */
function withDigester(
  kind: string,
  size: number,
  write: (digester: Digester) => number | undefined,
): string | undefined {
  const digester = takeDigester();
  if (digester === undefined) return undefined;
  try {
    const seed = seedOf(kind, digester);
    const count = write(digester);
    if (count === undefined) return undefined;
    // A digest, and the size in two characters of 13 bits each.
    return `P12:${digester.digest(count, seed)}${String.fromCharCode(256 + (size & 8191), 256 + (size >>> 13))}`;
  } finally {
    giveBack(digester);
  }
}

function isLong(numbers: number): boolean {
  return numbers >= FEWEST && numbers <= MOST_NUMBERS;
}

/** Whether an array has neither holes nor names of its own besides its items. */
function hasItemsOnly(array: readonly unknown[]): boolean {
  // Listing names takes 6 µs for 200 rows, values a twentieth. A hole and a name cancel out; a hole is found later.
  return Object.values(array).length === array.length && Object.getOwnPropertySymbols(array).length === 0;
}

/** The names of a row, `undefined` when it is no plain object, or has symbols, getters or anything hidden. */
function shapeOfRow(row: unknown): ObjectShape | undefined {
  if (typeof row !== 'object' || row === null) return undefined;
  const prototype: unknown = Object.getPrototypeOf(row);
  const shape = prototype === Object.prototype || prototype === null ? findShape(row) : undefined;
  if (shape === undefined) return undefined;
  for (const name of shape.names) {
    const property = Object.getOwnPropertyDescriptor(row, name);
    if (property === undefined || property.get !== undefined || property.set !== undefined) return undefined;
  }
  return shape;
}

/** Seeds by kind: the names of rows, or a letter for what has none. */
const seeds = new Map<string, Int32Array>();

function seedOf(kind: string, digester: Digester): Int32Array {
  const known = seeds.get(kind);
  if (known !== undefined) return known;
  if (seeds.size === MOST_KINDS) seeds.clear();
  const seed = digester.seedOf(kind);
  seeds.set(kind, seed);
  return seed;
}
