/*
 * Smallest or largest of the newest `period` values of a stream, amortised O(1) (van Herk).
 *
 * Time is cut into blocks of `period` values. A window is the end of one block and the start of the next: its
 * extreme is that of a suffix of the older block, computed for all suffixes when the newer block begins, or that of
 * the newer block so far. Suffixes stand where the older block's values stood, and make room for the newer ones.
 *
 * Rejected: a queue of candidates, which at a period of 200 takes more than twice the time, and which cannot give
 * back what its newest value has driven out.
 */
import { isGap } from './gap.js';

/** The extreme of a window; see the top of the file. Hot path: no allocation after construction. */
export class WindowExtreme {
  readonly #period: number;
  readonly #sign: 1 | -1;
  /**
   * All times `sign`, so that the extreme is the smallest: the newer block's values before `#at`, from there on the
   * smallest of the older block from each place on. One more, Infinity, follows. Gaps are Infinity.
   */
  readonly #held: Float64Array;
  /** Values of the newer block. */
  #at = 0;
  /** Smallest of them. */
  #best = Infinity;
  /** Newest values without a gap. */
  #unbroken = 0;
  #atBefore = 0;
  #bestBefore = Infinity;
  #unbrokenBefore = 0;

  /** Keeps the smallest value with `sign` 1, the largest with -1. */
  constructor(period: number, sign: 1 | -1) {
    this.#period = period;
    this.#sign = sign;
    this.#held = new Float64Array(period + 1).fill(Infinity);
  }

  /** The extreme of the values that are no gaps; an infinity when there are none. -0 is given as 0. */
  get extreme(): number {
    const older = this.#held[this.#at] as number; // one slot more than places
    return this.#sign * (this.#best < older ? this.#best : older) + 0;
  }

  /** The extreme, NaN unless the window is full and has no gap. */
  get value(): number {
    return this.#unbroken >= this.#period ? this.extreme : NaN;
  }

  /** Forgets everything. */
  reset(): void {
    this.#held.fill(Infinity);
    this.#at = this.#unbroken = 0;
    this.#best = Infinity;
  }

  /** Makes all values so far final. */
  settle(): void {
    if (this.#at === this.#period) this.#turn();
    this.#atBefore = this.#at;
    this.#bestBefore = this.#best;
    this.#unbrokenBefore = this.#unbroken;
  }

  /** Takes back the one value that came since `settle`. */
  undo(): void {
    this.#at = this.#atBefore;
    this.#best = this.#bestBefore;
    this.#unbroken = this.#unbrokenBefore;
  }

  /** Adds one value. */
  push(value: number): void {
    if (this.#at === this.#period) this.#turn();
    const isMissing = isGap(value);
    const key = isMissing ? Infinity : this.#sign * value;
    this.#unbroken = isMissing ? 0 : this.#unbroken + 1;
    if (key < this.#best) this.#best = key;
    this.#held[this.#at] = key;
    this.#at++;
  }

  /** Adds all values of `input` and writes the extreme after each, NaN unless the window is full and has no gap. */
  run(input: Float64Array, output: Float64Array): void {
    for (let from = 0; from < input.length;) {
      if (this.#at === this.#period) this.#turn();
      from = this.#fill(input, output, from);
    }
  }

  /** Does what `push` does, with everything in local variables, to the end of the block. */
  #fill(input: Float64Array, output: Float64Array, from: number): number {
    const held = this.#held;
    const period = this.#period;
    const sign = this.#sign;
    const end = Math.min(input.length, from + period - this.#at);
    let at = this.#at;
    let best = this.#best;
    let unbroken = this.#unbroken;
    for (let index = from; index < end; index++) {
      const value = input[index] as number; // within bounds, as are the other places
      // Branches, not `? :`: these are always predicted, and a point takes 8.7 ns instead of 14.3 (Node 20).
      if (isGap(value)) {
        unbroken = 0;
        held[at++] = Infinity;
        output[index] = NaN;
        continue;
      }
      const key = sign * value;
      unbroken++;
      if (key < best) best = key;
      held[at++] = key;
      const older = held[at] as number;
      output[index] = sign * (best < older ? best : older) + 0;
      if (unbroken < period) output[index] = NaN;
    }
    this.#at = at;
    this.#best = best;
    this.#unbroken = unbroken;
    return end;
  }

  #turn(): void {
    const held = this.#held;
    let best = Infinity;
    for (let place = this.#period - 1; place >= 0; place--) {
      const key = held[place] as number;
      if (key < best) best = key;
      held[place] = best;
    }
    this.#at = 0;
    this.#best = Infinity;
  }
}
