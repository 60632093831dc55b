/*
 * Exponentially weighted covariances, from one recursion per pair and bar (RiskMetrics, with a mean):
 *
 *   d = value - mean        mean += a * d        C = (1 - a) * (C + a * d * d')
 *
 * C stays positive semidefinite, since it is a sum of squares with weights above 0, and errors decay with the
 * weights: there is no window, no drift and nothing to recompute.
 *
 * A symbol without a value in a bar keeps its mean and variance. Its covariances keep the root of the decay, as
 * though its own clock had stood still: rows and columns are scaled alike, so that C stays positive semidefinite, which
 * leaving out such pairs would not ensure.
 *
 * The newest bar is kept apart and applied when the next one comes. Until then it may be amended at no cost, and reads
 * apply it to the pair that is asked for: the result is that of having seen the last values only, to the bit.
 */
import * as z from 'zod/mini';
import { ArgumentError } from '../core/errors.js';
import { claim, readOptions, wholeNumber } from '../core/options.js';
import { show } from '../core/show.js';
import { requireNumber, requirePushed } from './arguments.js';
import { isGap } from './gap.js';
import { correlationOf, SymbolList, symbolNames } from './symbol-list.js';

/** Options of {@link EwmaCorrelation}. */
export interface EwmaCorrelationOptions {
  /** Names of what is correlated, all different; 1 to 8192. Their order is that of arrays and matrices. */
  readonly symbols: readonly string[];
  /**
   * Bars after which a bar counts half; above 0. RiskMetrics' decay of 0.94 is a half-life of 11.2 bars; an average
   * of "period" n, with a = 2 / (n + 1), one of about 0.35 n.
   */
  readonly halfLife: number;
  /**
   * Fewest bars with a value, of each symbol concerned, below which a result is NaN; from 1 up.
   * @default 2
   */
  readonly minPeriods?: number;
}

/** Counters of an {@link EwmaCorrelation}. Counters only grow. */
export interface EwmaCorrelationStats {
  /** Symbols. */
  readonly symbols: number;
  /** Bars pushed. */
  readonly pushes: number;
  /** Values amended. */
  readonly amends: number;
  /** Values that were missing, not finite or beyond 1e150, amended ones included. */
  readonly gaps: number;
}

const OWNER = 'EwmaCorrelation';
const SCHEMA = z.strictObject({
  symbols: symbolNames(),
  halfLife: claim<number>('a number above 0', (value) => typeof value === 'number' && value > 0 && value < Infinity),
  minPeriods: z._default(wholeNumber(1), 2),
});

/**
 * Keeps the exponentially weighted correlations of all pairs of symbols: the newest bars count most, none is ever
 * dropped at once, and no window of bars is held.
 *
 * Mean and variance follow `mean += a * d` and `variance = (1 - a) * (variance + a * d²)`, d being value - mean and
 * a = 1 - 0.5 ** (1 / halfLife); they start from the first value and 0, as River's and pandas' (`adjust=False`,
 * `bias=True`) do. The matrix of covariances is positive semidefinite but for rounding, with missing values too.
 * What is undefined is NaN, never an infinity; |correlation| <= 1.
 *
 * A value that is NaN, infinite or beyond 1e150 is missing: its symbol keeps its mean and variance.
 *
 * Cost: a push is two multiplications per pair and allocates nothing, an amend and a read of a pair O(1). Memory is
 * 4 bytes per entry of the matrix.
 *
 * @throws ConfigError when an option is unknown or out of range.
 * @example
 * const live = new EwmaCorrelation({ symbols: ['BTC', 'ETH'], halfLife: 1 });
 * for (const bar of [[1, 10], [3, 20], [5, 25]]) live.push(bar);
 * live.variance('BTC'); // 2.75
 */
export class EwmaCorrelation {
  readonly #list: SymbolList;
  readonly #minPeriods: number;
  readonly #weight: number;
  /** Lower triangle of covariances, row by row, before the newest bar. */
  readonly #covariances: Float64Array;
  /** Before the newest bar. */
  readonly #means: Float64Array;
  /** Bars with a value, per symbol, before the newest. */
  readonly #counts: Float64Array;
  /** Distances of the newest bar from the means; NaN where a value is missing. */
  readonly #distances: Float64Array;
  readonly #bar: Float64Array;
  #pushes = 0;
  #amends = 0;
  #gaps = 0;

  constructor(options: EwmaCorrelationOptions) {
    const { symbols, halfLife, minPeriods } = readOptions(OWNER, SCHEMA, options);
    const size = symbols.length;
    this.#list = new SymbolList(OWNER, symbols);
    this.#minPeriods = minPeriods;
    this.#weight = -Math.expm1(-Math.LN2 / halfLife);
    this.#covariances = new Float64Array((size * (size + 1)) / 2);
    this.#means = new Float64Array(size);
    this.#counts = new Float64Array(size);
    this.#distances = new Float64Array(size).fill(NaN);
    this.#bar = new Float64Array(size);
  }

  /** The names given at construction, in their order. */
  get symbols(): readonly string[] {
    return this.#list.names;
  }

