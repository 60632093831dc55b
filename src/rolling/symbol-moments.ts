/**
 * One entry per symbol of what a rolling correlation keeps beside the products of pairs.
 *
 * Deviations are values minus the symbol's anchor, 0 for a gap. Values are ticks for exact symbols, else
 * as they came. All arrays are indexed by symbol; loops over all symbols read them directly.
 *
 * Zero variance is decided by counting equal values, never by a threshold: a symbol is flat when as many
 * of its newest values are equal as the window holds.
 */
export class SymbolMoments {
  /** What is subtracted from every value before it is multiplied. */
  readonly anchor: Float64Array;
  /** Sum of the deviations. */
  readonly sum: Float64Array;
  /** Sum of the squared deviations. */
  readonly square: Float64Array;
  /** Values in the window, gaps excluded. */
  readonly observed: Float64Array;
  /** Bound of the rounding error in `square`, and with another symbol's in their sum of products. */
  readonly error: Float64Array;
  readonly #newest: Float64Array;
  readonly #equal: Float64Array;
  readonly #newestBefore: Float64Array;
  readonly #equalBefore: Float64Array;

  constructor(size: number) {
    this.anchor = new Float64Array(size);
    this.sum = new Float64Array(size);
    this.square = new Float64Array(size);
    this.observed = new Float64Array(size);
    this.error = new Float64Array(size);
    this.#newest = new Float64Array(size).fill(NaN);
    this.#equal = new Float64Array(size);
    this.#newestBefore = new Float64Array(size).fill(NaN);
    this.#equalBefore = new Float64Array(size);
  }

  /** Sum of squared distances from the mean, before any clamp. Exact integers give `count` times this elsewhere. */
  spread(symbol: number): number {
    const count = this.observed[symbol] as number; // `symbol` is below the size of every array
    const sum = this.sum[symbol] as number;
    return count === 0 ? 0 : (this.square[symbol] as number) - (sum * sum) / count;
  }

  /** Whether all values of the symbol in the window are equal, as when there is none. */
  isFlat(symbol: number): boolean {
    return (this.#equal[symbol] as number) >= (this.observed[symbol] as number);
  }

  /** The newest value of the symbol: of a flat window that has one, every value. */
  newest(symbol: number): number {
    return this.#newest[symbol] as number;
  }

  /** Counts equal values as `value` enters. A gap changes nothing. */
  follow(symbol: number, value: number): void {
    this.#newestBefore[symbol] = this.#newest[symbol] as number;
    this.#equalBefore[symbol] = this.#equal[symbol] as number;
    this.#count(symbol, value);
  }

  /** Counts `value` in place of the one that entered last. */
  followAgain(symbol: number, value: number): void {
    this.#newest[symbol] = this.#newestBefore[symbol] as number;
    this.#equal[symbol] = this.#equalBefore[symbol] as number;
    this.#count(symbol, value);
  }

  #count(symbol: number, value: number): void {
    if (Number.isNaN(value)) return;
    this.#equal[symbol] = value === this.#newest[symbol] ? (this.#equal[symbol] as number) + 1 : 1;
    this.#newest[symbol] = value;
  }
}
