import { type CoMomentKernels, ownPart, ownTerms, rowStart } from './co-moment-kernels.js';
import { type EngineChoice, openEngine } from './kernel-engine.js';
import type { KernelThreads } from './kernel-threads.js';
import type { RowPasses } from './row-passes.js';

/**
 * Bars that may wait before they are added to the sums: one in a pass of its own takes 0.75 ns per pair, four in one
 * pass 0.46 each, eight no less than 0.44 (1 000 symbols, Node 20): from there on it is arithmetic, not memory.
 */
const MOST_WAITING = 4;
/** Doubles from one waiting bar to the next. */
const BAR = 4;
/** And from a deviation of a bar that waits to that of the bar it replaces. */
export const LEAVES = 2;
const SHIFT = 4;
const SCALE = 6;
/** Rows of correlations that are made at a time: their sums and what is written of them stay in 0.5 MB of cache. */
const BAND = 32;

/** Takes rows `first` to `last - 1` of correlations, left of the diagonal, from rows of as many numbers as symbols. */
export type TakeRows = (rows: Float64Array, first: number, last: number) => void;

/**
 * Sums of products of deviations of all pairs of symbols, S[i,j], in the memory of the kernels.
 *
 * The newest bars wait until there are four, or until all sums are wanted: a pass over the sums costs mostly the
 * memory it moves. What waits is added to a single sum when that is read, in the order in which it will be kept, so
 * that waiting never shows. The newest bar keeps waiting for as long as it can, since it may be revised.
 *
 * Hot paths: no allocation. Symbols are below `size` and slots below `window`, so that casts drop an `undefined`
 * that cannot occur.
 */
export class ProductMatrix {
  /** Symbols there is room for, an even number. */
  readonly capacity: number;
  /** Bars. */
  readonly window: number;
  /** What does the arithmetic. */
  readonly engine: 'wasm' | 'js';
  /** Deviations of the bars that wait, and of those they replace, 0 for a gap; `placeInBar` says where. */
  readonly bars: Float64Array;
  /** Per symbol what is subtracted from every value before it is multiplied. */
  readonly anchors: Float64Array;
  /** Per symbol the sum of its deviations. */
  readonly sums: Float64Array;
  /** Bar after bar the values of all symbols, `capacity` to a bar; NaN for a gap. */
  readonly values: Float64Array;
  /** Per slot the deviation of the symbol that `rebuildRow` rebuilds, 0 for a gap. */
  readonly deviations: Float64Array;
  readonly #kernels: CoMomentKernels;
  readonly #passes: RowPasses;
  readonly #lines: Float64Array;
  readonly #terms: Float64Array;
  readonly #rowSums: Float64Array;
  readonly #rowLost: Float64Array;
  readonly #products: Float64Array;
  #size: number;
  #waiting = 0;

