/**
 * One entry per symbol of what a rolling correlation keeps beside sums and products.
 *
 * Squares are of deviations, values minus the symbol's anchor. Values are ticks for exact symbols, else as they
 * came. All arrays are indexed by symbol; loops over all symbols read them directly. `remember` keeps what holds
 * before the newest bar, so that the bar can be revised as if the first version had never been seen.
 *
 * Zero variance is decided by counting equal values, never by a threshold: a symbol is flat when as many
 * of its newest values are equal as the window holds.
 */
export class SymbolMoments {
  /** Sum of the squared deviations. */
  readonly square: Float64Array;
  /** Values in the window, gaps excluded. */
  readonly observed: Float64Array;
  /** Bound of the rounding error in `square`, and with another symbol's in their sum of products. */
  readonly error: Float64Array;
  /** Values of the symbol in the window that are off its grid. */
  readonly offGrid: Float64Array;
  /** Number of the bar at which the symbol's sums were rebuilt last; -Infinity for never. */
  readonly rebuiltAt: Float64Array;
  readonly #sums: Float64Array;
  readonly #sumBefore: Float64Array;
  readonly #squareBefore: Float64Array;
  readonly #errorBefore: Float64Array;
  readonly #observedBefore: Float64Array;
  readonly #newest: Float64Array;
  readonly #equal: Float64Array;
  readonly #newestBefore: Float64Array;
  readonly #equalBefore: Float64Array;

  /** `sums` holds the sums of deviations, with room for as many symbols as this is to have. */
  constructor(sums: Float64Array) {
    const array = (value = 0): Float64Array => new Float64Array(sums.length).fill(value);
    this.square = array();
    this.observed = array();
    this.error = array();
    this.offGrid = array();
    this.rebuiltAt = array(-Infinity);
    this.#sums = sums;
    this.#sumBefore = array();
    this.#squareBefore = array();
    this.#errorBefore = array();
    this.#observedBefore = array();
    this.#newest = array(NaN);
    this.#equal = array();
    this.#newestBefore = array(NaN);
    this.#equalBefore = array();
  }

  /** What a snapshot has to keep. */
  get kept(): readonly Float64Array[] {
    const now = [this.square, this.observed, this.error, this.offGrid, this.rebuiltAt, this.#newest, this.#equal];
    const before = [this.#sumBefore, this.#squareBefore, this.#errorBefore, this.#observedBefore];
    return [...now, ...before, this.#newestBefore, this.#equalBefore];
  }

  /** Takes over another one's symbols of these indices, in this order. */
  takeOver(other: SymbolMoments, kept: readonly number[]): void {
    const theirs = other.kept;
    this.kept.forEach((array, index) => {
      kept.forEach((from, to) => (array[to] = theirs[index]?.[from] as number)); // as many arrays here as there
    });
  }

  /** Whether all values of the symbol in the window are equal, as when there is none. */
  isFlat(symbol: number): boolean {
    return (this.#equal[symbol] as number) >= (this.observed[symbol] as number);
  }

  /** The newest value of the symbol: of a flat window that has one, every value. */
  newest(symbol: number): number {
    return this.#newest[symbol] as number;
  }

  /** Keeps what holds of all symbols, before the newest bar enters. Whole arrays at a time, which costs next to nothing. */
  remember(): void {
    this.#sumBefore.set(this.#sums);
    this.#squareBefore.set(this.square);
    this.#errorBefore.set(this.error);
    this.#observedBefore.set(this.observed);
    this.#newestBefore.set(this.#newest);
    this.#equalBefore.set(this.#equal);
  }

  /** Goes back to what held of a symbol before the newest bar. */
  recall(symbol: number): void {
    this.#sums[symbol] = this.#sumBefore[symbol] as number;
    this.square[symbol] = this.#squareBefore[symbol] as number;
    this.error[symbol] = this.#errorBefore[symbol] as number;
    this.observed[symbol] = this.#observedBefore[symbol] as number;
    this.recallRun(symbol);
  }

  /** Goes back to the run of equal values before the newest bar. */
  recallRun(symbol: number): void {
    this.#newest[symbol] = this.#newestBefore[symbol] as number;
    this.#equal[symbol] = this.#equalBefore[symbol] as number;
  }

  /** Counts equal values anew: `forget`, then `count` from the oldest on, with `rememberRun` before the newest. */
  forgetRun(symbol: number): void {
    this.#newest[symbol] = NaN;
    this.#equal[symbol] = 0;
  }

  /** Keeps the run of equal values before the newest bar. */
  rememberRun(symbol: number): void {
    this.#newestBefore[symbol] = this.#newest[symbol] as number;
    this.#equalBefore[symbol] = this.#equal[symbol] as number;
  }

  /** Counts the symbol's value in `values`, which follows the newest. A gap changes nothing. Hot path. */
  count(symbol: number, values: Float64Array): void {
    const value = values[symbol] as number;
    if (value !== value) return;
    this.#equal[symbol] = value === this.#newest[symbol] ? (this.#equal[symbol] as number) + 1 : 1;
    this.#newest[symbol] = value;
  }
}
