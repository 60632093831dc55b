import * as z from 'zod/mini';
import { ArgumentError } from '../core/errors.js';
import { oneOf, readOptions } from '../core/options.js';
import { show } from '../core/show.js';
import { requireNumber, requirePushed } from './arguments.js';
import { type BarValues, readBar, readNumbers } from './bar-reader.js';
import {
  type CorrelationSettings,
  isTickSize,
  MAX_SYMBOLS,
  MAX_VALUES,
  readCorrelationOptions,
  readWorkers,
  type RollingCorrelationOptions,
} from './correlation-options.js';
import { readSnapshot, writeSnapshot } from './correlation-snapshot.js';
import { CorrelationState } from './correlation-state.js';
import type { RollingCorrelationStats } from './correlation-stats.js';
import { repairPsd } from './psd.js';
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

const TOP_SCHEMA = z.strictObject({
  direction: z._default(oneOf('positive', 'negative', 'absolute'), 'absolute'),
});
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
 * Cost: a push is two multiplications per pair and allocates nothing; memory is 24 bytes per pair and 8
 * (with ticks 16) per value in the window. Reading a pair is O(1), and so is amending the newest bar; see `amend` and
 * `missing` for what costs more. WebAssembly and plain JavaScript give the same bits.
 *
 * @throws ConfigError when an option is unknown or out of range.
 * @example
 * const correlation = new RollingCorrelation({ symbols: ['BTC', 'ETH'], window: 3, tickSize: 0.5 });
 * for (const bar of [[100, 10], [101, 10.5], [103, 11]]) correlation.push(bar);
 * correlation.correlation('BTC', 'ETH'); // 0.9819805060619657
 */
export class RollingCorrelation {
  #settings: CorrelationSettings;
  #state: CorrelationState;
  readonly #indices = new Map<string, number>();
  #symbols: readonly string[] = [];
  #bar = new Float64Array(0);

  constructor(options: RollingCorrelationOptions) {
    this.#settings = readCorrelationOptions(OWNER, options);
    this.#state = new CorrelationState(this.#settings);
    this.#name(this.#settings.symbols);
  }

  /**
   * Makes an instance of what `snapshot` wrote. It goes on to the bit as the other one does. Threads are no part of a
   * snapshot: `workers` is as in the options of the constructor.
   * @throws ConfigError when an option is unknown or out of range.
   * @throws ArgumentError when `bytes` is no Uint8Array.
   * @throws CorruptDataError when the bytes are truncated, altered, of something else or of another format.
   */
  static restore(bytes: Uint8Array, options: Pick<RollingCorrelationOptions, 'workers'> = {}): RollingCorrelation {
    const { settings, state } = readSnapshot(bytes, readWorkers(`${OWNER}.restore`, options));
    // As small as can be: everything in it is replaced.
    const made = new RollingCorrelation({ symbols: settings.symbols, window: 1, engine: 'js' });
    made.#settings = settings;
    made.#state = state;
    return made;
  }

  /** The symbols, in the order of arrays and matrices. */
  get symbols(): readonly string[] {
    return this.#symbols;
  }

