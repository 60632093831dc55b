import { crc32 } from 'node:zlib';
import { ArgumentError, ConfigError, CorruptDataError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { isWellFormed } from '../row/well-formed.js';
import { propertyOf } from '../row/property.js';

/*
 * One record as few bytes: a byte that tells the field list, then the fields in its order.
 *
 * A number with up to so many decimals is a whole number of its last decimal, zigzag-coded and raised by one, as a
 * varint (seven bits per byte, the lowest first, the top bit says that more follow). A text is its length in bytes
 * raised by one, as a varint, and its UTF-8. A varint of 0 says that a tag follows instead: null, absent, or
 * a double in eight bytes, little end first, for every number that the decimals do not hold exactly.
 */

/** Fields of a record: how many decimals a number usually has, from 0 to 15, or 'text'. */
export type PackedFields = Readonly<Record<string, number | 'text'>>;

const NULL = 0;
const ABSENT = 1;
const DOUBLE = 2;

/** Largest whole number of decimals that is coded as such: its zigzag code is still exact. */
const LARGEST = 2 ** 51;

interface Field {
  readonly name: string;
  /** Power of ten; undefined for texts. */
  readonly scale: number | undefined;
}

/**
 * Packs records of known fields into bytes, and back, bit for bit.
 *
 * Numbers are exact whatever they are; with the usual decimals they are short. Other properties of a record are left
 * out. Who reads needs the same fields in the same order; a byte at the start tells other lists apart, in all but one
 * of 256 cases.
 *
 * @throws ConfigError when a field's kind is neither a number of decimals nor 'text'.
 * @example
 * const pack = new RecordPack({ markPrice: 2, delta: 5, expiry: 'text' });
 * pack.decode(pack.encode({ markPrice: 61_250.5, delta: 0.25, expiry: '27SEP24' }));
 */
export class RecordPack {
  readonly #fields: readonly Field[];
  readonly #mark: number;

  constructor(fields: PackedFields) {
    const entries = Object.entries(fields);
    if (entries.length === 0) throw new ConfigError('RecordPack: fields must name at least one field, got {}');
    this.#fields = entries.map(([name, kind]) => ({ name, scale: scaleOf(name, kind) }));
    this.#mark = crc32(JSON.stringify(entries)) & 0xff;
  }

  /** Packs one record. @throws ArgumentError when a value is neither of its field's kind nor null or undefined. */
  encode(record: object): Uint8Array {
    const writer = new PackWriter(this.#mark);
    for (const { name, scale } of this.#fields) {
      const value = propertyOf(record, name);
      if (value === undefined) writer.tag(ABSENT);
      else if (value === null) writer.tag(NULL);
      else if (scale === undefined) writer.text(name, value);
      else writer.number(name, value, scale);
    }
    return writer.bytes();
  }

  /** Unpacks a record. Absent fields are absent again. @throws CorruptDataError when the bytes are none of `encode`. */
  decode(bytes: Uint8Array): Record<string, number | string | null> {
    const reader = new PackReader(bytes);
    if (reader.byte() !== this.#mark) throw new CorruptDataError('a packed record has other fields, or is none');
    const record: Record<string, number | string | null> = {};
    for (const { name, scale } of this.#fields) {
      const value = scale === undefined ? reader.text() : reader.number(scale);
      if (value !== undefined) record[name] = value;
    }
    reader.end();
    return record;
  }
}

function scaleOf(name: string, kind: number | 'text'): number | undefined {
  if (kind === 'text') return undefined;
  if (Number.isInteger(kind) && kind >= 0 && kind <= 15) return 10 ** kind;
  throw new ConfigError(`RecordPack: ${name} must be a number of decimals from 0 to 15 or 'text', got ${show(kind)}`);
}

class PackWriter {
  readonly #bytes: number[];

  constructor(mark: number) {
    this.#bytes = [mark];
  }

  tag(tag: number): void {
    this.#bytes.push(0, tag);
  }

  number(name: string, value: unknown, scale: number): void {
    if (typeof value !== 'number') throw new ArgumentError(`field ${show(name)} takes a number, got ${show(value)}`);
    const whole = Math.round(value * scale);
    if (Math.abs(whole) < LARGEST && !Object.is(whole, -0) && Object.is(whole / scale, value))
      this.#varint(zigzag(whole) + 1);
    else {
      this.tag(DOUBLE);
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(value);
      this.#bytes.push(...bytes);
    }
  }

  text(name: string, value: unknown): void {
    if (typeof value !== 'string' || !isWellFormed(value)) {
      throw new ArgumentError(`field ${show(name)} takes a well-formed string, got ${show(value)}`);
    }
    const bytes = Buffer.from(value);
    this.#varint(bytes.length + 1);
    for (const byte of bytes) this.#bytes.push(byte);
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes.push((rest % 128) | 128);
    this.#bytes.push(rest);
  }
}

/** -0 is not among the whole numbers. */
function zigzag(whole: number): number {
  return whole < 0 ? -2 * whole - 1 : 2 * whole;
}

class PackReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new CorruptDataError('a packed record ends too early');
    return byte;
  }

  number(scale: number): number | null | undefined {
    const code = this.#varint();
    if (code === 0) return this.#tagged();
    const whole = code % 2 === 1 ? (code - 1) / 2 : -(code / 2);
    return whole / scale;
  }

  text(): string | null | undefined {
    const code = this.#varint();
    if (code === 0) {
      const value = this.#tagged();
      if (typeof value !== 'number') return value;
      throw new CorruptDataError('a packed record has a number in place of a text');
    }
    const end = this.#at + code - 1;
    if (end > this.#bytes.length) throw new CorruptDataError('a packed record ends too early');
    const text = Buffer.from(this.#bytes.subarray(this.#at, end)).toString();
    this.#at = end;
    return text;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new CorruptDataError('a packed record has bytes behind its end');
  }

  #tagged(): number | null | undefined {
    const tag = this.byte();
    if (tag === NULL) return null;
    if (tag === ABSENT) return undefined;
    if (tag !== DOUBLE) throw new CorruptDataError(`a packed record has an unknown tag ${tag}`);
    const bytes = Uint8Array.from({ length: 8 }, () => this.byte());
    return new DataView(bytes.buffer).getFloat64(0, true);
  }

  #varint(): number {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = this.byte();
      value += (byte & 127) * unit;
      if (byte < 128) return value;
      if (unit > 2 ** 49) throw new CorruptDataError('a packed record has a number that is too long');
    }
  }
}
