const FIRST_CAPACITY = 4_096;
/** Bytes of the longest varint: seven bits each, for whole numbers to 2^53. */
const LONGEST_VARINT = 8;

/** Bytes that grow at their end; kept and written anew for each block. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = FIRST_CAPACITY) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes written since `clear`. */
  get length(): number {
    return this.#length;
  }

  /** Starts over. */
  clear(): void {
    this.#length = 0;
  }

  /** One byte. */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  // Hot path: once per number of a block.
  /** A whole number from 0 to 2^53, seven bits per byte, the lowest first; the high bit says that more follow. */
  varint(value: number): void {
    this.#reserve(LONGEST_VARINT);
    let rest = value;
    // Shifts only reach 32 bits.
    while (rest >= 0x80000000) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** A whole number within 2^52 of 0, as a varint in which small negative numbers are short, too. */
  zigzag(value: number): void {
    this.varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  /** What was written since `clear`; valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(bytes: number): void {
    const least = this.#length + bytes;
    if (least <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(least, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
