import * as z from 'zod/mini';
import { ConfigError } from '../core/errors.js';
import { MAX_CAPACITY, readOptions, wholeNumber } from '../core/options.js';
import { requireNumber, requirePushed } from './arguments.js';
import { squaresAround, sumOf } from './kernels.js';
import { ValueWindow } from './value-window.js';

/** Options of {@link RollingStats}. */
export interface RollingStatsOptions {
  /** Newest values the statistics cover, gaps included; 1 to 16777216. */
  readonly window: number;
  /**
   * Fewest values, gaps excluded, below which every statistic but `count` is NaN; 1 to `window`.
   * @default window
   */
  readonly minPeriods?: number;
  /**
   * Subtracted from the count to divide the variance: 1 for a sample, 0 for a population.
   * @default 1
   */
  readonly ddof?: number;
}

const SCHEMA = z.strictObject({
  window: wholeNumber(1, MAX_CAPACITY),
  minPeriods: z.optional(wholeNumber(1, MAX_CAPACITY)),
  ddof: z._default(wholeNumber(0), 1),
});

/**
 * Keeps mean, variance, extremes and z-score of the newest `window` values.
 *
 * Each statistic is the plain formula over the values now in the window, oldest first: mean = sum / n,
 * variance = the sum of (value - mean)² / (n - ddof). It equals a recompute to the bit, whatever was seen
 * before. The variance is never negative, and exactly 0 when all values are equal.
 *
 * A value that is NaN, infinite or beyond 1e150 is a gap: it takes a place in the window, counts for nothing, and leaves.
 * What is undefined is NaN, never an infinity.
 *
 * Cost: a push is O(1) and allocates nothing; the first read after it is O(window).
 *
 * @throws ConfigError when an option is unknown or out of range.
 * @example
 * const stats = new RollingStats({ window: 3 });
 * for (const price of [10, 11, 12]) stats.push(price);
 * stats.mean; // 11
 * stats.zscore; // 1
 */
export class RollingStats {
  readonly #window: ValueWindow;
  readonly #minPeriods: number;
  readonly #ddof: number;
  /** The window without its gaps, filled only when it has some. */
  #observed: Float64Array | undefined;
  #isStale = false;
  #count = 0;
  #sum = NaN;
  #mean = NaN;
  #variance = NaN;
  #min = NaN;
  #max = NaN;

  constructor(options: RollingStatsOptions) {
    const { window, minPeriods = window, ddof } = readOptions('RollingStats', SCHEMA, options);
    if (minPeriods > window) {
      throw new ConfigError(`RollingStats: minPeriods must be at most window (${window}), got ${minPeriods}`);
    }
    this.#window = new ValueWindow(window);
    this.#minPeriods = minPeriods;
    this.#ddof = ddof;
  }

  /** Values in the window, gaps excluded. */
  get count(): number {
    this.#refresh();
    return this.#count;
  }

  /** Sum of the values, NaN below `minPeriods`. */
  get sum(): number {
    this.#refresh();
    return this.#sum;
  }

  /** Mean of the values, NaN below `minPeriods`. */
  get mean(): number {
    this.#refresh();
    return this.#mean;
  }

  /** Variance with `ddof`, NaN below `minPeriods` and when the count is not above `ddof`. Never negative. */
  get variance(): number {
    this.#refresh();
    return this.#variance;
  }

  /** Square root of the variance. */
  get std(): number {
    return Math.sqrt(this.variance);
  }

  /** Distance of the newest value from the mean in standard deviations; NaN when it is a gap or the deviation 0. */
  get zscore(): number {
    const { std } = this;
    return std > 0 ? (this.#window.newest - this.#mean) / std : NaN;
  }

  /** Smallest value, NaN below `minPeriods`. */
  get min(): number {
    this.#refresh();
    return this.#min;
  }

  /** Largest value, NaN below `minPeriods`. */
  get max(): number {
    this.#refresh();
    return this.#max;
  }

  /**
   * Adds a value; the oldest leaves a full window. NaN, the infinities and what is beyond 1e150 are gaps.
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): void {
    requireNumber('RollingStats', 'value', value);
    this.#window.push(value);
    this.#isStale = true;
  }

  /**
   * Puts `value` in place of the newest one, as for a bar that is still open.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): void {
    requirePushed('RollingStats', this.#window.size);
    requireNumber('RollingStats', 'value', value);
    this.#window.amend(value);
    this.#isStale = true;
  }

  #refresh(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    const { values, size, isWhole } = this.#window;
    if (isWhole) this.#compute(values, this.#window.startOf(size), size);
    else this.#computeWithGaps();
  }

  #computeWithGaps(): void {
    const { values, size, capacity } = this.#window;
    const observed = (this.#observed ??= new Float64Array(capacity));
    const start = this.#window.startOf(size);
    let count = 0;
    for (let index = start; index < start + size; index++) {
      const value = values[index] as number; // start + size is within the mirrored slots
      if (!Number.isNaN(value)) observed[count++] = value;
    }
    this.#compute(observed, 0, count);
  }

  #compute(values: Float64Array, start: number, count: number): void {
    this.#count = count;
    const isReady = count >= this.#minPeriods;
    this.#sum = isReady ? sumOf(values, start, count) : NaN;
    this.#mean = this.#sum / count;
    this.#setExtremes(values, start, isReady ? count : 0);
    this.#variance = isReady && count > this.#ddof ? this.#varianceOf(values, start, count) : NaN;
  }

  #setExtremes(values: Float64Array, start: number, count: number): void {
    let min = Infinity;
    let max = -Infinity;
    for (let index = start; index < start + count; index++) {
      const value = values[index] as number; // start + count is within bounds
      if (value < min) min = value;
      if (value > max) max = value;
    }
    this.#min = count === 0 ? NaN : min;
    this.#max = count === 0 ? NaN : max;
  }

  // The mean of equal values may be rounded, so that their distances to it are not 0: hence the exact test.
  #varianceOf(values: Float64Array, start: number, count: number): number {
    if (this.#min === this.#max) return 0;
    return squaresAround(values, start, count, this.#mean) / (count - this.#ddof);
  }
}
