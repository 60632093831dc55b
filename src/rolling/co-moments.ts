import { BarEntry } from './bar-entry.js';
import { GapSums } from './gap-sums.js';
import type { EngineChoice } from './kernel-engine.js';
import type { KernelThreads } from './kernel-threads.js';
import { ProductMatrix } from './product-matrix.js';
import { RowRepair } from './row-repair.js';
import { SymbolMoments } from './symbol-moments.js';
import { type SymbolMode, SymbolValues } from './symbol-values.js';

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
 * The newest bar waits outside of the sums, so that revising it costs O(1) and leaves no trace.
 *
 * Typed arrays are indexed within bounds throughout: the casts drop an `undefined` that cannot occur.
 */

/** What {@link CoMoments} are made from. */
export interface CoMomentOptions {
  /** Tick per symbol, 0 for none. */
  readonly ticks: Float64Array;
  /** Bars. */
  readonly window: number;
  /** Bound of the error of a correlation of floats. */
  readonly tolerance: number;
  /** What does the arithmetic. */
  readonly engine: EngineChoice;
  /** Symbols there is room for. */
  readonly capacity?: number;
  /** Who helps with passes over all pairs. */
  readonly threads?: KernelThreads;
}

/** The state but for what is in arrays. */
export interface CoMomentMarks {
  /** Room for symbols. */
  readonly capacity: number;
  /** Place of the newest bar, -1 before the first. */
  readonly slot: number;
  /** Bars in the window. */
  readonly bars: number;
  /** Bars so far. */
  readonly pushes: number;
  /** Bars that wait. */
  readonly waiting: number;
  /** Rows rebuilt so far. */
  readonly rebuilds: number;
  /** Times a symbol went from ticks to floats. */
  readonly fallbacks: number;
  /** Values off their grid so far. */
  readonly offGridTotal: number;
  /** Mode per symbol. */
  readonly modes: readonly SymbolMode[];
  /** Symbols with gaps. */
  readonly gaps: readonly number[];
}

const EPSILON = 2 ** -52;

/** Products of all pairs of symbols over the newest `window` bars. */
export class CoMoments {
  /** Bars. */
  readonly window: number;
  /** Sums per symbol. */
  readonly moments: SymbolMoments;
  /** Sums per pair. */
  readonly products: ProductMatrix;
  /** Values and modes of symbols. */
  readonly values: SymbolValues;
  /** What pairs with gaps take off. */
  readonly gaps: GapSums;
  /** What keeps the sums sound. */
  readonly repair: RowRepair;
  readonly #options: CoMomentOptions;
  readonly #entry: BarEntry;
  /** Deviations of one bar, and of what the newest took the place of; NaN for a gap. */
  readonly #entering: Float64Array;
  readonly #leaving: Float64Array;
  #slot = -1;
  #bars = 0;
  #pushes = 0;

  /** @throws ConfigError when the engine asked for is not to be had. */
  constructor(options: CoMomentOptions) {
    const { ticks, window, engine, tolerance, capacity = ticks.length, threads } = options;
    this.#options = options;
    this.window = window;
    this.products = new ProductMatrix('RollingCorrelation', engine, ticks.length, capacity, window, threads);
    this.moments = new SymbolMoments(this.products.sums);
    this.values = new SymbolValues(this.products, this.moments, ticks);
    this.#entry = new BarEntry(this.products, this.moments, this.values);
    this.gaps = new GapSums(this.moments.square);
    this.repair = new RowRepair(this.products, this.moments, this.values, this.gaps, tolerance);
    this.#entering = new Float64Array(this.products.capacity).fill(NaN);
    this.#leaving = new Float64Array(this.products.capacity).fill(NaN);
  }

  /** Symbols. */
  get size(): number {
    return this.products.size;
  }

  /** Bars in the window. */
  get bars(): number {
    return this.#bars;
  }

  /** The state in numbers, for a snapshot. */
  get marks(): CoMomentMarks {
    return {
      capacity: this.products.capacity,
      slot: this.#slot,
      bars: this.#bars,
      pushes: this.#pushes,
      waiting: this.products.waiting,
      rebuilds: this.repair.rebuilds,
      fallbacks: this.values.fallbacks,
      offGridTotal: this.values.offGridTotal,
      modes: [...this.values.modes],
      gaps: this.gaps.symbols,
    };
  }

