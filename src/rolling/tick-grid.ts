/** Share of a tick by which a value may miss the grid. */
const TOLERANCE = 1e-6;
/**
 * Rounding of a decimal price, its tick and their quotient, in ticks per tick. At 6e12 ticks (61 800 with a
 * tick of 1e-8) this is 0.005 of a tick: the nearest tick is still beyond doubt.
 */
const ROUNDING = 2 ** -50;
const EXACT_LIMIT = 2 ** 52;

/**
 * The price grids of all symbols: turns a price into a whole number of ticks.
 *
 * Prices such as 61800.25 with a tick of 0.05 are not multiples of it as doubles are; a value is on the
 * grid when it is within 1e-6 tick of a multiple, plus what rounding to doubles explains.
 */
export class TickGrid {
  readonly #ticks: Float64Array;
  #largest: number;

  /** `ticks` holds 0 for a symbol without a tick. No `window` values on the grid add up to more than 2^52 ticks. */
  constructor(ticks: Float64Array, window: number) {
    this.#ticks = ticks;
    this.#largest = EXACT_LIMIT / window;
  }

  /** The same grids and one more. */
  with(tick: number): TickGrid {
    const grid = new TickGrid(Float64Array.from([...this.#ticks, tick]), 1);
    grid.#largest = this.#largest;
    return grid;
  }

  /** Whether any symbol has a tick. */
  get isUsed(): boolean {
    return this.#ticks.some((tick) => tick > 0);
  }

  /** The symbol's tick, 0 when it has none. */
  tickOf(symbol: number): number {
    return this.#ticks[symbol] as number; // callers pass an index below the symbol count
  }

  /** The whole number of ticks nearest to `price`; NaN for a gap. */
  toTicks(symbol: number, price: number): number {
    return Math.round(price / this.tickOf(symbol));
  }

  /** Whether `prices[at]` is on the symbol's grid and small enough. A gap is, and any price of one without a tick. */
  holds(symbol: number, prices: Float64Array, at: number): boolean {
    const tick = this.tickOf(symbol);
    const price = prices[at] as number;
    if (tick === 0 || Number.isNaN(price)) return true;
    const ticks = price / tick;
    const size = Math.abs(ticks);
    return size <= this.#largest && Math.abs(ticks - Math.round(ticks)) <= TOLERANCE + size * ROUNDING;
  }
}