  /**
   * Adds one bar: a value per symbol, in the order of `symbols`. A bar that is refused changes nothing.
   * @throws ArgumentError when the length differs or a value is not a number.
   */
  push(values: ArrayLike<number>): void {
    this.#read(values);
    this.#absorb();
    for (let place = 0; place < this.#bar.length; place++) this.#put(place, this.#bar[place] as number); // within bounds
    this.#pushes++;
  }

  /**
   * Replaces one symbol's value in the newest bar, as for a bar that is still open. O(1).
   * @throws ArgumentError when nothing was pushed, the symbol is unknown or the value is not a number.
   */
  amend(symbol: string, value: number): void {
    requirePushed(OWNER, this.#pushes);
    const place = this.#list.placeOf(symbol);
    requireNumber(OWNER, 'value', value);
    this.#put(place, value);
    this.#amends++;
  }

  /**
   * Correlation of two symbols, -1 to 1; NaN below `minPeriods` and while one of them has not varied.
   * @throws ArgumentError when a symbol is unknown.
   */
  correlation(a: string, b: string): number {
    return this.#correlationAt(this.#list.placeOf(a), this.#list.placeOf(b));
  }

  /**
   * Covariance of two symbols; NaN below `minPeriods`.
   * @throws ArgumentError when a symbol is unknown.
   */
  covariance(a: string, b: string): number {
    return this.#covarianceAt(this.#list.placeOf(a), this.#list.placeOf(b));
  }

  /**
   * Variance of a symbol; NaN below `minPeriods`.
   * @throws ArgumentError when the symbol is unknown.
   */
  variance(a: string): number {
    return this.covariance(a, a);
  }

  /**
   * Mean of a symbol; NaN below `minPeriods`.
   * @throws ArgumentError when the symbol is unknown.
   */
  mean(a: string): number {
    const place = this.#list.placeOf(a);
    return this.#isReady(place) ? this.#meanAt(place) : NaN;
  }

  /**
   * Writes all correlations, row by row in the order of `symbols`, into `out` or a new array, and returns it.
   * @throws ArgumentError when `out` is not a Float64Array of the number of symbols squared.
   */
  matrix(out?: Float64Array): Float64Array {
    const matrix = this.#list.matrix(out);
    const size = this.symbols.length;
    for (let row = 0; row < size; row++) {
      for (let column = 0; column <= row; column++) {
        const value = this.#correlationAt(row, column);
        matrix[row * size + column] = value;
        matrix[column * size + row] = value;
      }
    }
    return matrix;
  }

  /** Counters, as plain data. */
  stats(): EwmaCorrelationStats {
    return { symbols: this.symbols.length, pushes: this.#pushes, amends: this.#amends, gaps: this.#gaps };
  }

  #read(values: ArrayLike<number>): void {
    const size = this.#bar.length;
    if (typeof values !== 'object' || values === null || values.length !== size) {
      throw new ArgumentError(`${OWNER}: a bar must be an array of ${size} values, got ${show(values)}`);
    }
    for (let place = 0; place < size; place++) {
      const value: unknown = values[place];
      if (typeof value !== 'number') {
        throw new ArgumentError(`${OWNER}: value ${place} of a bar must be a number, got ${show(value)}`);
      }
      this.#bar[place] = value;
    }
  }

  #put(place: number, value: number): void {
    const isMissing = isGap(value);
    if (isMissing) this.#gaps++;
    // The first value is the mean: it has no distance from it.
    const mean = this.#counts[place] === 0 ? value : (this.#means[place] as number);
    this.#distances[place] = isMissing ? NaN : value - mean;
    if (this.#counts[place] === 0) this.#means[place] = isMissing ? 0 : value;
  }

  /** Applies the newest bar. Hot path; the casts drop an `undefined`, since places are within bounds. */
  #absorb(): void {
    const covariances = this.#covariances;
    const distances = this.#distances;
    const weight = this.#weight;
    const root = Math.sqrt(1 - weight);
    let index = 0;
    for (let row = 0; row < distances.length; row++) {
      const distance = distances[row] as number;
      const isMissing = Number.isNaN(distance);
      for (let column = 0; column <= row; column++) {
        const other = distances[column] as number;
        covariances[index] =
          isMissing || Number.isNaN(other)
            ? (covariances[index] as number) * (isMissing && Number.isNaN(other) ? 1 : root)
            : (1 - weight) * ((covariances[index] as number) + weight * distance * other);
        index++;
      }
    }
    for (let place = 0; place < distances.length; place++) {
      const distance = distances[place] as number;
      if (Number.isNaN(distance)) continue;
      this.#means[place] = (this.#means[place] as number) + weight * distance;
      this.#counts[place] = (this.#counts[place] as number) + 1;
    }
  }

  #meanAt(place: number): number {
    const distance = this.#distances[place] as number;
    const mean = this.#means[place] as number;
    return Number.isNaN(distance) ? mean : mean + this.#weight * distance;
  }

  #isReady(place: number): boolean {
    const isPresent = !Number.isNaN(this.#distances[place]);
    return (this.#counts[place] as number) + (isPresent ? 1 : 0) >= this.#minPeriods;
  }

  #covarianceAt(a: number, b: number): number {
    return this.#isReady(a) && this.#isReady(b) ? this.#appliedAt(Math.max(a, b), Math.min(a, b)) : NaN;
  }

  #correlationAt(a: number, b: number): number {
    if (!this.#isReady(a) || !this.#isReady(b)) return NaN;
    const variance = this.#appliedAt(a, a);
    if (a === b) return variance > 0 ? 1 : NaN;
    return correlationOf(this.#appliedAt(Math.max(a, b), Math.min(a, b)), variance, this.#appliedAt(b, b));
  }

  /** What `#absorb` will make of one pair. */
  #appliedAt(row: number, column: number): number {
    const covariance = this.#covariances[(row * (row + 1)) / 2 + column] as number;
    const distance = this.#distances[row] as number;
    const other = this.#distances[column] as number;
    const weight = this.#weight;
    if (Number.isNaN(distance) || Number.isNaN(other)) {
      const isWhole = Number.isNaN(distance) && Number.isNaN(other);
      return covariance * (isWhole ? 1 : Math.sqrt(1 - weight));
    }
    return (1 - weight) * (covariance + weight * distance * other);
  }
}
