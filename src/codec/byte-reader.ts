import { corruptBlock } from './corrupt-block.js';

/** Reads what a `ByteWriter` wrote; bytes that end too early are a CorruptDataError. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  /** Position of the next byte. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes not yet read. */
  get left(): number {
    return this.#bytes.length - this.#offset;
  }

  // Hot path, with `varint`: once per number of a block.
  /** One byte. */
  byte(): number {
    const value = this.#bytes[this.#offset];
    if (value === undefined) throw corruptBlock(`it ends after ${this.#bytes.length} bytes`);
    this.#offset++;
    return value;
  }

  /** The next bytes, not copied. */
  raw(length: number): Uint8Array {
    if (length > this.left) throw corruptBlock(`${length} bytes where ${this.left} are left`);
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }

  /** A whole number from 0 to 2^53. */
  varint(): number {
    let byte = this.byte();
    if (byte < 128) return byte;
    let value = byte & 127;
    for (let factor = 128; factor < 2 ** 56; factor *= 128) {
      byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value <= 2 ** 53 ? value : this.#refuseNumber();
    }
    return this.#refuseNumber();
  }

  /** A varint that may not be above `most`; `what` names it in the error. */
  count(most: number, what: string): number {
    const value = this.varint();
    if (value > most) throw corruptBlock(`${value} ${what} where at most ${most} can be`);
    return value;
  }

  /** A whole number written by `zigzag`. */
  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #refuseNumber(): never {
    throw corruptBlock('a number above 2^53');
  }
}
