import { amendTriangle, anchoredProduct, pairIndex, slideTriangle, totalOf } from './co-moment-kernels.js';
import { SymbolMoments } from './symbol-moments.js';
import { TickGrid } from './tick-grid.js';

/*
 * The sums behind a rolling correlation matrix, slid by one bar at two multiplications per pair.
 *
 * Kept are sums of products of deviations, S[i,j] = sum of (x_i - a_i)(x_j - a_j), with one anchor per
 * symbol and 0 for a gap.
 *
 * Exact symbols. Values are whole ticks, anchors too. While window * square <= 2^52 for both symbols of a
 * pair, Cauchy-Schwarz keeps every product, every sum, n * S[i,j] and s_i * s_j at or below 2^52, and their
 * differences at or below 2^53: all are exact integers, sliding equals recomputing, and the choice of
 * anchors cancels. A symbol that drifts past the limit is re-anchored at its mean, which rebuilds its row;
 * if the window itself is too wide it is kept as floats until it narrows.
 *
 * Float symbols. Each step adds at most `2 eps (square + entering² + leaving²)` to the error of a symbol, and
 * by Cauchy-Schwarz half the sum of two symbols' relative errors to that of their pair. A symbol whose
 * relative error would pass half the tolerance gets its row rebuilt around its present mean. The usual
 * fixed period is not enough: one outlier in the window ruins what follows it until the next rebuild.
 *
 * Typed arrays are indexed within bounds throughout: the casts drop an `undefined` that cannot occur.
 */

/** How a symbol is kept: as whole ticks, or as floats and why. */
type SymbolMode = 'exact' | 'no-tick-size' | 'off-grid' | 'range-too-wide';

const EPSILON = 2 ** -52;
const EXACT_LIMIT = 2 ** 52;
/** Below this, squares lose bits to underflow, and no rebuild brings them back. */
const SMALLEST_BOUND = 2 ** -1000;
/** Some hundred amends. */
const LARGEST_AMEND_ERROR = 512 * EPSILON;

/** Products of all pairs of symbols over the newest `window` bars. */
export class CoMoments {
  /** Symbols. */
  readonly size: number;
  /** Bars. */
  readonly window: number;
  /** Sums per symbol. */
  readonly moments: SymbolMoments;
  readonly #grid: TickGrid;
  readonly #tolerance: number;
  /** S[i,j], packed strict upper triangle. */
  readonly #products: Float64Array;
  /** Row per symbol, slot per bar: values as they came, NaN for a gap. */
  readonly #raw: Float64Array;
  /** The same in ticks for exact symbols. The same array as `#raw` when no symbol has a tick. */
  readonly #values: Float64Array;
  readonly #mode: SymbolMode[];
  readonly #offGrid: Float64Array;
  /** Deviations of the newest bar. */
  readonly #entering: Float64Array;
  /** Deviations of what it took the place of. */
  readonly #leaving: Float64Array;
  readonly #deviations: Float64Array;
  /** Symbols whose rows this bar must rebuild. */
  readonly #unsound: number[] = [];
  #floats: number;
  /** Error that amends added to every symbol since the newest bar, relative to its square. */
  #amendError = 0;
  #slot = -1;
  #bars = 0;
  #rebuilds = 0;
  #fallbacks = 0;
  #offGridTotal = 0;

  /** `ticks` has an entry per symbol, 0 for none; `tolerance` bounds the error of a correlation of floats. */
  constructor(ticks: Float64Array, window: number, tolerance: number) {
    const size = ticks.length;
    this.size = size;
    this.window = window;
    this.moments = new SymbolMoments(size);
    this.#grid = new TickGrid(ticks, window);
    this.#tolerance = tolerance;
    this.#products = new Float64Array((size * (size - 1)) / 2);
    this.#raw = new Float64Array(size * window).fill(NaN);
    this.#values = this.#grid.isUsed ? new Float64Array(size * window).fill(NaN) : this.#raw;
    this.#mode = Array.from(ticks, (tick) => (tick > 0 ? 'exact' : 'no-tick-size'));
    this.#floats = this.#mode.filter((mode) => mode !== 'exact').length;
    this.#offGrid = new Float64Array(size);
    this.#entering = new Float64Array(size);
    this.#leaving = new Float64Array(size);
    this.#deviations = new Float64Array(window);
  }

