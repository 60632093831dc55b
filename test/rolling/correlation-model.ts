import type { CorrelationInput, MissingPolicy } from 'tickwise/rolling';
import { exactCorrelation, exactCovariance, joint } from './naive.js';

/** What a model is of. `tick` makes its results those of whole ticks. */
export interface ModelOptions {
  readonly window: number;
  readonly minPeriods: number;
  readonly ddof: number;
  readonly input: CorrelationInput;
  readonly missing: MissingPolicy;
  readonly tick?: number;
}

interface TickSums {
  readonly count: number;
  readonly cross: number;
  readonly left: number;
  readonly right: number;
}

/**
 * A rolling correlation that keeps every bar ever seen and starts from the first one for each result.
 *
 * In ticks all sums are BigInts and results are rounded as documented; otherwise they are rounded once, at the end.
 */
export class CorrelationModel {
  readonly #options: ModelOptions;
  readonly #bars: number[][] = [];

  constructor(options: ModelOptions) {
    this.#options = options;
  }

  push(bar: readonly number[]): void {
    this.#bars.push([...bar]);
  }

  amend(symbol: number, value: number): void {
    (this.#bars.at(-1) ?? [])[symbol] = value;
  }

  /** The values of a symbol that results cover, NaN for a gap. */
  column(symbol: number): number[] {
    return this.#rows()
      .slice(-this.#options.window)
      .map((row) => row[symbol] ?? NaN);
  }

  correlation(left: number, right: number): number {
    const [x, y] = this.#pair(left, right);
    if (x.length < Math.max(2, this.#options.minPeriods)) return NaN;
    if (this.#options.tick === undefined) return exactCorrelation(x, y);
    const sums = tickSums(this.#ticks(x), this.#ticks(y));
    if (sums.left === 0 || sums.right === 0) return NaN;
    return clamp(sums.cross / Math.sqrt(sums.left * sums.right));
  }

  covariance(left: number, right: number): number {
    const { ddof, minPeriods, tick } = this.#options;
    const [x, y] = this.#pair(left, right);
    if (x.length < minPeriods || x.length <= ddof) return NaN;
    if (tick === undefined) return exactCovariance(x, y, ddof);
    const { cross, count } = tickSums(this.#ticks(x), this.#ticks(y));
    return (cross / (count * (count - ddof))) * (tick * tick);
  }

  beta(left: number, right: number): number {
    const [x, y] = this.#pair(left, right);
    if (x.length < this.#options.minPeriods || new Set(y.map((value) => value + 0)).size < 2) return NaN;
    if (this.#options.tick === undefined) return exactCovariance(x, y, 0) / exactCovariance(y, y, 0);
    const sums = tickSums(this.#ticks(x), this.#ticks(y));
    return sums.cross / sums.right;
  }

  mean(symbol: number): number {
    const { minPeriods, tick } = this.#options;
    const [x] = this.#pair(symbol, symbol);
    if (x.length === 0 || x.length < minPeriods) return NaN;
    if (tick === undefined) return x.reduce((sum, value) => sum + value / x.length, 0);
    return (Number(add(this.#ticks(x))) / x.length) * tick;
  }

  #pair(left: number, right: number): [number[], number[]] {
    return joint(this.column(left), this.column(right));
  }

  #ticks(values: readonly number[]): bigint[] {
    return values.map((value) => BigInt(Math.round(value / (this.#options.tick ?? 1))));
  }

  /** All bars as the options say they are correlated. */
  #rows(): number[][] {
    const { input, missing } = this.#options;
    const known = this.#bars.map((bar) => bar.map(finiteOrNaN));
    const filled = missing === 'forward-fill' ? fillForward(known) : known;
    const rows = input === 'values' ? filled : changes(filled, input);
    return missing === 'listwise' ? rows.map((row) => (row.some(Number.isNaN) ? row.map(() => NaN) : row)) : rows;
  }
}

function fillForward(bars: readonly (readonly number[])[]): number[][] {
  const last: number[] = [];
  return bars.map((bar) =>
    bar.map((value, symbol) => (last[symbol] = Number.isNaN(value) ? (last[symbol] ?? NaN) : value)),
  );
}

function changes(bars: readonly (readonly number[])[], input: CorrelationInput): number[][] {
  const change = (before: number, after: number): number => {
    if (input === 'returns') return after / before - 1;
    return before > 0 && after > 0 ? Math.log(after / before) : NaN;
  };
  return bars
    .slice(1)
    .map((bar, index) => bar.map((after, symbol) => finiteOrNaN(change(bars[index]?.[symbol] ?? NaN, after))));
}

function tickSums(x: readonly bigint[], y: readonly bigint[]): TickSums {
  const count = BigInt(x.length);
  const product = (p: readonly bigint[], q: readonly bigint[]): number =>
    Number(count * add(p.map((term, index) => term * (q[index] ?? 0n))) - add(p) * add(q));
  return { count: x.length, cross: product(x, y), left: product(x, x), right: product(y, y) };
}

function add(terms: readonly bigint[]): bigint {
  return terms.reduce((sum, term) => sum + term, 0n);
}

function clamp(correlation: number): number {
  return Math.max(-1, Math.min(1, correlation));
}

function finiteOrNaN(value: number): number {
  return Math.abs(value) <= 1e150 ? value : NaN;
}
