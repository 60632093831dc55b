/*
 * Covariance of prices that tick at different times, without a grid of bars (Hayashi and Yoshida, 2005): the sum
 * of the products of all pairs of price changes whose intervals (from, to] overlap. Previous-tick bars of fine spacing
 * find next to no correlation (Epps effect), this sum is unbiased when prices are seen without noise.
 *
 * It needs no history. When a symbol's change over (s, t] is known, the changes of another symbol that overlap it and
 * are known by then add up to its price now less its price at s. So one number per ordered pair is kept: the price
 * of the second at the time of the first one's newest tick. Each pair of changes is counted once, with the later one.
 *
 * A tick at the time of the symbol's newest tick replaces it. For this the same numbers as of the tick before are kept.
 *
 * With a half-life a product counts by the time of its later tick. Sums are kept in units that grow with time, so that
 * a tick costs one row, not the matrix; they are scaled back every 500 half-lives.
 */
import * as z from 'zod/mini';
import { ArgumentError } from '../core/errors.js';
import { claim, oneOf, readOptions } from '../core/options.js';
import { show } from '../core/show.js';
import { requireNumber } from './arguments.js';
import { isGap } from './gap.js';
import { correlationOf, SymbolList, symbolNames } from './symbol-list.js';

/** Options of {@link AsyncCovariance}. */
export interface AsyncCovarianceOptions {
  /** Names of what is correlated, all different; 1 to 8192. Their order is that of matrices. */
  readonly symbols: readonly string[];
  /**
   * What is multiplied: changes of the values, or of their logarithms, for which values must be above 0.
   * @default 'values'
   */
  readonly input?: 'values' | 'log-returns';
  /**
   * Milliseconds after which a product counts half; above 0. Infinity adds up everything since the first tick, for
   * which a session starts with a new instance.
   * @default Infinity
   */
  readonly halfLife?: number;
}

/** Counters of an {@link AsyncCovariance}. Counters only grow; ticks = used + replaced + late + gaps. */
export interface AsyncCovarianceStats {
  /** Symbols. */
  readonly symbols: number;
  /** Ticks pushed. */
  readonly ticks: number;
  /** Ticks at a new time of their symbol. */
  readonly used: number;
  /** Ticks that replaced one of the same symbol and time. */
  readonly replaced: number;
  /** Ticks older than the newest of any symbol, which are left out. */
  readonly late: number;
  /** Ticks without a usable value: not finite, beyond 1e150, or without a logarithm. */
  readonly gaps: number;
}

const OWNER = 'AsyncCovariance';
/** Half-lives after which sums are scaled back; doubles reach 1023. */
const RESCALE = 500;
const SCHEMA = z.strictObject({
  symbols: symbolNames(),
  input: z._default(oneOf('values', 'log-returns'), 'values'),
  halfLife: z._default(
    claim<number>('a number of milliseconds above 0', (value) => typeof value === 'number' && value > 0),
    Infinity,
  ),
});

/**
 * Keeps the Hayashi–Yoshida covariances of all pairs of symbols, tick by tick: no bars, no common clock.
 *
 * Ticks of all symbols are pushed in order of time; one that is older than the newest is left out and counted. Several
 * ticks of a symbol at one time count as its last. With whole numbers (prices in ticks) and no half-life results are
 * exact.
 *
 * The matrix need not be positive semidefinite, and the ratio of a covariance to its variances may exceed 1:
 * correlations are cut off at -1 and 1. Noise of the prices, such as the bounce between bid and ask, inflates
 * variances, so that correlations come out too small; push mid prices.
 *
 * Cost: a tick is O(symbols) and allocates nothing. Memory is 24 bytes per entry of the matrix, however many ticks.
 *
 * @throws ConfigError when an option is unknown or out of range.
 * @example
 * const live = new AsyncCovariance({ symbols: ['BTC', 'ETH'] });
 * live.push('BTC', 0, 100);
 * live.push('ETH', 1, 10);
 * live.push('BTC', 5, 104);
 * live.push('ETH', 7, 13);
 * live.covariance('BTC', 'ETH'); // 12
 */
export class AsyncCovariance {
  readonly #list: SymbolList;
  readonly #isLogarithmic: boolean;
  readonly #halfLife: number;
  /** Sums of products, in units of 2 ** -(time - origin) / halfLife; of a pair in both of its places. */
  readonly #sums: Float64Array;
  /** In row a, column b: value of b at the newest tick of a, and at the one before. */
  readonly #marks: Float64Array;
  readonly #marksBefore: Float64Array;
  readonly #values: Float64Array;
  readonly #valuesBefore: Float64Array;
  readonly #times: Float64Array;
  #origin = NaN;
  #now = -Infinity;
  #ticks = 0;
  #used = 0;
  #replaced = 0;
  #late = 0;
  #gaps = 0;

  constructor(options: AsyncCovarianceOptions) {
    const { symbols, input, halfLife } = readOptions(OWNER, SCHEMA, options);
    const size = symbols.length;
    this.#list = new SymbolList(OWNER, symbols);
    this.#isLogarithmic = input === 'log-returns';
    this.#halfLife = halfLife;
    this.#sums = new Float64Array(size * size);
    this.#marks = new Float64Array(size * size).fill(NaN);
    this.#marksBefore = new Float64Array(size * size).fill(NaN);
    this.#values = new Float64Array(size).fill(NaN);
    this.#valuesBefore = new Float64Array(size).fill(NaN);
    this.#times = new Float64Array(size).fill(NaN);
  }

  /** The names given at construction, in their order. */
  get symbols(): readonly string[] {
    return this.#list.names;
  }

