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

  /** Adds one value; those before are final from now on. */
  append(value: number): void {
    if (this.#at === this.#period) this.#turn();
    this.#bestBefore = this.#best;
    this.#unbrokenBefore = this.#unbroken;
    this.#add(value);
  }

  /** Puts a value in the place of the one that was appended last. */
  replace(value: number): void {
    this.#at--;
    this.#best = this.#bestBefore;
    this.#unbroken = this.#unbrokenBefore;
    this.#add(value);
  }

  /** Adds one value that is never replaced. */
  push(value: number): void {
    if (this.#at === this.#period) this.#turn();
    this.#add(value);
  }

  /** Adds all values of `input` and writes the extreme after each, NaN unless the window is full and has no gap. */
  run(input: Float64Array, output: Float64Array): void {
    const period = this.#period;
    let index = this.#step(input, output, 0, period - (this.#at % period));
    // Whole blocks without gaps are computed from the input alone: the window is behind, at the end of an older one.
    let isBehind = false;
    while (index < input.length) {
      const canSlide = index >= period && index + period <= input.length && (isBehind || this.#unbroken >= period);
      if (canSlide && slideExtremes(input, output, index, period, this.#sign)) {
        isBehind = true;
        index += period;
      } else {
        if (isBehind) this.#catchUp(input, index);
        isBehind = false;
        index = this.#step(input, output, index, period);
      }
    }
    if (isBehind) this.#catchUp(input, index);
  }

  /** Pushes up to so many values and returns the index of the next. */
  #step(input: Float64Array, output: Float64Array, from: number, most: number): number {
    const end = Math.min(input.length, from + most);
    for (let index = from; index < end; index++) {
      this.push(input[index] as number); // within bounds
      output[index] = this.value;
    }
    return end;
  }

  /** Comes to the state after the block that ends before `end`. No suffix of the one before counts any more. */
  #catchUp(input: Float64Array, end: number): void {
    this.#at = 0;
    this.#best = Infinity;
    for (let index = end - this.#period; index < end; index++) this.push(input[index] as number); // within bounds
  }

  #add(value: number): void {
    const at = this.#at++;
    if (isGap(value)) {
      this.#unbroken = 0;
      this.#held[at] = Infinity;
      return;
    }
    const key = this.#sign * value;
    this.#unbroken++;
    this.#held[at] = key;
    if (key < this.#best) this.#best = key;
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

/**
 * Writes the extreme of the window that ends at each value of the block that begins at `from`; the values of the block
 * before are no gaps. Returns false, having written some, when one in this block is.
 *
 * Extremes of suffixes wait in `out` where they will be used. Casts drop an `undefined`: all places are within bounds.
 */
function slideExtremes(input: Float64Array, out: Float64Array, from: number, period: number, sign: 1 | -1): boolean {
  let best = Infinity;
  for (let index = from - 1; index > from - period; index--) {
    const key = sign * (input[index] as number);
    if (key < best) best = key;
    out[index + period - 1] = best;
  }
  out[from + period - 1] = best = Infinity;
  for (let index = from; index < from + period; index++) {
    const value = input[index] as number;
    if (isGap(value)) return false;
    const key = sign * value;
    if (key < best) best = key;
    const older = out[index] as number;
    out[index] = sign * (best < older ? best : older) + 0;
  }
  return true;
}
