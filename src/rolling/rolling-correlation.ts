import * as z from 'zod/mini';
import { ArgumentError } from '../core/errors.js';
import { oneOf, readOptions } from '../core/options.js';
import { show } from '../core/show.js';
import { requireNumber, requirePushed } from './arguments.js';
import { BarIntake } from './bar-intake.js';
import { CoMoments } from './co-moments.js';
import {
  type CorrelationSettings,
  readCorrelationOptions,
  type RollingCorrelationOptions,
} from './correlation-options.js';
import { PairMoments } from './pair-moments.js';
import { type CorrelatedPair, type CorrelationDirection, StrongestPairs } from './strongest-pairs.js';

/**
 * Why a correlation is NaN ('too-few-values', 'zero-variance'), or is not exact: a symbol has no tick, has a
 * value in the window that is off its grid, or moves over more ticks than sums can hold exactly.
 */
export type CorrelationReason = 'too-few-values' | 'zero-variance' | 'no-tick-size' | 'off-grid' | 'range-too-wide';

/** Options of {@link RollingCorrelation.top}. */
export interface TopOptions {
  /**
   * Which pairs are wanted: the highest above 0, the lowest below 0, or the largest either way.
   * @default 'absolute'
   */
  readonly direction?: CorrelationDirection;
}

/** Counters and state of a {@link RollingCorrelation}. Counters only grow; `bars` and `exactSymbols` are of now. */
export interface RollingCorrelationStats {
  /** Symbols. */
  readonly symbols: number;
  /** Symbols that are counted in whole ticks now. */
  readonly exactSymbols: number;
  /** Bars in the window now. */
  readonly bars: number;
  /** Bars pushed. */
  readonly pushes: number;
  /** Values amended. */
  readonly amends: number;
  /** Values that were missing, not finite or beyond 1e150, amended ones included. */
  readonly gaps: number;
  /** Gaps that 'forward-fill' filled. */
  readonly filledGaps: number;
  /** Bars that 'listwise' left out; a bar amended while incomplete may count more than once. */
  readonly droppedBars: number;
  /** Values off their symbol's grid. */
  readonly offGridValues: number;
  /** Times a symbol with a tick went from ticks to floats. It returns once its window allows. */
  readonly floatFallbacks: number;
  /** Times a symbol's sums were recomputed from the window, to change its anchor or to undo rounding. */
  readonly rowRecomputes: number;
}

const TOP_SCHEMA = z.strictObject({
  direction: z._default(oneOf('positive', 'negative', 'absolute'), 'absolute'),
});
const EPSILON = 2 ** -52;
const OWNER = 'RollingCorrelation';

/**
 * Keeps the correlations of all pairs of symbols over the newest `window` bars, updated bar by bar.
 *
 * With `tickSize` results are exact: identical to the bit with a full recompute, whatever was seen before. A
 * symbol with a value in the window that is off its grid by more than 1e-6 tick, or with a range too wide for
 * exact sums, is kept as floats until that has left; `reason` and `stats` tell. All other results are within
 * `errorBound()`. What is undefined is NaN, never an infinity. A variance is 0 when values are equal, not when
 * it is small.
 *
 * A value that is NaN, infinite or beyond 1e150 is missing. It spoils nothing and leaves with its bar.
 *
 * Cost: a push is two multiplications per pair and allocates nothing; memory is 8 bytes per pair and 8 (with
 * ticks 16) per value in the window. Reading a pair is O(1), or O(window) while one of the two lacks a value.
 *
 * @throws ConfigError when an option is unknown or out of range.
 * @example
 * const correlation = new RollingCorrelation({ symbols: ['BTC', 'ETH'], window: 3, tickSize: 0.5 });
 * for (const bar of [[100, 10], [101, 10.5], [103, 11]]) correlation.push(bar);
 * correlation.correlation('BTC', 'ETH'); // 0.9819805060619657
 */
export class RollingCorrelation {
  /** The names given at construction, in their order. */
  readonly symbols: readonly string[];
  readonly #settings: CorrelationSettings;
  readonly #indices: ReadonlyMap<string, number>;
  readonly #intake: BarIntake;
  readonly #moments: CoMoments;
  readonly #pair: PairMoments;
  readonly #bar: Float64Array;
  #pushes = 0;
  #amends = 0;

  constructor(options: RollingCorrelationOptions) {
    const settings = readCorrelationOptions(OWNER, options);
    const { symbols, window, ticks, tolerance, input, missing } = settings;
    this.symbols = Object.freeze(symbols);
    this.#settings = settings;
    this.#indices = new Map(symbols.map((symbol, index) => [symbol, index]));
    this.#intake = new BarIntake(symbols.length, input, missing);
    this.#moments = new CoMoments(ticks, window, tolerance);
    this.#pair = new PairMoments(this.#moments, missing === 'listwise');
    this.#bar = new Float64Array(symbols.length);
  }

