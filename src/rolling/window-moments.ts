/*
 * Mean and spread of the newest `period` values of a stream, O(1) per value, amortised, and without drift. The spread
 * is the sum of the squared distances to the mean.
 *
 * Time is cut into blocks of `period` values. A window is the end of one block and the start of the next, so that its
 * sums are those of a suffix of the older block, computed for all suffixes when the newer block begins, plus those of
 * the newer block so far. Nothing is ever subtracted that was added before: a sum consists of what is in the window,
 * and an outlier that has left has left no trace, not in a single bit.
 *
 * Sums are taken of distances to an anchor: the last value of the older block, the first of the newer. Either is in
 * every window that takes its sums, so that rounding follows the width of the window, not its level, and the sums of
 * equal values are exactly 0. With n values the sum of squares is at most n times the spread, and usually two or three
 * times: what is lost when the square of the sum is taken from it is a few roundings.
 *
 * Sums of the suffix are moved to the anchor of the newer block: with e the older anchor less the newer,
 * s' = s + n e and q' = q + e (s + s').
 *
 * Rejected: adding what comes and subtracting what leaves, where an outlier spoils all that follows and has to be told
 * and repaired; sums of the values themselves (with 1e5 ± 1e-2 no digit of the variance is right); two passes per value
 * (O(period)).
 */
import { isGap } from './gap.js';
import { meanOf, slideMeans, slideRoots, spreadOf } from './moment-blocks.js';

/** Mean and spread of a window; see the top of the file. Hot path: no allocation after construction. */
export class WindowMoments {
  readonly #period: number;
  /**
   * The newer block's values before `#at`, NaN for gaps; from there on the sums of the older block's suffixes. One more
   * place, 0, follows, here and below.
   */
  readonly #held: Float64Array;
  /** From `#at` on: sums of squares of the older block's suffixes. */
  readonly #squares: Float64Array;
  /** From `#at` on: how many values these sums have. */
  readonly #counts: Float64Array;
  /** Anchor of the older block. */
  #older = 0;
  /** Values of the newer block, gaps included. */
  #at = 0;
  /** The same without gaps. */
  #count = 0;
  /** Anchor of the newer block; that of the older until there is one. */
  #anchor = 0;
  /** The older anchor less the newer. */
  #shift = 0;
  #sum = 0;
  #square = 0;
  #sumBefore = 0;
  #squareBefore = 0;

  constructor(period: number) {
    this.#period = period;
    this.#held = new Float64Array(period + 1);
    this.#squares = new Float64Array(period + 1);
    this.#counts = new Float64Array(period + 1);
  }

