import type { GapSums } from './gap-sums.js';
import { kahanSquares, kahanSum } from './kahan.js';
import type { ProductMatrix } from './product-matrix.js';
import type { SymbolMoments } from './symbol-moments.js';
import type { SymbolValues } from './symbol-values.js';

const EPSILON = 2 ** -52;
const EXACT_LIMIT = 2 ** 52;
/** Below this, squares lose bits to underflow, and no rebuild brings them back. */
const SMALLEST_BOUND = 2 ** -1000;
/** From this relative error on, pairs are read from the window instead of waiting for the rebuild. */
const HOPELESS = 1e-6;
const REBUILDS_PER_WINDOW = 16;

/**
 * Tells which symbols' sums are no longer what they should be, and recomputes them from the window.
 *
 * An exact symbol must fit below 2^52, a float one stay within the tolerance. The latter is rebuilt at most once per
 * sixteenth of a window, or nearly constant values at a small tolerance would be rebuilt at every bar.
 *
 * Arrays are indexed within bounds: the casts drop an `undefined` that cannot occur.
 */
export class RowRepair {
  readonly #products: ProductMatrix;
  readonly #moments: SymbolMoments;
  readonly #values: SymbolValues;
  readonly #gaps: GapSums;
  readonly #tolerance: number;
  readonly #rest: number;
  readonly #unsound: number[] = [];
  #rebuilds = 0;

  /** `tolerance` bounds the error of a correlation of floats. */
  constructor(products: ProductMatrix, moments: SymbolMoments, values: SymbolValues, gaps: GapSums, tolerance: number) {
    this.#products = products;
    this.#moments = moments;
    this.#values = values;
    this.#gaps = gaps;
    this.#tolerance = tolerance;
    // So short a window is rebuilt in no time, however often its newest bar is amended.
    this.#rest = products.window <= REBUILDS_PER_WINDOW ? 0 : Math.ceil(products.window / REBUILDS_PER_WINDOW);
  }

  /** Rows rebuilt so far. */
  get rebuilds(): number {
    return this.#rebuilds;
  }

  /** Takes over the counter of a snapshot. */
  restore(rebuilds: number): void {
    this.#rebuilds = rebuilds;
  }