  /**
   * Adds one closed bar: an array of values in the order of `symbols`, or an object of values by symbol, in
   * which a symbol left out is missing. A bar that is refused changes nothing.
   * @throws ArgumentError when the length differs, a symbol is unknown or a value is not a number.
   */
  push(values: ArrayLike<number> | Readonly<Record<string, number>>): void {
    if (isArrayLike(values)) this.#readArray(values);
    else this.#readRecord(values);
    this.#intake.read(this.#bar);
    this.#pushes++;
    if (this.#hasRow()) this.#moments.push(this.#intake.row);
  }

  /**
   * Replaces one symbol's value in the newest bar, as for a bar that is still open. O(symbols), except with
   * 'listwise' when the bar becomes complete or incomplete.
   * @throws ArgumentError when nothing was pushed, the symbol is unknown or the value is not a number.
   */
  amend(symbol: string, value: number): void {
    requirePushed(OWNER, this.#pushes);
    const index = this.#indexOf(symbol);
    requireNumber(OWNER, 'value', value);
    const effect = this.#intake.amend(index, value);
    this.#amends++;
    if (!this.#hasRow()) return;
    if (effect === 'bar') this.#moments.replaceNewest(this.#intake.row);
    // The cast drops an `undefined`: a known symbol has an entry in the row.
    else if (effect === 'symbol') this.#moments.amend(index, this.#intake.row[index] as number);
  }

  /**
   * Pearson correlation of two symbols, -1 to 1; 1 of a symbol with itself; NaN as `reason` tells.
   *
   * When both are exact it is, over the n bars in which both have a value, with x and y in whole ticks
   * minus any whole number:
   *
   * `(n * Sxy - Sx * Sy) / Math.sqrt((n * Sxx - Sx * Sx) * (n * Syy - Sy * Sy))`, clamped to -1 and 1.
   *
   * All sums, products and differences in it are exact integers, so that only the product under the root,
   * the root and the quotient round, and the subtracted number does not matter.
   * @throws ArgumentError when a symbol is unknown.
   */
  correlation(a: string, b: string): number {
    return this.#correlationOf(this.#indexOf(a), this.#indexOf(b));
  }

  /**
   * Covariance of two symbols with `ddof`; NaN below `minPeriods` or when the count is not above `ddof`.
   * @throws ArgumentError when a symbol is unknown.
   */
  covariance(a: string, b: string): number {
    return this.#load(this.#indexOf(a), this.#indexOf(b)) ? this.#pair.covariance(this.#settings.ddof) : NaN;
  }

  /**
   * Variance of a symbol with `ddof`, exactly 0 when its values are equal; NaN as for `covariance`.
   * @throws ArgumentError when the symbol is unknown.
   */
  variance(a: string): number {
    return Math.max(0, this.covariance(a, a));
  }

  /**
   * Mean of a symbol; NaN below `minPeriods`.
   * @throws ArgumentError when the symbol is unknown.
   */
  mean(a: string): number {
    const index = this.#indexOf(a);
    return this.#load(index, index) ? this.#moments.meanOf(index) : NaN;
  }

  /**
   * Slope of `a` on `b`, covariance(a, b) / variance(b): how far `a` moves when `b` moves by 1. NaN below
   * `minPeriods` or when `b` does not vary.
   * @throws ArgumentError when a symbol is unknown.
   */
  beta(a: string, b: string): number {
    return this.#load(this.#indexOf(a), this.#indexOf(b)) ? this.#pair.slope() : NaN;
  }

  /**
   * Writes all correlations, row by row in the order of `symbols`, into `out` or a new array, and returns it.
   * @throws ArgumentError when `out` is not a Float64Array of the number of symbols squared.
   */
  matrix(out?: Float64Array): Float64Array {
    const size = this.symbols.length;
    const matrix = out === undefined ? new Float64Array(size * size) : out;
    if (!(matrix instanceof Float64Array) || matrix.length !== size * size) {
      throw new ArgumentError(`${OWNER}: out must be a Float64Array of length ${size * size}, got ${show(out)}`);
    }
    for (let left = 0; left < size; left++) {
      for (let right = left; right < size; right++) {
        const value = this.#correlationOf(left, right);
        matrix[left * size + right] = value;
        matrix[right * size + left] = value;
      }
    }
    return matrix;
  }

  /**
   * The `k` strongest pairs, strongest first; equal ones in the order of `symbols`. Fewer when fewer are
   * defined and point that way. O(pairs).
   * @throws ArgumentError when `k` is not a whole number from 0 up.
   * @throws ConfigError when an option is unknown or wrong.
   */
  top(k: number, options: TopOptions = {}): CorrelatedPair[] {
    const { direction } = readOptions(`${OWNER}.top`, TOP_SCHEMA, options);
    if (!Number.isSafeInteger(k) || k < 0) {
      throw new ArgumentError(`${OWNER}: k must be a whole number from 0 up, got ${show(k)}`);
    }
    const strongest = new StrongestPairs(k, direction);
    for (let left = 0; left < this.symbols.length; left++) {
      for (let right = left + 1; right < this.symbols.length; right++) {
        strongest.offer(left, right, this.#correlationOf(left, right));
      }
    }
    return strongest.named(this.symbols);
  }

  /**
   * Why the correlation of two symbols is NaN, or else why it is not exact; undefined when it is exact.
   * @throws ArgumentError when a symbol is unknown.
   */
  reason(a: string, b: string): CorrelationReason | undefined {
    const left = this.#indexOf(a);
    const right = this.#indexOf(b);
    if (!this.#load(left, right) || this.#pair.count < 2) return 'too-few-values';
    if (Number.isNaN(this.#pair.correlation())) return 'zero-variance';
    for (const index of [left, right]) {
      const mode = this.#moments.modeOf(index);
      if (mode !== 'exact') return mode;
    }
    return undefined;
  }

  /**
   * Bound of the error of every correlation now, against exact arithmetic on the same values (in ticks for
   * exact symbols, else the doubles pushed or the returns formed of them). O(symbols).
   */
  errorBound(): number {
    let largest = 0;
    let second = 0;
    let hasGaps = false;
    for (let index = 0; index < this.symbols.length; index++) {
      const error = this.#hasFloats() ? this.#moments.relativeError(index) : 0;
      second = Math.max(second, Math.min(largest, error));
      largest = Math.max(largest, error);
      hasGaps ||= !this.#moments.isComplete(index);
    }
    const ofGaps = hasGaps && this.#hasFloats() ? 4 * (this.#settings.window + 4) * EPSILON : 0;
    return 4 * EPSILON + Math.max(largest + second, ofGaps);
  }

  /** Counters and state, as plain data. */
  stats(): RollingCorrelationStats {
    return {
      symbols: this.symbols.length,
      exactSymbols: this.symbols.length - this.#moments.floats,
      bars: this.#moments.bars,
      pushes: this.#pushes,
      amends: this.#amends,
      gaps: this.#intake.gaps,
      filledGaps: this.#intake.filled,
      droppedBars: this.#intake.dropped,
      offGridValues: this.#moments.offGridTotal,
      floatFallbacks: this.#moments.fallbacks,
      rowRecomputes: this.#moments.rebuilds,
    };
  }

  #hasFloats(): boolean {
    return this.#moments.floats > 0;
  }

  // The first bar of returns has no bar before it.
  #hasRow(): boolean {
    return this.#pushes > 1 || this.#settings.input === 'values';
  }

  #correlationOf(left: number, right: number): number {
    return this.#load(left, right) ? this.#pair.correlation() : NaN;
  }

  #load(left: number, right: number): boolean {
    this.#pair.load(left, right);
    return this.#pair.count >= this.#settings.minPeriods;
  }

  #indexOf(symbol: string): number {
    const index = this.#indices.get(symbol);
    if (index === undefined) throw new ArgumentError(`${OWNER}: symbol must be a known symbol, got ${show(symbol)}`);
    return index;
  }

  #readArray(values: ArrayLike<number>): void {
    const size = this.symbols.length;
    if (values.length !== size) {
      throw new ArgumentError(`${OWNER}: a bar must have ${size} values, got ${show(values.length)}`);
    }
    for (let index = 0; index < size; index++) {
      const value: unknown = values[index];
      if (typeof value !== 'number') throw notANumber(index, value);
      this.#bar[index] = value;
    }
  }

  #readRecord(values: Readonly<Record<string, number>>): void {
    if (typeof values !== 'object' || values === null) {
      throw new ArgumentError(`${OWNER}: a bar must be an array or an object by symbol, got ${show(values)}`);
    }
    this.#bar.fill(NaN);
    for (const [symbol, value] of Object.entries(values)) {
      if (typeof value !== 'number') throw notANumber(symbol, value);
      this.#bar[this.#indexOf(symbol)] = value;
    }
  }
}

function notANumber(place: number | string, value: unknown): ArgumentError {
  return new ArgumentError(`${OWNER}: value of ${show(place)} must be a number, got ${show(value)}`);
}

function isArrayLike(values: unknown): values is ArrayLike<number> {
  return Array.isArray(values) || (ArrayBuffer.isView(values) && 'length' in values);
}