  /** Values in the window that are no gaps. */
  get count(): number {
    return (this.#counts[this.#at] as number) + this.#count; // one slot more than places, as below
  }

  /** Whether the window is full and has no gap. */
  get isWhole(): boolean {
    return this.count === this.#period;
  }

  /** Mean of the window, 0 when it has no values. */
  get mean(): number {
    return meanOf(this.#anchor, this.count, this.#total());
  }

  /** Sum of the squared distances to the mean, never negative; 0 of equal values, and of spreads too small to square. */
  get spread(): number {
    return spreadOf(this.#totalSquare(), this.count, this.#total());
  }

  /** The mean; NaN unless the window is whole. */
  wholeMean(): number {
    const at = this.#at;
    const older = this.#counts[at] as number;
    const count = older + this.#count;
    if (count !== this.#period) return NaN;
    return meanOf(this.#anchor, count, (this.#held[at] as number) + older * this.#shift + this.#sum);
  }

  /** The spread; NaN unless the window is whole. */
  wholeSpread(): number {
    const at = this.#at;
    const older = this.#counts[at] as number;
    const count = older + this.#count;
    if (count !== this.#period) return NaN;
    const shift = this.#shift;
    const suffix = this.#held[at] as number;
    const moved = suffix + older * shift;
    const square = (this.#squares[at] as number) + shift * (suffix + moved) + this.#square;
    return spreadOf(square, count, moved + this.#sum);
  }

  /** The newest value; NaN when it is a gap or there is none. */
  get newest(): number {
    return this.#at === 0 ? NaN : (this.#held[this.#at - 1] as number);
  }

  /** Forgets everything. */
  reset(): void {
    this.#held.fill(0);
    this.#squares.fill(0);
    this.#counts.fill(0);
    this.#older = 0;
    this.#begin();
  }

  /** Adds one value; those before are final from now on. */
  append(value: number): void {
    if (this.#at === this.#period) this.#turn();
    this.#sumBefore = this.#sum;
    this.#squareBefore = this.#square;
    this.#add(value);
  }

  /** Puts a value in the place of the one that was appended last. */
  replace(value: number): void {
    this.#at--;
    if (!Number.isNaN(this.#held[this.#at])) this.#count--;
    this.#sum = this.#sumBefore;
    this.#square = this.#squareBefore;
    if (this.#count === 0) {
      this.#anchor = this.#older;
      this.#shift = 0;
    }
    this.#add(value);
  }

  /** Adds one value that is never replaced. */
  push(value: number): void {
    if (this.#at === this.#period) this.#turn();
    this.#add(value);
  }

  /**
   * Adds all values of `input`; writes the mean after each to `means`, and the root of spread / `divisor` to `roots`,
   * both NaN unless the window is whole. The two may be one array: it holds the roots.
   */
  run(input: Float64Array, means: Float64Array, roots?: Float64Array, divisor = 1): void {
    const period = this.#period;
    let index = this.#step(input, 0, period - (this.#at % period), means, roots, divisor);
    // Whole blocks without gaps are computed from the input alone: the window is behind, at the end of an older one.
    let isBehind = false;
    while (index < input.length) {
      const canSlide = index >= period && index + period <= input.length && (isBehind || this.#count === period);
      if (canSlide) isBehind = true;
      if (canSlide && this.#slide(input, index, means, roots, divisor)) {
        index += period;
      } else {
        if (isBehind) this.#catchUp(input, index);
        isBehind = false;
        index = this.#step(input, index, period, means, roots, divisor);
      }
    }
    if (isBehind) this.#catchUp(input, index);
  }

  /** Does what `push` does with a whole block, but leaves this window behind; false when there is a gap in it. */
  #slide(
    input: Float64Array,
    from: number,
    means: Float64Array,
    roots: Float64Array | undefined,
    divisor: number,
  ): boolean {
    if (roots === undefined) return slideMeans(input, means, from, this.#period);
    return slideRoots(input, means, roots, from, this.#period, divisor, this.#held, this.#squares);
  }

  /** Pushes up to so many values and returns the index of the next. */
  #step(
    input: Float64Array,
    from: number,
    most: number,
    means: Float64Array,
    roots: Float64Array | undefined,
    divisor: number,
  ): number {
    const end = Math.min(input.length, from + most);
    for (let index = from; index < end; index++) {
      this.push(input[index] as number); // within bounds
      means[index] = this.wholeMean();
      if (roots !== undefined) roots[index] = Math.sqrt(this.wholeSpread() / divisor);
    }
    return end;
  }

  /** Comes to the state after the block that ends before `end`. No suffix of the one before counts any more. */
  #catchUp(input: Float64Array, end: number): void {
    this.#begin();
    for (let index = end - this.#period; index < end; index++) this.push(input[index] as number); // within bounds
  }

  #add(value: number): void {
    const at = this.#at++;
    if (isGap(value)) {
      this.#held[at] = NaN;
      return;
    }
    this.#held[at] = value;
    if (this.#count === 0) {
      this.#anchor = value;
      this.#shift = this.#older - value;
    }
    this.#count++;
    const distance = value - this.#anchor;
    this.#sum += distance;
    this.#square += distance * distance;
  }

  #total(): number {
    const suffix = this.#held[this.#at] as number;
    return suffix + (this.#counts[this.#at] as number) * this.#shift + this.#sum;
  }

  #totalSquare(): number {
    const suffix = this.#held[this.#at] as number;
    const moved = suffix + (this.#counts[this.#at] as number) * this.#shift;
    return (this.#squares[this.#at] as number) + this.#shift * (suffix + moved) + this.#square;
  }

  #turn(): void {
    const held = this.#held;
    // One by one: what is taken out of a list is a number on the heap, and so are all sums that begin with it.
    let sum = 0;
    let square = 0;
    let count = 0;
    let anchor = 0;
    for (let place = this.#period - 1; place >= 0; place--) {
      const value = held[place] as number;
      if (!Number.isNaN(value)) {
        if (count === 0) anchor = value;
        const distance = value - anchor;
        sum += distance;
        square += distance * distance;
        count++;
      }
      held[place] = sum;
      this.#squares[place] = square;
      this.#counts[place] = count;
    }
    this.#older = anchor;
    this.#begin();
  }

  /** Begins a newer block. */
  #begin(): void {
    this.#anchor = this.#older;
    this.#at = this.#count = this.#shift = this.#sum = this.#square = 0;
  }
}