  /**
   * Adds a tick: the value of a symbol from `time` on, in milliseconds. Returns whether it counts.
   * @throws ArgumentError when the symbol is unknown, or an argument is not a number or the time not finite.
   */
  push(symbol: string, time: number, value: number): boolean {
    const place = this.#list.placeOf(symbol);
    if (!Number.isFinite(time)) throw new ArgumentError(`${OWNER}: time must be a finite number, got ${show(time)}`);
    requireNumber(OWNER, 'value', value);
    this.#ticks++;
    const level = this.#isLogarithmic ? Math.log(value) : value;
    if (isGap(value) || isGap(level)) {
      this.#gaps++;
      return false;
    }
    if (time < this.#now) {
      this.#late++;
      return false;
    }
    this.#advance(time);
    if (this.#times[place] === time) this.#replace(place, level);
    else this.#append(place, time, level);
    return true;
  }

  /**
   * Sum of the products of overlapping changes of two symbols, as of the newest tick; NaN before both have changed once.
   * @throws ArgumentError when a symbol is unknown.
   */
  covariance(a: string, b: string): number {
    return this.#covarianceAt(this.#list.placeOf(a), this.#list.placeOf(b));
  }

  /**
   * Sum of the squared changes of a symbol (realised variance); NaN before its second tick.
   * @throws ArgumentError when the symbol is unknown.
   */
  variance(a: string): number {
    return this.covariance(a, a);
  }

  /**
   * Covariance over the roots of the variances, cut off at -1 and 1; NaN while one of the two has not changed.
   * @throws ArgumentError when a symbol is unknown.
   */
  correlation(a: string, b: string): number {
    return this.#correlationAt(this.#list.placeOf(a), this.#list.placeOf(b));
  }

  /**
   * Writes all correlations, row by row in the order of `symbols`, into `out` or a new array, and returns it.
   * @throws ArgumentError when `out` is not a Float64Array of the number of symbols squared.
   */
  matrix(out?: Float64Array): Float64Array {
    const matrix = this.#list.matrix(out);
    const size = this.symbols.length;
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) matrix[row * size + column] = this.#correlationAt(row, column);
    }
    return matrix;
  }

  /** Counters, as plain data. */
  stats(): AsyncCovarianceStats {
    return {
      symbols: this.symbols.length,
      ticks: this.#ticks,
      used: this.#used,
      replaced: this.#replaced,
      late: this.#late,
      gaps: this.#gaps,
    };
  }

  #advance(time: number): void {
    if (Number.isNaN(this.#origin)) this.#origin = time;
    this.#now = time;
    const halfLives = (time - this.#origin) / this.#halfLife;
    if (halfLives <= RESCALE) return;
    const factor = 2 ** -halfLives;
    for (let index = 0; index < this.#sums.length; index++) this.#sums[index] = (this.#sums[index] as number) * factor;
    this.#origin = time;
  }

  #append(place: number, time: number, value: number): void {
    const size = this.#values.length;
    const before = this.#values[place] as number; // within bounds, as are all places below
    this.#used++;
    this.#valuesBefore[place] = before;
    this.#values[place] = value;
    this.#times[place] = time;
    for (let index = place * size; index < (place + 1) * size; index++) {
      this.#marksBefore[index] = this.#marks[index] as number;
      this.#marks[index] = this.#values[index - place * size] as number;
    }
    if (Number.isNaN(before)) this.#begin(place, value);
    else this.#count(place, value - before, (value - before) ** 2);
    this.#showOthers(place, time, value);
  }

  #replace(place: number, value: number): void {
    const old = this.#values[place] as number;
    const before = this.#valuesBefore[place] as number;
    this.#replaced++;
    this.#values[place] = value;
    if (Number.isNaN(before)) this.#begin(place, value);
    else this.#count(place, value - old, (value - before) ** 2 - (old - before) ** 2);
    this.#showOthers(place, this.#now, value);
  }

  /** Changes of a symbol begin at its first value, whenever others have ticked. */
  #begin(place: number, value: number): void {
    const size = this.#values.length;
    for (let index = place; index < size * size; index += size) {
      this.#marks[index] = value;
      this.#marksBefore[index] = value;
    }
  }

  /** Hot path. */
  #count(place: number, change: number, square: number): void {
    const size = this.#values.length;
    const unit = this.#unit();
    const sums = this.#sums;
    for (let other = 0; other < size; other++) {
      const overlap = (this.#values[other] as number) - (this.#marksBefore[place * size + other] as number);
      const product = unit * (other === place ? square : change * overlap);
      if (Number.isNaN(product)) continue; // the other has not ticked yet
      sums[place * size + other] = (sums[place * size + other] as number) + product;
      if (other !== place) sums[other * size + place] = (sums[other * size + place] as number) + product;
    }
  }

  /** A change ends at its tick: it does not overlap one that begins there. */
  #showOthers(place: number, time: number, value: number): void {
    const size = this.#values.length;
    for (let other = 0; other < size; other++) {
      if (this.#times[other] === time) this.#marks[other * size + place] = value;
    }
  }

  #unit(): number {
    return 2 ** ((this.#now - this.#origin) / this.#halfLife);
  }

  #covarianceAt(a: number, b: number): number {
    const hasChanged = !Number.isNaN((this.#valuesBefore[a] as number) + (this.#valuesBefore[b] as number));
    return hasChanged ? (this.#sums[a * this.#values.length + b] as number) / this.#unit() : NaN;
  }

  #correlationAt(a: number, b: number): number {
    const variance = this.#covarianceAt(a, a);
    if (a === b) return variance > 0 ? 1 : NaN;
    return correlationOf(this.#covarianceAt(a, b), variance, this.#covarianceAt(b, b));
  }
}
