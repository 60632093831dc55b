import * as z from 'zod/mini';
import { ConfigError } from '../core/errors.js';
import { MAX_CAPACITY, readOptions, wholeNumber } from '../core/options.js';
import { requireNumber, requirePushed } from './arguments.js';
import { WindowExtreme } from './window-extreme.js';
import { WindowMoments } from './window-moments.js';

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
 * Nothing drifts: mean and variance are made of what is in the window, and what has left it shows at most in their last
 * digits. The variance is never negative, and exactly 0 when, and only when, all values are equal (spreads below 1e-150
 * count as none). Extremes are exact; -0 is given as 0.
 *
 * A value that is NaN, infinite or beyond 1e150 is a gap: it takes a place in the window, counts for nothing, and leaves.
 * What is undefined is NaN, never an infinity.
 *
 * Cost: a push is O(1), amortised, and allocates nothing; so is a read. Memory is 40 bytes per place.
 *
 * @throws ConfigError when an option is unknown or out of range.
 * @example
 * const stats = new RollingStats({ window: 3 });
 * for (const price of [10, 11, 12]) stats.push(price);
 * stats.mean; // 11
 * stats.zscore; // 1
 */
export class RollingStats {
  readonly #moments: WindowMoments;
  readonly #smallest: WindowExtreme;
  readonly #largest: WindowExtreme;
  readonly #minPeriods: number;
  readonly #ddof: number;
  #isEmpty = true;

  constructor(options: RollingStatsOptions) {
    const { window, minPeriods = window, ddof } = readOptions('RollingStats', SCHEMA, options);
    if (minPeriods > window) {
      throw new ConfigError(`RollingStats: minPeriods must be at most window (${window}), got ${minPeriods}`);
    }
    this.#moments = new WindowMoments(window);
    this.#smallest = new WindowExtreme(window, 1);
    this.#largest = new WindowExtreme(window, -1);
    this.#minPeriods = minPeriods;
    this.#ddof = ddof;
  }

  /** Values in the window, gaps excluded. */
  get count(): number {
    return this.#moments.count;
  }

  /** Sum of the values, NaN below `minPeriods`. */
  get sum(): number {
    return this.mean * this.count;
  }

  /** Mean of the values, NaN below `minPeriods`. */
  get mean(): number {
    return this.#isReady() ? this.#moments.mean : NaN;
  }

  /** Variance with `ddof`, NaN below `minPeriods` and when the count is not above `ddof`. Never negative. */
  get variance(): number {
    const divisor = this.count - this.#ddof;
    return this.#isReady() && divisor > 0 ? this.#moments.spread / divisor : NaN;
  }

  /** Square root of the variance. */
  get std(): number {
    return Math.sqrt(this.variance);
  }

  /** Distance of the newest value from the mean in standard deviations; NaN when it is a gap or the deviation 0. */
  get zscore(): number {
    const { std } = this;
    return std > 0 ? (this.#moments.newest - this.#moments.mean) / std : NaN;
  }

  /** Smallest value, NaN below `minPeriods`. */
  get min(): number {
    return this.#isReady() ? this.#smallest.extreme : NaN;
  }

  /** Largest value, NaN below `minPeriods`. */
  get max(): number {
    return this.#isReady() ? this.#largest.extreme : NaN;
  }

  /**
   * Adds a value; the oldest leaves a full window. NaN, the infinities and what is beyond 1e150 are gaps.
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): void {
    requireNumber('RollingStats', 'value', value);
    this.#isEmpty = false;
    this.#moments.append(value);
    this.#smallest.append(value);
    this.#largest.append(value);
  }

  /**
   * Puts `value` in place of the newest one, as for a bar that is still open.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): void {
    requirePushed('RollingStats', this.#isEmpty ? 0 : 1);
    requireNumber('RollingStats', 'value', value);
    this.#moments.replace(value);
    this.#smallest.replace(value);
    this.#largest.replace(value);
  }

  #isReady(): boolean {
    return this.count >= this.#minPeriods;
  }
}