  /** Bars in the window. */
  get bars(): number {
    return this.#bars;
  }

  /** Rows rebuilt so far. */
  get rebuilds(): number {
    return this.#rebuilds;
  }

  /** Times a symbol with a tick went from ticks to floats. */
  get fallbacks(): number {
    return this.#fallbacks;
  }

  /** Values so far that were off their symbol's grid. */
  get offGridTotal(): number {
    return this.#offGridTotal;
  }

  /** Symbols that are kept as floats now. */
  get floats(): number {
    return this.#floats;
  }

  /** How a symbol is kept now. */
  modeOf(symbol: number): SymbolMode {
    return this.#mode[symbol] as SymbolMode;
  }

  /** What one unit of a symbol's values is worth: its tick, or 1 for floats. */
  unitOf(symbol: number): number {
    return this.modeOf(symbol) === 'exact' ? this.#grid.tickOf(symbol) : 1;
  }

  /** Mean of a symbol's values in the window; NaN without any. */
  meanOf(symbol: number): number {
    const { anchor, sum, observed } = this.moments;
    const count = observed[symbol] as number;
    if (this.modeOf(symbol) !== 'exact') {
      // The sum of a flat window is not kept up, since nothing else is read from it; its mean needs none.
      if (count > 0 && this.moments.isFlat(symbol)) return this.moments.newest(symbol);
      return (anchor[symbol] as number) + (sum[symbol] as number) / count;
    }
    // Both terms are whole and below 2^53, so that their sum does not depend on the anchor.
    return (((anchor[symbol] as number) * count + (sum[symbol] as number)) / count) * this.unitOf(symbol);
  }

  /** Whether a symbol has a value in every bar of the window. */
  isComplete(symbol: number): boolean {
    return this.moments.observed[symbol] === this.#bars;
  }

  /** Sum of the products of two symbols' deviations. */
  productOf(left: number, right: number): number {
    if (left === right) return this.moments.square[left] as number;
    const index = left < right ? pairIndex(left, right, this.size) : pairIndex(right, left, this.size);
    return this.#products[index] as number;
  }

  /** A symbol's value in slot `slot`, 0 to `window - 1`; NaN for a gap and an unused slot. */
  valueAt(symbol: number, slot: number): number {
    return this.#values[symbol * this.window + slot] as number;
  }