  /**
   * Adds one closed bar: an array of values in the order of `symbols`, or an object of values by symbol, in
   * which a symbol left out is missing. A bar that is refused changes nothing.
   *
   * With `ts`, bars are kept by time. A bar with the time of one in the window replaces that; one that is older than
   * the window or between two bars is dropped and counted. Returns whether the bar was taken.
   * @throws ArgumentError when the length differs, a symbol is unknown or a value is not a number, or when `ts` is
   * not finite, or given for some bars only.
   */
  push(values: BarValues, ts?: number): boolean {
    readBar(values, this.#indices, this.#bar);
    if (!this.#state.times.isNewer(ts)) return this.#pushAgain(ts);
    this.#state.push(this.#bar, ts);
    return true;
  }

  /**
   * Replaces one symbol's value in the newest bar, as for a bar that is still open, or with `ts` in the bar of that
   * time. Returns whether there is such a bar; if not, that is counted.
   *
   * Cost: O(1) in the newest bar, in others O(symbols); with 'listwise' O(symbols²) when a bar becomes complete or
   * incomplete, with 'forward-fill' as much for each bar that the value fills.
   * @throws ArgumentError when nothing was pushed, the symbol is unknown, the value is not a number, or `ts` is not
   * finite or given for bars without times.
   */
  amend(symbol: string, value: number, ts?: number): boolean {
    const { counters, times } = this.#state;
    requirePushed(OWNER, counters.pushes);
    const index = this.#indexOf(symbol);
    requireNumber(OWNER, 'value', value);
    const age = ts === undefined ? 0 : times.ageOf(ts);
    if (age === undefined) counters.lateDropped++;
    else {
      counters.amends++;
      this.#state.revise(age, index, value);
    }
    return age !== undefined;
  }

  /**
   * Adds a symbol behind the others. `history` holds its values in the newest bars, the newest last: with all of
   * them it is as if it had been there from the start. Bars without one are gaps. With returns the first value
   * only starts the first return, so that one more than `window` is of use; older ones are passed over.
   *
   * `tickSize` is its price step, by default that of the options if that is one number.
   *
   * Cost: O(symbols * window); at times the memory is moved into one of twice the size. With 'listwise' all sums are
   * made anew.
   * @throws ArgumentError when the symbol is known already or empty, there are too many, `history` holds something
   * else than numbers, or `tickSize` is no number above 0 or given for returns.
   */
  addSymbol(symbol: string, history: ArrayLike<number> = [], tickSize = this.#settings.defaultTick): void {
    const size = this.#symbols.length;
    if (typeof symbol !== 'string' || symbol === '' || this.#indices.has(symbol)) {
      throw new ArgumentError(`${OWNER}: symbol must be a new text of at least one character, got ${show(symbol)}`);
    }
    if (size === MAX_SYMBOLS || (size + 1) * this.#settings.window > MAX_VALUES) {
      throw new ArgumentError(`${OWNER}: there is no room for more than ${size} symbols`);
    }
    if (tickSize !== 0 && (!isTickSize(tickSize) || this.#settings.input !== 'values')) {
      throw new ArgumentError(
        `${OWNER}: tickSize must be a number above 0, with input 'values', got ${show(tickSize)}`,
      );
    }
    this.#state.addSymbol(tickSize, readNumbers('history', history));
    this.#name([...this.#symbols, symbol]);
  }

  /**
   * Leaves a symbol out; the others keep their order and their bits. O(symbols * (symbols + window)), with
   * 'listwise' all sums are made anew.
   * @throws ArgumentError when it is unknown, or the last one.
   */
  removeSymbol(symbol: string): void {
    const index = this.#indexOf(symbol);
    if (this.#symbols.length === 1)
      throw new ArgumentError(`${OWNER}: symbol must not be the last, got ${show(symbol)}`);
    this.#state.removeSymbol(index);
    this.#name(this.#symbols.filter((one) => one !== symbol));
  }

  /**
   * Ends the threads of `workers`. The instance goes on without them, to the same bits. Without threads, and when
   * called again, there is nothing to do.
   */
  close(): Promise<void> {
    return this.#state.threads.close();
  }

  /** Ends the threads, as `close` does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The whole state as bytes, for `restore`. */
  snapshot(): Uint8Array {
    return writeSnapshot(this.#settings, this.#symbols, this.#state);
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
    return this.#state.matrix.at(this.#indexOf(a), this.#indexOf(b));
  }

  /**
   * Covariance of two symbols with `ddof`; NaN below `minPeriods` or when the count is not above `ddof`.
   * @throws ArgumentError when a symbol is unknown.
   */
  covariance(a: string, b: string): number {
    return this.#load(this.#indexOf(a), this.#indexOf(b)) ? this.#state.pair.covariance(this.#settings.ddof) : NaN;
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
    return this.#load(index, index) ? this.#state.moments.meanOf(index) : NaN;
  }

  /**
   * Slope of `a` on `b`, covariance(a, b) / variance(b): how far `a` moves when `b` moves by 1. NaN below
   * `minPeriods` or when `b` does not vary.
   * @throws ArgumentError when a symbol is unknown.
   */
  beta(a: string, b: string): number {
    return this.#load(this.#indexOf(a), this.#indexOf(b)) ? this.#state.pair.slope() : NaN;
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
    this.#state.matrix.write(matrix);
    repairPsd(matrix, size, this.#settings.psd);
    return matrix;
  }

  /**
   * Writes the correlation of each pair once into `out` or a new array, and returns it: row by row what `matrix` has
   * left of its diagonal, [1, 0], [2, 0], [2, 1] and so on; that of symbols i > j is at i * (i - 1) / 2 + j. Half of
   * the memory of `matrix`, and less than half of the time. `psd` has no say in it.
   * @throws ArgumentError when `out` is not a Float64Array of the number of pairs.
   */
  triangle(out?: Float64Array): Float64Array {
    const pairs = (this.symbols.length * (this.symbols.length - 1)) / 2;
    const triangle = out === undefined ? new Float64Array(pairs) : out;
    if (!(triangle instanceof Float64Array) || triangle.length !== pairs) {
      throw new ArgumentError(`${OWNER}: out must be a Float64Array of length ${pairs}, got ${show(out)}`);
    }
    this.#state.matrix.writeTriangle(triangle);
    return triangle;
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
    this.#state.matrix.offer(strongest);
    return strongest.named(this.symbols);
  }

  /**
   * Why the correlation of two symbols is NaN, or else why it is not exact; undefined when it is exact.
   * @throws ArgumentError when a symbol is unknown.
   */
  reason(a: string, b: string): CorrelationReason | undefined {
    const left = this.#indexOf(a);
    const right = this.#indexOf(b);
    const { pair, moments } = this.#state;
    if (!this.#load(left, right) || pair.count < 2) return 'too-few-values';
    if (Number.isNaN(pair.correlation())) return 'zero-variance';
    const modes = [moments.values.modeOf(left), moments.values.modeOf(right)];
    return modes.find((mode) => mode !== 'exact');
  }

  /**
   * Bound of the error of every correlation now, against exact arithmetic on the same values (in ticks for
   * exact symbols, else the doubles pushed or the returns formed of them). O(symbols).
   */
  errorBound(): number {
    return this.#state.matrix.errorBound();
  }

  /** Counters and state, as plain data. */
  stats(): RollingCorrelationStats {
    const { moments, intake, counters, threads } = this.#state;
    return {
      symbols: this.#symbols.length,
      exactSymbols: this.#symbols.length - moments.values.floats,
      bars: moments.bars,
      ...counters,
      gaps: intake.gaps,
      filledGaps: intake.filled,
      offGridValues: moments.values.offGridTotal,
      floatFallbacks: moments.values.fallbacks,
      rowRecomputes: moments.repair.rebuilds,
      engine: moments.products.engine,
      workers: threads.running,
    };
  }

  // A bar that is not the newest replaces the one of its time.
  #pushAgain(ts: number | undefined): boolean {
    const { times, counters } = this.#state;
    const age = ts === undefined ? undefined : times.ageOf(ts);
    if (age === undefined) {
      counters.lateDropped++;
      return false;
    }
    counters.replacedBars++;
    this.#bar.forEach((value, symbol) => this.#state.revise(age, symbol, value));
    return true;
  }

  #name(symbols: readonly string[]): void {
    this.#symbols = Object.freeze([...symbols]);
    this.#bar = new Float64Array(symbols.length);
    this.#indices.clear();
    symbols.forEach((symbol, index) => this.#indices.set(symbol, index));
  }

  #load(left: number, right: number): boolean {
    this.#state.pair.load(left, right);
    return this.#state.pair.count >= this.#settings.minPeriods;
  }

  #indexOf(symbol: string): number {
    const index = this.#indices.get(symbol);
    if (index === undefined) throw new ArgumentError(`${OWNER}: symbol must be a known symbol, got ${show(symbol)}`);
    return index;
  }
}
