import type { SymbolMoments } from './symbol-moments.js';
import type { ProductMatrix } from './product-matrix.js';
import { TickGrid } from './tick-grid.js';

/** How a symbol is kept: as whole ticks, or as floats and why. */
export type SymbolMode = 'exact' | 'no-tick-size' | 'off-grid' | 'range-too-wide';

/**
 * The values of all symbols in the window, as they came and in the units they are kept in: whole ticks for exact
 * symbols, else as they came.
 *
 * Arrays are indexed within bounds: the casts drop an `undefined` that cannot occur.
 */
export class SymbolValues {
  readonly #products: ProductMatrix;
  readonly #moments: SymbolMoments;
  /** In the order of `products.values`, and the same array while no symbol has a tick. */
  readonly #raw: Float64Array;
  readonly #modes: SymbolMode[];
  #grid: TickGrid;
  #floats: number;
  #fallbacks = 0;
  #offGridTotal = 0;

  /** `ticks` has an entry per symbol, 0 for none. */
  constructor(products: ProductMatrix, moments: SymbolMoments, ticks: Float64Array) {
    this.#products = products;
    this.#moments = moments;
    this.#grid = new TickGrid(ticks, products.window);
    this.#raw = this.#grid.isUsed ? products.values.slice() : products.values;
    this.#modes = Array.from(ticks, (tick) => (tick > 0 ? 'exact' : 'no-tick-size'));
    this.#floats = countFloats(this.#modes);
  }

  /** Symbols that are kept as floats. */
  get floats(): number {
    return this.#floats;
  }

  /** Whether any symbol has a tick. */
  get hasTicks(): boolean {
    return this.#raw !== this.#products.values;
  }

  /** Times a symbol with a tick went from ticks to floats. */
  get fallbacks(): number {
    return this.#fallbacks;
  }

  /** Values so far that were off their symbol's grid. */
  get offGridTotal(): number {
    return this.#offGridTotal;
  }

  /** How every symbol is kept. */
  get modes(): readonly SymbolMode[] {
    return this.#modes;
  }

  /** What a snapshot has to keep beside what the products keep. */
  get kept(): readonly Float64Array[] {
    return this.#raw === this.#products.values ? [] : [this.#raw];
  }

  /** Takes over modes and counters of a snapshot. */
  restore(modes: readonly SymbolMode[], fallbacks: number, offGridTotal: number): void {
    modes.forEach((mode, symbol) => (this.#modes[symbol] = mode));
    this.#floats = countFloats(this.#modes);
    this.#fallbacks = fallbacks;
    this.#offGridTotal = offGridTotal;
  }

  /** Takes over another one's symbols of these indices, in this order. */
  takeOver(other: SymbolValues, kept: readonly number[]): void {
    kept.forEach((from, to) => {
      for (let slot = 0; slot < this.#products.window; slot++) this.#raw[this.#at(to, slot)] = other.rawAt(from, slot);
    });
    const modes = kept.map((from) => other.modeOf(from));
    this.restore(modes, other.fallbacks, other.offGridTotal);
  }

  /** Whether one more symbol can be kept in the same memory. */
  hasRoom(tick: number): boolean {
    const isSeparate = this.#raw !== this.#products.values;
    return this.#products.size < this.#products.capacity && (tick === 0 || isSeparate);
  }

  /** Adds a symbol, without values. */
  addSymbol(tick: number): void {
    this.#grid = this.#grid.with(tick);
    this.#modes.push(tick > 0 ? 'exact' : 'no-tick-size');
    if (tick === 0) this.#floats++;
  }

  /** How a symbol is kept. */
  modeOf(symbol: number): SymbolMode {
    return this.#modes[symbol] as SymbolMode;
  }

  /** Whether a symbol is kept as whole ticks. */
  isExact(symbol: number): boolean {
    return this.#modes[symbol] === 'exact';
  }

  /** A symbol's tick, 0 for none. */
  tickOf(symbol: number): number {
    return this.#grid.tickOf(symbol);
  }

  /** What one unit of a symbol's values is worth: its tick, or 1 for floats. */
  unitOf(symbol: number): number {
    return this.isExact(symbol) ? this.#grid.tickOf(symbol) : 1;
  }

  /** Whether all values of a symbol in the window are on its grid. */
  isOnGrid(symbol: number): boolean {
    return this.#moments.offGrid[symbol] === 0;
  }

  /** A value as it came; NaN for a gap. */
  rawAt(symbol: number, slot: number): number {
    return this.#raw[this.#at(symbol, slot)] as number;
  }

  /**
   * Puts the prices of symbols `first` to `last - 1` into a slot, in their units.
   *
   * Hot path: what it calls is told where a price is, since a number that is passed may become one on the heap.
   */
  store(first: number, last: number, slot: number, prices: Float64Array): void {
    const raw = this.#raw;
    const { values, capacity } = this.#products;
    const start = slot * capacity;
    for (let symbol = first; symbol < last; symbol++) {
      const at = start + symbol;
      const tick = this.#grid.tickOf(symbol);
      const price = prices[symbol] as number;
      if (tick > 0) this.#countOffGrid(symbol, at, prices);
      raw[at] = price;
      if (raw === values) continue;
      values[at] = price;
      if (this.#modes[symbol] !== 'exact') continue;
      const ticks = Math.round(price / tick);
      // Beyond all numbers, and off the grid: the symbol is about to be kept as floats, until then anything does.
      values[at] = ticks === Infinity || ticks === -Infinity ? 0 : ticks;
    }
  }

  /** Keeps a symbol another way: turns its values into the units of that. */
  enter(symbol: number, mode: SymbolMode): void {
    const before = this.modeOf(symbol);
    if (before === mode) return;
    if (before === 'exact') this.#fallbacks++;
    this.#modes[symbol] = mode;
    this.#floats = countFloats(this.#modes);
    for (let slot = 0; slot < this.#products.window; slot++) {
      const at = this.#at(symbol, slot);
      const raw = this.#raw[at] as number;
      this.#products.values[at] = mode === 'exact' ? this.#grid.toTicks(symbol, raw) : raw;
    }
  }

  #at(symbol: number, slot: number): number {
    return slot * this.#products.capacity + symbol;
  }

  // `at` is the place of the value that leaves.
  #countOffGrid(symbol: number, at: number, prices: Float64Array): void {
    const { offGrid } = this.#moments;
    // Mostly none is, and what leaves need not be looked at.
    const count = offGrid[symbol] as number;
    if (count > 0 && !this.#grid.holds(symbol, this.#raw, at)) offGrid[symbol] = count - 1;
    if (this.#grid.holds(symbol, prices, symbol)) return;
    offGrid[symbol] = (offGrid[symbol] as number) + 1;
    this.#offGridTotal++;
  }
}

function countFloats(modes: readonly SymbolMode[]): number {
  return modes.filter((mode) => mode !== 'exact').length;
}
