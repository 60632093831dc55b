/*
 * Mean and spread of the newest `period` values of a stream, O(1) per value and without drift. The spread is the
 * sum of the squared distances to the mean.
 *
 * A value that comes moves mean and spread, and so does the one that leaves (Welford). Means are kept relative to
 * an anchor, the mean at the last recompute, so that their rounding follows the width of the values, not their level.
 *
 * A step leaves an error of a few roundings of the spread it went through. Hence the largest spread since the last
 * recompute is kept: as soon as the spread is less than 1/64 of it (an outlier has left, the market is quiet again),
 * and after 16 windows or 512 values in any case, both are computed afresh from the window, in two passes. What
 * is read is never off by more than a known number of roundings, and an outlier leaves no trace.
 *
 * The recompute takes distances to one of the values first, so that equal values have a spread of exactly 0. They
 * always get there: their spread is below any limit. After it the largest spread is the spread itself, which has to
 * fall by 64 once more: an outlier costs O(period) once, and a nearly constant series nothing.
 *
 * Rejected: sums of the values themselves (with 1e5 ± 1e-2 no digit of the variance is right), two passes per value
 * (O(period)), sums over blocks of a suffix and a prefix (nothing is subtracted, but at a period of 20 the
 * mispredicted end of each block costs more than all arithmetic).
 */
import { isGap } from './gap.js';

/** How far a spread may fall before it is computed afresh. */
const FALL = 64;
/** After so many windows, and at least so many values, both are computed afresh in any case. */
const WINDOWS = 16;
const VALUES = 512;

/** Mean and spread of a window; see the top of the file. Hot path: no allocation after construction. */
export class WindowMoments {
  readonly #period: number;
  /** One over the period. */
  readonly #share: number;
  /** The newest values, NaN for gaps. Longer than the period, so that a value that comes overwrites none of them. */
  readonly #held: Float64Array;
  readonly #mask: number;
  /** Where the next value goes. */
  #head = 0;
  #count = 0;
  #anchor = 0;
  /** Mean less the anchor. */
  #offset = 0;
  #spread = 0;
  /** Largest spread since the last recompute. */
  #most = 0;
  /** Values until the next recompute. */
  #rest = 0;
  #headBefore = 0;
  #countBefore = 0;
  #anchorBefore = 0;
  #offsetBefore = 0;
  #spreadBefore = 0;
  #mostBefore = 0;
  #restBefore = 0;

  constructor(period: number) {
    this.#period = period;
    this.#share = 1 / period;
    this.#held = new Float64Array(2 ** Math.ceil(Math.log2(period + 1))).fill(NaN);
    this.#mask = this.#held.length - 1;
  }

  /** Values in the window that are no gaps. */
  get count(): number {
    return this.#count;
  }

  /** Whether the window is full and has no gap. */
  get isWhole(): boolean {
    return this.#count === this.#period;
  }

  /** Mean of the window, 0 when it has no values. */
  get mean(): number {
    return this.#anchor + this.#offset;
  }

  /** Sum of the squared distances to the mean: 0 exactly when all values are equal, never negative. */
  get spread(): number {
    return this.#spread;
  }

  /** The newest value; NaN when it is a gap or there is none. */
  get newest(): number {
    return this.#held[(this.#head - 1) & this.#mask] as number; // the mask keeps it within bounds, as below
  }

  /** Forgets everything. */
  reset(): void {
    this.#held.fill(NaN);
    this.#head = this.#rest = 0;
    this.#clear();
  }

  /** Makes all values so far final. */
  settle(): void {
    this.#headBefore = this.#head;
    this.#countBefore = this.#count;
    this.#anchorBefore = this.#anchor;
    this.#offsetBefore = this.#offset;
    this.#spreadBefore = this.#spread;
    this.#mostBefore = this.#most;
    this.#restBefore = this.#rest;
  }

  /** Takes back the one value that came since `settle`. */
  undo(): void {
    this.#head = this.#headBefore;
    this.#count = this.#countBefore;
    this.#anchor = this.#anchorBefore;
    this.#offset = this.#offsetBefore;
    this.#spread = this.#spreadBefore;
    this.#most = this.#mostBefore;
    this.#rest = this.#restBefore;
  }

