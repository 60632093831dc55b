import { isWellFormed } from '../row/well-formed.js';

const FIRST_CAPACITY = 16_384;
/** Texts up to this length are copied character by character: a call into native code takes as long as 50 of them. */
const SHORT_TEXT = 48;
/** A text takes at most three bytes per UTF-16 unit. */
const BYTES_PER_UNIT = 3;
/** Most digits of a whole number up to 2^53, with its sign. */
const MOST_DIGITS = 20;
/** Whole numbers are cut into two parts of which each fits 31 bits; so many digits are in the lower. */
const LOWER = 1e8;
const LOWER_DIGITS = 8;

const ZERO = 48;
const MINUS = 45;
const POINT = 46;
const BACKSLASH = 92;

const NEEDS_ESCAPE = /[\\\t\n\r]/;
const ESCAPED = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escape(character: string): string {
  return ESCAPES[character] ?? character;
}

/** Bytes of a message to the server that grow at their end. Numbers have the highest byte first. */
export class MessageBytes {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = FIRST_CAPACITY) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** What was written; valid until the next write. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  // Hot path from here on: once or more per value of a batch.

  /** One byte. */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number of 16 bits. */
  int16(value: number): void {
    this.#reserve(2);
    this.#length = this.#bytes.writeInt16BE(value, this.#length);
  }

  /** A whole number of 32 bits. */
  int32(value: number): void {
    this.#reserve(4);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = value >>> 24;
    bytes[at++] = value >>> 16;
    bytes[at++] = value >>> 8;
    bytes[at++] = value;
    this.#length = at;
  }

  /** A whole number of 64 bits, from -2^53 to 2^53. */
  int64(value: number): void {
    const high = Math.floor(value / 2 ** 32);
    this.int32(high | 0);
    this.int32((value - high * 2 ** 32) | 0);
  }

  /** A bigint of 64 bits. */
  bigInt64(value: bigint): void {
    this.#reserve(8);
    this.#length = this.#bytes.writeBigInt64BE(value, this.#length);
  }

  /** A double, to the bit. */
  double(value: number): void {
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleBE(value, this.#length);
  }

  /** A text as UTF-8. Returns false, and has written nothing that counts, when it holds a NUL or half a character. */
  text(value: string): boolean {
    const { length } = value;
    this.#reserve(length * BYTES_PER_UNIT);
    if (length > SHORT_TEXT) return this.#longText(value);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index);
      if (unit === 0 || unit > 127) return this.#longText(value);
      bytes[at++] = unit;
    }
    this.#length = at;
    return true;
  }

  /** A text as `text` writes it, with COPY's escapes. */
  escapedText(value: string): boolean {
    const { length } = value;
    if (length > SHORT_TEXT) return this.text(NEEDS_ESCAPE.test(value) ? value.replaceAll(ESCAPED, escape) : value);
    this.#reserve(length * BYTES_PER_UNIT);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index);
      if (unit === 0 || unit > 127) return this.#longText(value.replaceAll(ESCAPED, escape));
      if (unit < 14 || unit === BACKSLASH) {
        const letter = ESCAPES[value[index] ?? ''];
        if (letter !== undefined) {
          bytes[at++] = BACKSLASH;
          bytes[at++] = letter.charCodeAt(1);
          continue;
        }
      }
      bytes[at++] = unit;
    }
    this.#length = at;
    return true;
  }

  /** `whole / 10 ** decimals` in digits, without zeros at its end; `whole` is an integer within 2^53. */
  decimal(whole: number, decimals: number): void {
    this.#reserve(MOST_DIGITS + decimals);
    let rest = whole;
    if (rest < 0) {
      this.#bytes[this.#length++] = MINUS;
      rest = -rest;
    }
    const start = this.#length;
    if (rest < LOWER) this.#digits(rest, 1);
    else {
      const upper = Math.floor(rest / LOWER);
      this.#digits(upper, 1);
      this.#digits(rest - upper * LOWER, LOWER_DIGITS);
    }
    if (decimals > 0) this.#placePoint(start, decimals);
  }

  /** Overwrites a whole number of 32 bits. */
  int32At(offset: number, value: number): void {
    this.#bytes.writeInt32BE(value, offset);
  }

  /** At least so many digits. */
  #digits(value: number, least: number): void {
    let count = least;
    for (let power = 10 ** least; value >= power; power *= 10) count++;
    const bytes = this.#bytes;
    let rest = value | 0;
    for (let at = this.#length + count - 1; at >= this.#length; at--) {
      const next = (rest / 10) | 0;
      bytes[at] = ZERO + rest - next * 10;
      rest = next;
    }
    this.#length += count;
  }

  /** Moves the last digits one further, and puts zeros before them where there are too few. */
  #placePoint(start: number, decimals: number): void {
    const bytes = this.#bytes;
    const missing = decimals + 1 - (this.#length - start);
    if (missing > 0) {
      bytes.copyWithin(start + missing, start, this.#length);
      bytes.fill(ZERO, start, start + missing);
      this.#length += missing;
    }
    const point = this.#length - decimals;
    for (let at = this.#length; at > point; at--) bytes[at] = bytes[at - 1] ?? 0;
    bytes[point] = POINT;
    let last = this.#length;
    while (bytes[last] === ZERO) last--;
    this.#length = last === point ? point : last + 1;
  }

  #longText(value: string): boolean {
    if (value.includes('\0') || !isWellFormed(value)) return false;
    this.#length += this.#bytes.write(value, this.#length, 'utf8');
    return true;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#length + count));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