  /** The state in arrays, for a snapshot. To fill them, call `restore` first. */
  get kept(): readonly Float64Array[] {
    const gaps = this.gaps.symbols.flatMap((symbol) => [...this.gaps.rowOf(symbol)]);
    const own = [...this.products.kept, ...this.values.kept, ...this.moments.kept];
    return [...own, this.#leaving, this.gaps.error, ...gaps];
  }

  /** Mean of a symbol's values in the window; NaN without any. */
  meanOf(symbol: number): number {
    const { anchors, sums } = this.products;
    const count = this.moments.observed[symbol] as number;
    if (!this.values.isExact(symbol)) {
      // The sum of a flat window is not kept up, since nothing else is read from it; its mean needs none.
      if (count > 0 && this.moments.isFlat(symbol)) return this.moments.newest(symbol);
      return (anchors[symbol] as number) + (sums[symbol] as number) / count;
    }
    // Both terms are whole and below 2^53, so that their sum does not depend on the anchor.
    return (((anchors[symbol] as number) * count + (sums[symbol] as number)) / count) * this.values.unitOf(symbol);
  }

  /** Whether a symbol has a value in every bar of the window. */
  isComplete(symbol: number): boolean {
    return this.moments.observed[symbol] === this.#bars;
  }

  /** Sum of the products of two symbols' deviations. */
  productOf(left: number, right: number): number {
    return left === right ? (this.moments.square[left] as number) : this.products.product(left, right);
  }

  /** A symbol's value in units, `age` bars back; NaN for a gap. */
  valueAt(symbol: number, age: number): number {
    return this.products.valueAt(symbol, this.#slotOf(age));
  }

  /** A symbol's value as it came, `age` bars back; NaN for a gap. */
  rawAt(symbol: number, age: number): number {
    return this.values.rawAt(symbol, this.#slotOf(age));
  }

  /** Adds a bar: one value per symbol, NaN for a gap. Hot path: no allocation. */
  push(row: Float64Array): void {
    const { products, moments } = this;
    const { values, anchors, size, capacity } = products;
    this.#slot = this.#slot + 1 === this.window ? 0 : this.#slot + 1;
    this.#pushes++;
    const isFull = this.#bars === this.window;
    if (!isFull) this.#bars++;
    products.beginBar();
    moments.remember();
    const start = this.#slot * capacity;
    const leaving = this.#leaving;
    let gaps = 0;
    for (let symbol = 0; symbol < size; symbol++) {
      const leaves = (values[start + symbol] as number) - (anchors[symbol] as number);
      const price = row[symbol] as number;
      leaving[symbol] = leaves;
      if (leaves !== leaves || price !== price) gaps++;
    }
    this.#entry.enter(0, size, this.#slot, row, leaving);
    // Before the window is full, nothing leaves.
    if (gaps > 0) this.#slideGaps(row, isFull);
    this.repair.settle(this.#pushes, this.#bars);
  }

  /** Replaces one symbol's value `age` bars back. O(1) in the newest bar as long as that waits, else O(size). */
  replace(age: number, symbol: number, price: number): void {
    const slot = this.#slotOf(age);
    if (Object.is(this.values.rawAt(symbol, slot), price)) return;
    // Written out: a number that a call returns may become one on the heap.
    const before =
      (this.products.values[slot * this.products.capacity + symbol] as number) -
      (this.products.anchors[symbol] as number);
    if (age === 0 && this.products.isNewestWaiting) {
      this.moments.recall(symbol);
      this.#entering[symbol] = price;
      this.#entry.enter(symbol, symbol + 1, slot, this.#entering, this.#leaving);
    } else this.#replaceKept(symbol, slot, price, before);
    if (this.gaps.isUsed || Number.isNaN(price)) this.#replaceInGaps(symbol, slot, before);
    if (!this.repair.isSound(symbol, this.#pushes)) this.repair.settle(this.#pushes, this.#bars);
  }

  /** Adds a symbol with these values, the newest last, NaN for a gap. Returns what to go on with. */
  withSymbol(tick: number, prices: Float64Array): CoMoments {
    if (!this.values.hasRoom(tick)) {
      const wider = this.#remade(allOf(this.size), [tick], 2 * (this.size + 1));
      wider.#fill(this.size, prices);
      return wider;
    }
    this.products.flush();
    this.values.addSymbol(tick);
    this.products.addColumn();
    this.#fill(this.size - 1, prices);
    return this;
  }

  /** The same without one symbol. */
  withoutSymbol(symbol: number): CoMoments {
    const kept = allOf(this.size).filter((one) => one !== symbol);
    return this.#remade(kept, [], this.products.capacity);
  }

  /** The same symbols without any bar, what was counted kept. */
  emptied(): CoMoments {
    const made = this.#remade(
      [],
      allOf(this.size).map((symbol) => this.values.tickOf(symbol)),
      this.products.capacity,
    );
    made.#slot = -1;
    made.#bars = 0;
    return made;
  }

  /** Takes over the numbers of a snapshot, before its arrays are read. */
  restore(marks: CoMomentMarks): void {
    this.#slot = marks.slot;
    this.#bars = marks.bars;
    this.#pushes = marks.pushes;
    this.products.restore(marks.waiting);
    this.values.restore(marks.modes, marks.fallbacks, marks.offGridTotal);
    this.repair.restore(marks.rebuilds);
    for (const symbol of marks.gaps) this.gaps.rowOf(symbol);
  }

  #slotOf(age: number): number {
    return this.#slot >= age ? this.#slot - age : this.#slot - age + this.window;
  }

  #deviation(symbol: number, slot: number): number {
    return this.products.valueAt(symbol, slot) - (this.products.anchors[symbol] as number);
  }

  // Replaces a value that is in the sums of pairs.
  #replaceKept(symbol: number, slot: number, price: number, oldDeviation: number): void {
    const { products, moments } = this;
    const { square, observed, error } = moments;
    products.flush();
    const value = this.#store(symbol, slot, price);
    if (observed[symbol] === 0) products.anchors[symbol] = value;
    const before = Number.isNaN(oldDeviation) ? 0 : oldDeviation;
    const after = Number.isNaN(value) ? 0 : this.#deviation(symbol, slot);
    observed[symbol] =
      (observed[symbol] as number) + Number(!Number.isNaN(value)) - Number(!Number.isNaN(oldDeviation));
    products.replace(symbol, slot, before, after);
    products.sums[symbol] = (products.sums[symbol] as number) + (after - before);
    square[symbol] = (square[symbol] as number) + (after * after - before * before);
    error[symbol] = (error[symbol] as number) + 2 * EPSILON * (before * before + after * after);
    // The products with all others took some rounding, in proportion to both squares.
    for (let other = 0; other < this.size; other++) {
      error[other] = (error[other] as number) + 2 * EPSILON * Math.abs(square[other] as number);
    }
    this.#countRun(symbol);
  }

  // Puts a value into a slot and returns it in units.
  #store(symbol: number, slot: number, price: number): number {
    this.#entering[symbol] = price;
    this.values.store(symbol, symbol + 1, slot, this.#entering);
    return this.products.valueAt(symbol, slot);
  }

  #countRun(symbol: number): void {
    this.moments.forgetRun(symbol);
    for (let age = this.#bars - 1; age >= 0; age--) {
      if (age === 0) this.moments.rememberRun(symbol);
      this.#entering[symbol] = this.rawAt(symbol, age);
      this.moments.count(symbol, this.#entering);
    }
  }

  #slideGaps(row: Float64Array, isFull: boolean): void {
    const { gaps } = this;
    if (isFull) gaps.slide(this.#leaving, this.size, -1);
    let isGap = false;
    for (let symbol = 0; symbol < this.size; symbol++) isGap ||= Number.isNaN(row[symbol]);
    if (isGap) gaps.slide(this.#deviationsOf(this.#slot), this.size, 1);
    if (gaps.isUsed) this.#closeGaps();
  }

  #closeGaps(): void {
    for (let symbol = 0; symbol < this.size; symbol++) {
      if (this.isComplete(symbol)) this.gaps.close(symbol);
      if (this.moments.observed[symbol] === 0) this.gaps.clearColumn(symbol);
    }
  }

  #replaceInGaps(symbol: number, slot: number, before: number): void {
    const deviations = this.#deviationsOf(slot);
    this.gaps.replace(symbol, before, deviations[symbol] as number, deviations, this.size);
    this.#closeGaps();
  }

  #deviationsOf(slot: number): Float64Array {
    for (let symbol = 0; symbol < this.size; symbol++) this.#entering[symbol] = this.#deviation(symbol, slot);
    return this.#entering;
  }