  /** Adds one value. */
  push(value: number): void {
    if (!this.#canSlide(value)) {
      this.#take(value);
      return;
    }
    const leaving = this.#held[(this.#head - this.#period) & this.#mask] as number;
    const change = value - leaving;
    const offset = this.#offset + change * this.#share;
    this.#spread += change * (value - this.#anchor - offset + (leaving - this.#anchor - this.#offset));
    this.#offset = offset;
    this.#held[this.#head] = value;
    this.#head = (this.#head + 1) & this.#mask;
    this.#rest--;
    if (this.#spread > this.#most) this.#most = this.#spread;
    else if (this.#spread * FALL < this.#most) this.#recompute();
  }

  /**
   * Adds all values of `input`; writes the mean after each to `means`, and the root of spread / `divisor` to `roots`,
   * both NaN unless the window is whole. The two may be one array: it holds the roots.
   */
  run(input: Float64Array, means: Float64Array, roots?: Float64Array, divisor = 1): void {
    for (let index = 0; index < input.length;) {
      const value = input[index] as number; // within bounds
      if (this.#canSlide(value)) {
        index = this.#slide(input, index, means, roots, divisor);
      } else {
        this.#take(value);
        means[index] = this.isWhole ? this.mean : NaN;
        if (roots !== undefined) roots[index] = this.isWhole ? Math.sqrt(this.#spread / divisor) : NaN;
        index++;
      }
    }
  }

  #canSlide(value: number): boolean {
    return this.#count === this.#period && this.#rest > 0 && !isGap(value);
  }

  /** Does what `push` does, with everything in local variables, as far as it goes without a gap or a recompute. */
  #slide(
    input: Float64Array,
    from: number,
    means: Float64Array,
    roots: Float64Array | undefined,
    divisor: number,
  ): number {
    const held = this.#held;
    const mask = this.#mask;
    const period = this.#period;
    const share = this.#share;
    const anchor = this.#anchor;
    const end = Math.min(input.length, from + this.#rest);
    let head = this.#head;
    let offset = this.#offset;
    let spread = this.#spread;
    let most = this.#most;
    let index = from;
    let hasFallen = false;
    while (index < end && !hasFallen) {
      const value = input[index] as number; // within bounds, as are the other places
      if (isGap(value)) break;
      const leaving = held[(head - period) & mask] as number;
      const change = value - leaving;
      const before = offset;
      offset += change * share;
      spread += change * (value - anchor - offset + (leaving - anchor - before));
      held[head] = value;
      head = (head + 1) & mask;
      if (spread > most) most = spread;
      else if (spread * FALL < most) hasFallen = true;
      means[index] = anchor + offset;
      if (roots !== undefined) roots[index] = Math.sqrt(spread / divisor);
      index++;
    }
    this.#head = head;
    this.#offset = offset;
    this.#spread = spread;
    this.#most = most;
    this.#rest -= index - from;
    if (hasFallen) {
      this.#recompute();
      means[index - 1] = this.mean;
      if (roots !== undefined) roots[index - 1] = Math.sqrt(this.#spread / divisor);
    }
    return index;
  }

  /** Adds a value to a window that has gaps, is not full, or is due. */
  #take(value: number): void {
    const leaving = this.#held[(this.#head - this.#period) & this.#mask] as number;
    const isMissing = isGap(value);
    this.#held[this.#head] = isMissing ? NaN : value;
    this.#head = (this.#head + 1) & this.#mask;
    this.#rest--;
    if (!Number.isNaN(leaving)) this.#remove(leaving);
    if (!isMissing) this.#add(value);
    if (this.#count === 0) return;
    if (this.#spread > this.#most) this.#most = this.#spread;
    if (this.#spread * FALL < this.#most || this.#rest <= 0) this.#recompute();
  }

  #add(value: number): void {
    if (this.#count === 0) {
      this.#anchor = value;
      this.#rest = this.#dueAfter();
    }
    this.#count++;
    const distance = value - this.#anchor - this.#offset;
    this.#offset += distance / this.#count;
    this.#spread += distance * (value - this.#anchor - this.#offset);
  }

  #remove(value: number): void {
    this.#count--;
    if (this.#count === 0) {
      this.#clear();
      return;
    }
    const distance = value - this.#anchor - this.#offset;
    this.#offset -= distance / this.#count;
    this.#spread -= distance * (value - this.#anchor - this.#offset);
  }

  #clear(): void {
    this.#count = this.#anchor = this.#offset = this.#spread = this.#most = 0;
  }

  #recompute(): void {
    const count = this.#count;
    this.#anchor = this.#anyValue();
    this.#anchor += this.#sumOfDistances() / count;
    const rest = this.#sumOfDistances();
    this.#offset = rest / count;
    this.#spread = Math.max(0, this.#sumOfSquares() - rest * this.#offset);
    this.#most = this.#spread;
    this.#rest = this.#dueAfter();
  }

  #dueAfter(): number {
    // A window of one value is flat before and after any step, so that only the rounding of the step would be left.
    return this.#period === 1 ? 0 : Math.max(VALUES, WINDOWS * this.#period);
  }

  #anyValue(): number {
    for (let age = 1; age <= this.#period; age++) {
      const value = this.#held[(this.#head - age) & this.#mask] as number;
      if (!Number.isNaN(value)) return value;
    }
    return 0;
  }

  #sumOfDistances(): number {
    let sum = 0;
    for (let age = 1; age <= this.#period; age++) {
      const value = this.#held[(this.#head - age) & this.#mask] as number;
      if (!Number.isNaN(value)) sum += value - this.#anchor;
    }
    return sum;
  }

  #sumOfSquares(): number {
    let sum = 0;
    for (let age = 1; age <= this.#period; age++) {
      const distance = (this.#held[(this.#head - age) & this.#mask] as number) - this.#anchor;
      if (!Number.isNaN(distance)) sum += distance * distance;
    }
    return sum;
  }
}