  /** Sum of squared distances from the mean, before any clamp. Exact integers give `count` times this elsewhere. */
  spread(symbol: number): number {
    const count = this.#moments.observed[symbol] as number;
    const sum = this.#products.sums[symbol] as number;
    return count === 0 ? 0 : (this.#moments.square[symbol] as number) - (sum / count) * sum;
  }

  /** Bound of a symbol's share in the error of a correlation, relative to its variance. 0 for a flat symbol. */
  relativeError(symbol: number): number {
    const square = this.#moments.square[symbol] as number;
    const spread = this.spread(symbol);
    const error = (this.#moments.error[symbol] as number) + (this.#gaps.error[symbol] as number);
    const bound = error + 4 * EPSILON * Math.abs(square);
    const isConstant = this.#values.isExact(symbol) ? spread === 0 : this.#moments.isFlat(symbol);
    if (isConstant || bound < SMALLEST_BOUND) return 0;
    return spread > 0 ? bound / spread : Infinity;
  }

  /** Whether rounding has left too little of a float symbol's sums, so that its pairs must be read from the window. */
  isHopeless(symbol: number): boolean {
    return !this.#values.isExact(symbol) && this.relativeError(symbol) > Math.max(HOPELESS, this.#tolerance);
  }

  /** Whether a symbol can stay as it is at bar number `bar`. Hot path. */
  isSound(symbol: number, bar: number): boolean {
    const isOnGrid = this.#values.isOnGrid(symbol);
    switch (this.#values.modeOf(symbol)) {
      case 'exact':
        if (!isOnGrid || !this.#fitsExactly(symbol)) return false;
        break;
      case 'off-grid':
        if (isOnGrid) return false;
        break;
      case 'range-too-wide':
        if (!isOnGrid || this.#hasNarrowed(symbol)) return false;
        break;
      case 'no-tick-size':
        break;
    }
    if (this.#values.floats === 0 || this.#isPrecise(symbol)) return true;
    return bar - (this.#moments.rebuiltAt[symbol] as number) < this.#rest;
  }

  /** Rebuilds all symbols that cannot stay as they are. `bars` of the window are used. */
  settle(bar: number, bars: number): void {
    const wasExact = this.#values.floats === 0;
    if (!(wasExact ? this.#areAllExact() : this.#areSurelySound(bars))) {
      for (let symbol = 0; symbol < this.#products.size; symbol++) {
        if (!this.isSound(symbol, bar)) this.#unsound.push(symbol);
      }
    }
    if (this.#unsound.length === 0) return;
    this.rebuild(this.#unsound, bar, bars);
    this.#unsound.length = 0;
    // The errors of exact symbols begin to matter with the first that is not.
    if (wasExact && this.#values.floats > 0) this.settle(bar, bars);
  }

  /** Moves the anchors of these symbols to their means and recomputes all sums that they have a part in. */
  rebuild(symbols: readonly number[], bar: number, bars: number): void {
    this.#products.flush();
    for (const symbol of symbols) {
      this.#moments.rebuiltAt[symbol] = bar;
      this.#anchorAgain(symbol);
    }
    for (const symbol of symbols) {
      this.#rebuilds++;
      this.#fillDeviations(symbol);
      this.#products.rebuildRow(symbol);
      if (this.#gaps.isUsed) this.#rebuildBesideGaps(symbol, bars);
    }
  }

  // The common case, in one plain loop: no ticks, no gaps, and all errors far below the spread. Hot path.
  #areSurelySound(bars: number): boolean {
    const { size, sums } = this.#products;
    const { square, error, observed } = this.#moments;
    if (this.#gaps.isUsed || this.#values.hasTicks) return false;
    const limit = this.#tolerance / 2;
    const share = 1 / bars;
    for (let symbol = 0; symbol < size; symbol++) {
      const squared = square[symbol] as number;
      const sum = sums[symbol] as number;
      // A little more than the error, for the rounding of this.
      const bound = (error[symbol] as number) * 1.01 + 8 * EPSILON * squared;
      if (!(bound <= limit * (squared - sum * share * sum)) || observed[symbol] !== bars) return false;
    }
    return true;
  }

  // The other common case: whole ticks on their grids, and sums small enough. Hot path.
  #areAllExact(): boolean {
    const { size, window } = this.#products;
    const { square, offGrid } = this.#moments;
    for (let symbol = 0; symbol < size; symbol++) {
      if (offGrid[symbol] !== 0 || !(window * (square[symbol] as number) <= EXACT_LIMIT)) return false;
    }
    return true;
  }

  // Whether `relativeError` is within half the tolerance. It is written out here, at every bar with a gap and every
  // amend: a number that a call returns is one on the heap.
  #isPrecise(symbol: number): boolean {
    const count = this.#moments.observed[symbol] as number;
    const sum = this.#products.sums[symbol] as number;
    const square = this.#moments.square[symbol] as number;
    const spread = count === 0 ? 0 : square - (sum / count) * sum;
    const error = (this.#moments.error[symbol] as number) + (this.#gaps.error[symbol] as number);
    const bound = error + 4 * EPSILON * Math.abs(square);
    if (bound < SMALLEST_BOUND || (spread > 0 && bound / spread <= this.#tolerance / 2)) return true;
    return this.#values.isExact(symbol) ? spread === 0 : this.#moments.isFlat(symbol);
  }

  #fitsExactly(symbol: number): boolean {
    return this.#products.window * (this.#moments.square[symbol] as number) <= EXACT_LIMIT;
  }

  // Half the limit, so that the mean's rounding to a whole tick cannot send the symbol straight back.
  #hasNarrowed(symbol: number): boolean {
    const tick = this.#values.tickOf(symbol);
    const { window } = this.#products;
    return window * (this.spread(symbol) / tick / tick + window) <= EXACT_LIMIT / 2;
  }

  #anchorAgain(symbol: number): void {
    if (this.#values.tickOf(symbol) === 0) return this.#center(symbol);
    const isOnGrid = this.#values.isOnGrid(symbol);
    if (isOnGrid) {
      this.#values.enter(symbol, 'exact');
      this.#center(symbol);
      if (this.#fitsExactly(symbol)) return;
    }
    this.#values.enter(symbol, isOnGrid ? 'range-too-wide' : 'off-grid');
    this.#center(symbol);
  }

  // Moves the anchor to the mean and recomputes the symbol's own sums.
  #center(symbol: number): void {
    const { anchors, sums, deviations } = this.#products;
    const mean = this.#meanInUnits(symbol);
    anchors[symbol] = this.#values.isExact(symbol) ? Math.round(mean) : mean;
    this.#fillDeviations(symbol);
    sums[symbol] = kahanSum(deviations);
    const square = kahanSquares(deviations);
    this.#moments.square[symbol] = square;
    this.#moments.error[symbol] = 8 * EPSILON * square;
  }

  #meanInUnits(symbol: number): number {
    const count = this.#moments.observed[symbol] as number;
    let mean = 0;
    for (let slot = 0; slot < this.#products.window; slot++) {
      const value = this.#products.valueAt(symbol, slot);
      // Divided one by one: the sum of wide values may overflow.
      if (!Number.isNaN(value)) mean += value / count;
    }
    return mean;
  }

  #fillDeviations(symbol: number): void {
    const anchor = this.#products.anchors[symbol] as number;
    const { deviations, window } = this.#products;
    for (let slot = 0; slot < window; slot++) {
      const deviation = this.#products.valueAt(symbol, slot) - anchor;
      deviations[slot] = Number.isNaN(deviation) ? 0 : deviation;
    }
  }

  #rebuildBesideGaps(symbol: number, bars: number): void {
    const anchor = this.#products.anchors[symbol] as number;
    this.#gaps.clearColumn(symbol);
    for (const other of this.#gaps.symbols) {
      if (other === symbol) continue;
      for (let slot = 0; slot < bars; slot++) {
        if (!Number.isNaN(this.#products.valueAt(other, slot))) continue;
        this.#gaps.addCell(other, symbol, this.#products.valueAt(symbol, slot) - anchor);
      }
    }
  }
}
