import type { CoMoments } from './co-moments.js';
import type { PairMoments } from './pair-moments.js';
import type { StrongestPairs } from './strongest-pairs.js';

const EPSILON = 2 ** -52;

/**
 * All correlations at once, by the kernels.
 *
 * What the kernels have no case for is read pair by pair: symbols with gaps of their own, float symbols among ticks,
 * symbols that wait for a rebuild, and windows of two bars.
 */
export class CorrelationMatrix {
  readonly #source: CoMoments;
  readonly #pair: PairMoments;
  readonly #minPeriods: number;
  readonly #sharesGaps: boolean;
  readonly #tolerance: number;
  /** Symbols whose pairs are read one by one. */
  readonly #special: boolean[] = [];

  /** `sharesGaps` says that a gap of one symbol is a gap of all. */
  constructor(source: CoMoments, pair: PairMoments, minPeriods: number, sharesGaps: boolean, tolerance: number) {
    this.#tolerance = tolerance;
    this.#source = source;
    this.#pair = pair;
    this.#minPeriods = minPeriods;
    this.#sharesGaps = sharesGaps;
  }

  /** The correlation of two symbols, NaN below `minPeriods`. */
  at(left: number, right: number): number {
    this.#pair.load(left, right);
    return this.#pair.count >= this.#minPeriods ? this.#pair.correlation() : NaN;
  }

  /** Writes all correlations, row by row. */
  write(out: Float64Array): void {
    const { size, products } = this.#source;
    out.set(this.#read());
    for (let symbol = 0; symbol < size; symbol++) {
      const isVaried = products.hasScale(symbol);
      out[symbol * size + symbol] = this.#special[symbol] === true ? this.at(symbol, symbol) : isVaried ? 1 : NaN;
    }
    this.#special.forEach((isSpecial, symbol) => {
      if (isSpecial) this.#writePairs(out, symbol);
    });
  }

  /** Offers all pairs, row after row right of the diagonal. */
  offer(strongest: StrongestPairs): void {
    const { size } = this.#source;
    const matrix = this.#read();
    for (let row = 0; row < size; row++) {
      for (let column = row + 1; column < size; column++) {
        const isSpecial = this.#special[row] === true || this.#special[column] === true;
        const value = isSpecial ? this.at(row, column) : (matrix[row * size + column] as number);
        strongest.offer(row, column, value);
      }
    }
  }

  /** Bound of the error of every correlation now. */
  errorBound(): number {
    const { size, values, repair, window } = this.#source;
    let largest = 0;
    let second = 0;
    let hasGaps = false;
    let isReadFromWindow = false;
    for (let symbol = 0; symbol < size && values.floats > 0; symbol++) {
      const isHopeless = repair.isHopeless(symbol);
      const error = isHopeless ? 0 : repair.relativeError(symbol);
      second = Math.max(second, Math.min(largest, error));
      largest = Math.max(largest, error);
      hasGaps ||= !this.#sharesGaps && !this.#source.isComplete(symbol);
      isReadFromWindow ||= isHopeless;
    }
    const ofWindow = hasGaps || isReadFromWindow ? 4 * (window + 4) * EPSILON : 0;
    return 4 * EPSILON + Math.max(largest + second, ofWindow, hasGaps ? this.#tolerance : 0);
  }

  #writePairs(out: Float64Array, symbol: number): void {
    const { size } = this.#source;
    for (let other = 0; other < size; other++) {
      if (other === symbol) continue;
      const value = this.at(symbol, other);
      out[symbol * size + other] = value;
      out[other * size + symbol] = value;
    }
  }

  #read(): Float64Array {
    const { values, products, size } = this.#source;
    const isOfTicks = values.floats < size;
    let count = 0;
    products.settleOlder();
    for (let symbol = 0; symbol < size; symbol++) count = Math.max(count, this.#prepare(symbol, isOfTicks));
    return products.correlate(isOfTicks ? Math.max(1, count) : 0);
  }

  // Sets what the kernels multiply by. Returns the number of bars that all symbols of theirs share.
  #prepare(symbol: number, isOfTicks: boolean): number {
    const { products, moments, values, repair } = this.#source;
    // Casts: symbols are below the size of every array.
    const count = moments.observed[symbol] as number;
    const isFewer = count < Math.max(2, this.#minPeriods);
    const hasGaps = !this.#sharesGaps && !this.#source.isComplete(symbol);
    const isOfOthers = isOfTicks ? !values.isExact(symbol) : count === 2 || repair.isHopeless(symbol);
    this.#special[symbol] = hasGaps || isOfOthers;
    const sum = products.sums[symbol] as number;
    const square = moments.square[symbol] as number;
    const shift = count === 0 ? 0 : sum / Math.sqrt(count);
    const spread = isOfTicks ? count * square - sum * sum : square - shift * shift;
    const isFlat = spread <= 0 || (!isOfTicks && moments.isFlat(symbol));
    const scale = isOfTicks ? spread : 1 / Math.sqrt(spread);
    products.setTerms(symbol, isOfTicks ? sum : shift, isFewer || isFlat ? NaN : scale);
    return hasGaps || isOfOthers ? 0 : count;
  }
}