  /** @throws ConfigError when the engine asked for is not to be had. */
  constructor(
    owner: string,
    engine: EngineChoice,
    size: number,
    capacity: number,
    window: number,
    threads?: KernelThreads,
  ) {
    this.#size = size;
    this.capacity = capacity + (capacity & 1);
    this.window = window;
    const even = window + (window & 1);
    const lengths = [8 * this.capacity, 4 * this.capacity, ...Array.from({ length: 4 }, () => this.capacity), even];
    lengths.push(this.capacity * this.capacity, rowStart(this.capacity) + this.capacity, window * this.capacity);
    const bytes = 8 * lengths.reduce((sum, length) => sum + length, 0);
    const { name, buffer, kernels, passes } = openEngine(owner, engine, bytes, threads);
    let at = 0;
    const sections = lengths.map((length) => new Float64Array(buffer, (at += 8 * length) - 8 * length, length));
    // As many sections as lengths.
    [this.bars, this.#terms, this.anchors, this.sums, this.#rowSums, this.#rowLost] = sections.slice(0, 6) as Six;
    [this.deviations, this.#lines, this.#products, this.values] = sections.slice(6) as Four;
    this.engine = name;
    this.#kernels = kernels;
    this.#passes = passes;
    this.values.fill(NaN);
  }

  /** Symbols. */
  get size(): number {
    return this.#size;
  }

  /** Whether the newest bar is not in the sums yet. */
  get isNewestWaiting(): boolean {
    return this.#waiting > 0;
  }

  /** Bars that are not in the sums yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** What a snapshot has to keep. Whoever fills them calls `restore` after. */
  get kept(): readonly Float64Array[] {
    return [this.bars, this.anchors, this.sums, this.#products, this.values];
  }

  /** Says how many bars the restored memory has waiting. */
  restore(waiting: number): void {
    this.#waiting = waiting;
  }

  /** Makes room for one more symbol, without values. There must be some. */
  addColumn(): void {
    this.#size++;
  }

  /** Takes over another one's symbols of these indices, in this order. Nothing may wait there. */
  takeOver(other: ProductMatrix, kept: readonly number[]): void {
    kept.forEach((from, to) => {
      this.anchors[to] = other.anchors[from] as number;
      this.sums[to] = other.sums[from] as number;
      for (let column = 0; column < to; column++) {
        this.#products[rowStart(to) + column] = other.product(from, kept[column] as number);
      }
    });
    for (let slot = 0; slot < this.window; slot++) {
      const here = slot * this.capacity;
      const there = slot * other.capacity;
      kept.forEach((from, to) => (this.values[here + to] = other.values[there + from] as number));
    }
  }

  /** Begins a bar, of which `bars` is to hold the deviations. */
  beginBar(): void {
    if (this.#waiting === MOST_WAITING) this.flush();
    this.#waiting++;
  }

  /** Where in `bars` a symbol's deviation of the newest bar is, which must be waiting. */
  placeInBar(symbol: number): number {
    return ownPart(symbol) + BAR * (this.#waiting - 1);
  }

  /** A symbol's value in a slot, NaN for a gap. */
  valueAt(symbol: number, slot: number): number {
    return this.values[slot * this.capacity + symbol] as number;
  }

  /** Sum of the products of two different symbols. */
  product(left: number, right: number): number {
    const higher = Math.max(left, right);
    const lower = Math.min(left, right);
    let sum = this.#products[rowStart(higher) + lower] as number;
    let one = ownPart(higher);
    let other = ownPart(lower);
    for (let bar = 0; bar < this.#waiting; bar++) {
      const enters = (this.bars[one] as number) * (this.bars[other] as number);
      sum += enters - (this.bars[one + LEAVES] as number) * (this.bars[other + LEAVES] as number);
      one += BAR;
      other += BAR;
    }
    return sum;
  }

  /** Adds all waiting bars to the sums. */
  flush(): void {
    if (this.#waiting === 0) return;
    if (this.#waiting === MOST_WAITING) {
      this.#passes.slideFour(this.#products.byteOffset, this.#size, this.bars.byteOffset);
    } else {
      for (let bar = 0; bar < this.#waiting; bar++) this.#slideOne(bar);
    }
    this.#waiting = 0;
    // Rows are gathered with the first bar added, even when none is waiting.
    for (let symbol = 0; symbol < this.#size; symbol++) {
      this.bars[ownPart(symbol)] = 0;
      this.bars[ownPart(symbol) + LEAVES] = 0;
    }
  }

  /** Adds a change of one symbol's deviation in a slot to its sums with all others. Nothing may wait. */
  replace(symbol: number, slot: number, before: number, after: number): void {
    const own = rowStart(symbol);
    for (let other = 0; other < this.#size; other++) {
      if (other === symbol) continue;
      const deviation = this.valueAt(other, slot) - (this.anchors[other] as number);
      if (Number.isNaN(deviation)) continue;
      const at = other < symbol ? own + other : rowStart(other) + symbol;
      this.#products[at] = (this.#products[at] as number) + (after * deviation - before * deviation);
    }
  }

  /** Recomputes one symbol's sums with all others from `values` and its own `deviations`. Nothing may wait. */
  rebuildRow(symbol: number): void {
    this.#rowSums.fill(0);
    this.#rowLost.fill(0);
    this.#kernels.rebuild(
      this.values.byteOffset,
      8 * this.capacity,
      this.deviations.byteOffset,
      this.deviations.byteOffset + 8 * this.window,
      this.anchors.byteOffset,
      this.#size,
      this.#rowSums.byteOffset,
      this.#rowLost.byteOffset,
    );
    const own = rowStart(symbol);
    for (let other = 0; other < symbol; other++) this.#products[own + other] = this.#rowSums[other] as number;
    for (let other = symbol + 1; other < this.#size; other++) {
      this.#products[rowStart(other) + symbol] = this.#rowSums[other] as number;
    }
  }

  /**
   * Sets what `correlate` needs of a symbol beside its products: shift and scale of floats, sum and spread of ticks.
   * A scale of NaN gives no correlation.
   */
  setTerms(symbol: number, shift: number, scale: number): void {
    const at = ownTerms(symbol);
    const bar = ownPart(symbol) + (this.#waiting > 1 ? BAR * (this.#waiting - 1) : 0);
    this.#terms[at] = this.bars[bar] as number;
    this.#terms[at + LEAVES] = this.bars[bar + LEAVES] as number;
    this.#terms[at + SHIFT] = shift;
    this.#terms[at + SCALE] = scale;
  }

  /** Whether a symbol has correlations, by its terms. */
  hasScale(symbol: number): boolean {
    return !Number.isNaN(this.#terms[ownTerms(symbol) + SCALE]);
  }

  /**
   * Makes the full matrix of correlations, row by row, from the terms of all symbols; of ticks `count` is the number
   * of bars, else 0. The next call overwrites it; its diagonal means nothing.
   */
  correlate(count: number): Float64Array {
    const { size } = this;
    this.settleOlder();
    this.#passes.correlate(this.#products.byteOffset, size, this.#terms.byteOffset, this.#lines.byteOffset, count);
    return this.#lines.subarray(0, size * size);
  }

  /** Whether threads make the full matrix. */
  get isShared(): boolean {
    return this.#passes.isShared(this.#size);
  }

  /** Gives `take` the same correlations a few rows at a time, so that no full matrix goes through memory. */
  correlateBands(count: number, take: TakeRows): void {
    for (let first = 0; first < this.#size; first += BAND) {
      const last = Math.min(this.#size, first + BAND);
      for (let bar = 0; bar < this.#waiting - 1; bar++) this.#slideRows(bar, first, last);
      this.#correlateRows(count, first, last);
      take(this.#lines, first, last);
    }
    this.#keepNewest();
  }

  /** Adds all waiting bars but the newest to the sums. */
  settleOlder(): void {
    for (let bar = 0; bar < this.#waiting - 1; bar++) this.#slideOne(bar);
    this.#keepNewest();
  }

  // The older bars have been added.
  #keepNewest(): void {
    if (this.#waiting < 2) return;
    const newest = BAR * (this.#waiting - 1);
    for (let symbol = 0; symbol < this.#size; symbol++) {
      const at = ownPart(symbol);
      this.bars[at] = this.bars[at + newest] as number;
      this.bars[at + LEAVES] = this.bars[at + newest + LEAVES] as number;
    }
    this.#waiting = 1;
  }

  // To where rows 0 to `BAND - 1` of a full matrix are: the address is that of a row 0 before it.
  #correlateRows(count: number, first: number, last: number): void {
    const { size } = this;
    const products = this.#products.byteOffset;
    const terms = this.#terms.byteOffset;
    const out = this.#lines.byteOffset - 8 * first * size;
    if (count > 0) this.#kernels.correlateTicks(products, out, first, last, size, terms, count);
    else this.#kernels.correlateFloats(products, out, first, last, size, terms);
  }

  #slideRows(bar: number, first: number, last: number): void {
    this.#kernels.slideOne(this.#products.byteOffset, Math.max(1, first), last, this.bars.byteOffset + 8 * BAR * bar);
  }

  #slideOne(bar: number): void {
    this.#passes.slideOne(this.#products.byteOffset, this.#size, this.bars.byteOffset + 8 * BAR * bar);
  }
}

type Four = [Float64Array, Float64Array, Float64Array, Float64Array];
type Six = [Float64Array, Float64Array, ...Four];
