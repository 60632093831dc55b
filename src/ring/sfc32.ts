/**
 * Seeded random numbers: sfc32 by Chris Doty-Humphrey (PractRand 0.94, public domain), 128 bits of state, no
 * cycle shorter than 2^32 numbers. Good for simulations, not for secrets.
 *
 * Seeded as PractRand does: two words of seed, a counter from 1, and twelve numbers thrown away.
 */
export class Sfc32 {
  // Three chaotic words and a counter. As fields, numbers over 2^30 would be objects on the heap.
  readonly #state: Int32Array;

  /** @param seed A whole number from 0 to 2^53 - 1. */
  constructor(seed: number) {
    this.#state = Int32Array.of(0, seed % 2 ** 32, seed / 2 ** 32, 1);
    for (let i = 0; i < 12; i++) this.word();
  }

  /**
   * The next number from 0 (inclusive) to 1 (exclusive), a multiple of 2^-53. With one word, a row whose share of all
   * weights is below 2^-32 might never be drawn.
   */
  next(): number {
    return ((this.word() >>> 5) * 2 ** 26 + (this.word() >>> 6)) / 2 ** 53;
  }

  /** The next 32 bits, as a signed number. */
  word(): number {
    const state = this.#state;
    const b = state[1] ?? 0;
    const c = state[2] ?? 0;
    const counter = state[3] ?? 0;
    const sum = ((state[0] ?? 0) + b + counter) | 0;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + sum;
    state[3] = counter + 1;
    return sum;
  }
}