  /** Bound of a symbol's share in the error of a correlation, relative to its variance. 0 for a flat symbol. */
  relativeError(symbol: number): number {
    const square = this.moments.square[symbol] as number;
    const spread = this.moments.spread(symbol);
    const isConstant = this.modeOf(symbol) === 'exact' ? spread === 0 : this.moments.isFlat(symbol);
    const bound = (this.moments.error[symbol] as number) + (4 * EPSILON + this.#amendError) * Math.abs(square);
    if (isConstant || bound < SMALLEST_BOUND) return 0;
    return spread > 0 ? bound / spread : Infinity;
  }

  /** Adds a bar: one value per symbol, NaN for a gap. Hot path: O(size²), no allocation. */
  push(row: Float64Array): void {
    this.#slot = this.#slot + 1 === this.window ? 0 : this.#slot + 1;
    if (this.#bars < this.window) this.#bars++;
    this.#foldAmendError();
    for (let symbol = 0; symbol < this.size; symbol++) {
      this.moments.follow(symbol, row[symbol] as number);
      this.#exchange(symbol, row[symbol] as number);
    }
    slideTriangle(this.#products, this.#entering, this.#leaving);
    this.#settle();
  }

  /** Replaces the whole newest bar. O(size²). */
  replaceNewest(row: Float64Array): void {
    for (let symbol = 0; symbol < this.size; symbol++) {
      this.moments.followAgain(symbol, row[symbol] as number);
      this.#exchange(symbol, row[symbol] as number);
    }
    slideTriangle(this.#products, this.#entering, this.#leaving);
    this.#settle();
  }

  /** Replaces one symbol's value in the newest bar. Hot path: O(size), no allocation. */
  amend(symbol: number, value: number): void {
    this.moments.followAgain(symbol, value);
    this.#exchange(symbol, value);
    const before = this.#leaving[symbol] as number;
    amendTriangle(this.#products, this.#entering, symbol, before, this.#entering[symbol] as number);
    this.#amendError += 2 * EPSILON;
    // The other symbols' error grows by little: theirs is looked at now and then, and at the next bar.
    if (this.#amendError > LARGEST_AMEND_ERROR) this.#foldAmendError();
    if (this.#amendError === 0 || !this.#isSound(symbol)) this.#settle();
  }

  // Puts `price` into the newest slot, and the deviations of it and of what stood there into the bars that slide.
  #exchange(symbol: number, price: number): void {
    const { anchor, sum, square, observed, error } = this.moments;
    const index = symbol * this.window + this.#slot;
    const oldPrice = this.#raw[index] as number;
    const oldValue = this.#values[index] as number;
    const value = this.#inUnits(symbol, price);
    this.#countOffGrid(symbol, oldPrice, price);
    this.#raw[index] = price;
    this.#values[index] = value;
    // Before a symbol's first value all its products are 0 whatever the anchor.
    if (observed[symbol] === 0 && !Number.isNaN(value)) anchor[symbol] = value;
    const enters = Number.isNaN(value) ? 0 : value - (anchor[symbol] as number);
    const leaves = Number.isNaN(oldValue) ? 0 : oldValue - (anchor[symbol] as number);
    this.#entering[symbol] = enters;
    this.#leaving[symbol] = leaves;
    observed[symbol] = (observed[symbol] as number) + (Number.isNaN(value) ? 0 : 1) - (Number.isNaN(oldValue) ? 0 : 1);
    sum[symbol] = (sum[symbol] as number) + (enters - leaves);
    square[symbol] = (square[symbol] as number) + (enters * enters - leaves * leaves);
    error[symbol] =
      (error[symbol] as number) + 2 * EPSILON * (Math.abs(square[symbol]) + enters * enters + leaves * leaves);
  }

  #inUnits(symbol: number, price: number): number {
    return this.#mode[symbol] === 'exact' ? this.#grid.toTicks(symbol, price) : price;
  }

  #countOffGrid(symbol: number, oldPrice: number, price: number): void {
    if (this.#grid.tickOf(symbol) === 0) return;
    if (!this.#grid.holds(symbol, oldPrice)) this.#offGrid[symbol] = (this.#offGrid[symbol] as number) - 1;
    if (this.#grid.holds(symbol, price)) return;
    this.#offGrid[symbol] = (this.#offGrid[symbol] as number) + 1;
    this.#offGridTotal++;
  }

  // An amended symbol adds rounding to the products with all others, in proportion to their squares.
  #foldAmendError(): void {
    if (this.#amendError === 0) return;
    const { error, square } = this.moments;
    for (let symbol = 0; symbol < this.size; symbol++) {
      error[symbol] = (error[symbol] as number) + this.#amendError * Math.abs(square[symbol] as number);
    }
    this.#amendError = 0;
  }

  #newestDeviation(symbol: number): number {
    const value = this.valueAt(symbol, this.#slot);
    return Number.isNaN(value) ? 0 : value - (this.moments.anchor[symbol] as number);
  }

  #settle(): void {
    const wasExact = this.#floats === 0;
    for (let symbol = 0; symbol < this.size; symbol++) {
      if (!this.#isSound(symbol)) this.#unsound.push(symbol);
    }
    if (this.#unsound.length === 0) return;
    for (const symbol of this.#unsound) this.#anchorAgain(symbol);
    for (const symbol of this.#unsound) this.#rebuildRow(symbol);
    this.#unsound.length = 0;
    // The errors of exact symbols begin to matter with the first that is not.
    if (wasExact && this.#floats > 0) this.#settle();
  }

  #isSound(symbol: number): boolean {
    const isOnGrid = this.#offGrid[symbol] === 0;
    switch (this.modeOf(symbol)) {
      case 'exact':
        if (!isOnGrid || !this.#fitsExactly(this.moments.square[symbol] as number)) return false;
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
    return this.#floats === 0 || this.relativeError(symbol) <= this.#tolerance / 2;
  }

  #fitsExactly(square: number): boolean {
    return this.window * square <= EXACT_LIMIT;
  }

  // Half the limit, so that the mean's rounding to a whole tick cannot send the symbol straight back.
  #hasNarrowed(symbol: number): boolean {
    const tick = this.#grid.tickOf(symbol);
    return this.window * (this.moments.spread(symbol) / tick / tick + this.window) <= EXACT_LIMIT / 2;
  }

  #anchorAgain(symbol: number): void {
    const { square } = this.moments;
    if (this.#grid.tickOf(symbol) === 0) return this.#center(symbol);
    const wasExact = this.#mode[symbol] === 'exact';
    if (this.#offGrid[symbol] === 0) {
      this.#enterMode(symbol, 'exact');
      if (this.#fitsExactly(square[symbol] as number)) return;
    }
    this.#enterMode(symbol, this.#offGrid[symbol] === 0 ? 'range-too-wide' : 'off-grid');
    if (wasExact) this.#fallbacks++;
  }

  #enterMode(symbol: number, mode: SymbolMode): void {
    const before = this.modeOf(symbol);
    if (before !== mode) {
      this.#floats += Number(mode !== 'exact') - Number(before !== 'exact');
      this.#mode[symbol] = mode;
      const start = symbol * this.window;
      for (let index = start; index < start + this.window; index++) {
        this.#values[index] = this.#inUnits(symbol, this.#raw[index] as number);
      }
    }
    this.#center(symbol);
  }

  // Moves the anchor to the mean and recomputes the symbol's own sums.
  #center(symbol: number): void {
    const { anchor, sum, square, error } = this.moments;
    const isExact = this.#mode[symbol] === 'exact';
    const mean = this.#meanInUnits(symbol);
    anchor[symbol] = isExact ? Math.round(mean) : mean;
    this.#fillDeviations(symbol);
    sum[symbol] = totalOf(this.#deviations);
    square[symbol] = anchoredProduct(this.#deviations, this.#values, symbol * this.window, anchor[symbol]);
    error[symbol] = 8 * EPSILON * square[symbol];
    this.#entering[symbol] = this.#newestDeviation(symbol);
  }

  #meanInUnits(symbol: number): number {
    const count = this.moments.observed[symbol] as number;
    let mean = 0;
    for (let slot = 0; slot < this.window; slot++) {
      const value = this.valueAt(symbol, slot);
      // Divided one by one: the sum of wide values may overflow.
      if (!Number.isNaN(value)) mean += value / count;
    }
    return mean;
  }

  #fillDeviations(symbol: number): void {
    const anchor = this.moments.anchor[symbol] as number;
    for (let slot = 0; slot < this.window; slot++) this.#deviations[slot] = this.valueAt(symbol, slot) - anchor;
  }

  #rebuildRow(symbol: number): void {
    this.#rebuilds++;
    this.#fillDeviations(symbol);
    for (let other = 0; other < this.size; other++) {
      if (other === symbol) continue;
      const index = other < symbol ? pairIndex(other, symbol, this.size) : pairIndex(symbol, other, this.size);
      const anchor = this.moments.anchor[other] as number;
      this.#products[index] = anchoredProduct(this.#deviations, this.#values, other * this.window, anchor);
    }
  }
}