  #fill(symbol: number, prices: Float64Array): void {
    const { gaps, moments } = this;
    for (let age = this.#bars - 1; age >= 0; age--) {
      const slot = this.#slotOf(age);
      const price = prices[prices.length - 1 - age] ?? NaN;
      this.#store(symbol, slot, price);
      if (!Number.isNaN(price)) moments.observed[symbol] = (moments.observed[symbol] as number) + 1;
    }
    this.#countRun(symbol);
    this.repair.rebuild([symbol], this.#pushes, this.#bars);
    if (this.isComplete(symbol)) return;
    for (let slot = 0; slot < this.#bars; slot++) {
      if (!Number.isNaN(this.products.valueAt(symbol, slot))) continue;
      for (let other = 0; other < this.size; other++) gaps.addCell(symbol, other, this.#deviation(other, slot));
    }
  }

  #remade(kept: readonly number[], added: readonly number[], capacity: number): CoMoments {
    this.products.flush();
    const ticks = Float64Array.from([...kept.map((symbol) => this.values.tickOf(symbol)), ...added]);
    const made = new CoMoments({ ...this.#options, ticks, capacity: Math.max(capacity, ticks.length) });
    made.products.takeOver(this.products, kept);
    made.values.takeOver(this.values, kept);
    made.moments.takeOver(this.moments, kept);
    made.gaps.takeOver(this.gaps, kept);
    made.repair.restore(this.repair.rebuilds);
    made.#slot = this.#slot;
    made.#bars = this.#bars;
    made.#pushes = this.#pushes;
    return made;
  }
}

function allOf(size: number): number[] {
  return Array.from({ length: size }, (_, symbol) => symbol);
}
