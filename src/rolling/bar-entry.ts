import { LEAVES, type ProductMatrix } from './product-matrix.js';
import type { SymbolMoments } from './symbol-moments.js';
import type { SymbolValues } from './symbol-values.js';

const EPSILON = 2 ** -52;

/**
 * Puts the values of the newest bar into the sums of their symbols.
 *
 * One loop for the whole bar and for one symbol of it that is revised. Hot path: no allocation. Symbols are below the
 * size of every array, so that casts drop an `undefined` that cannot occur.
 */
export class BarEntry {
  readonly #products: ProductMatrix;
  readonly #moments: SymbolMoments;
  readonly #values: SymbolValues;

  constructor(products: ProductMatrix, moments: SymbolMoments, values: SymbolValues) {
    this.#products = products;
    this.#moments = moments;
    this.#values = values;
  }

  /**
   * Puts the prices of symbols `first` to `last - 1` into a slot, NaN for a gap. `leaving` are the deviations of the
   * bar that was there, NaN for a gap.
   */
  enter(first: number, last: number, slot: number, prices: Float64Array, leaving: Float64Array): void {
    const { anchors, bars, sums, values, capacity } = this.#products;
    const { square, observed, error } = this.#moments;
    const start = slot * capacity;
    this.#values.store(first, last, slot, prices);
    for (let symbol = first; symbol < last; symbol++) {
      const value = values[start + symbol] as number;
      this.#moments.count(symbol, prices);
      let count = observed[symbol] as number;
      // Before a symbol's first value all its products are 0 whatever the anchor.
      if (count === 0 && value === value) anchors[symbol] = value;
      let enters = value - (anchors[symbol] as number);
      let leaves = leaving[symbol] as number;
      // Of all values, NaN alone differs from itself.
      if (enters === enters) count++;
      else enters = 0;
      if (leaves === leaves) count--;
      else leaves = 0;
      observed[symbol] = count;
      const waiting = this.#products.placeInBar(symbol);
      bars[waiting] = enters;
      bars[waiting + LEAVES] = leaves;
      const entered = enters * enters;
      const left = leaves * leaves;
      const squared = (square[symbol] as number) + (entered - left);
      sums[symbol] = (sums[symbol] as number) + (enters - leaves);
      square[symbol] = squared;
      error[symbol] = (error[symbol] as number) + 2 * EPSILON * (Math.abs(squared) + entered + left);
    }
  }
}
