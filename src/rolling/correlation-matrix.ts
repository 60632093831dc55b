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
    const count = this.#prepareAll();
    if (products.isShared) out.set(products.correlate(count));
    else products.correlateBands(count, (rows, first, last) => copyBoth(rows, first, last, size, out));
    for (let symbol = 0; symbol < size; symbol++) {
      const isVaried = products.hasScale(symbol);
      out[symbol * size + symbol] = this.#special[symbol] === true ? this.at(symbol, symbol) : isVaried ? 1 : NaN;
    }
    this.#eachSpecial((row, column, value) => {
      out[row * size + column] = value;
      out[column * size + row] = value;
    });
  }

  /** Writes the correlation of each pair once, row by row left of the diagonal. */
  writeTriangle(out: Float64Array): void {
    const { size, products } = this.#source;
    products.correlateBands(this.#prepareAll(), (rows, first, last) => {
      for (let row = first; row < last; row++) {
        const from = (row - first) * size;
        out.set(rows.subarray(from, from + row), (row * (row - 1)) / 2);
      }
    });
    this.#eachSpecial((row, column, value) => (out[(row * (row - 1)) / 2 + column] = value));
  }

  /** Offers all pairs, row after row right of the diagonal. */
  offer(strongest: StrongestPairs): void {
    const { size, products } = this.#source;
    const matrix = products.correlate(this.#prepareAll());
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

  // Pairs with a special symbol, the later symbol first.
  #eachSpecial(take: (row: number, column: number, value: number) => void): void {
    this.#special.forEach((isSpecial, symbol) => {
      if (!isSpecial) return;
      for (let other = 0; other < this.#source.size; other++) {
        if (other !== symbol) take(Math.max(symbol, other), Math.min(symbol, other), this.at(symbol, other));
      }
    });
  }

  // Sets what the kernels multiply by. Returns the number of bars for ticks, 0 for floats.
  #prepareAll(): number {
    const { values, size } = this.#source;
    const isOfTicks = values.floats < size;
    let count = 0;
    for (let symbol = 0; symbol < size; symbol++) count = Math.max(count, this.#prepare(symbol, isOfTicks));
    return isOfTicks ? Math.max(1, count) : 0;
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

/** Writes rows and their mirror image, the latter in runs as long as there are rows. Hot path. */
function copyBoth(rows: Float64Array, first: number, last: number, size: number, out: Float64Array): void {
  for (let row = first; row < last; row++) {
    const from = (row - first) * size;
    out.set(rows.subarray(from, from + row), row * size);
  }
  for (let column = 0; column < last; column++) {
    const to = column * size;
    for (let row = Math.max(first, column + 1); row < last; row++) {
      out[to + row] = rows[(row - first) * size + column] as number; // within bounds
    }
  }
}
