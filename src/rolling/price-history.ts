/**
 * The newest bars as they came, for what depends on more than a bar's own values: returns, filled gaps, and bars
 * that count only when they are complete.
 *
 * An age is how many bars back: 0 is the newest. Arrays are indexed within bounds: the casts drop an `undefined`
 * that cannot occur.
 */
export class PriceHistory {
  /** Bars kept. */
  readonly depth: number;
  #size: number;
  #prices: Float64Array;
  /** Per symbol the last value that is older than all bars kept. */
  #carried: Float64Array;
  #slot: number;

  constructor(size: number, depth: number) {
    this.depth = depth;
    this.#size = size;
    this.#prices = new Float64Array(size * depth).fill(NaN);
    this.#carried = new Float64Array(size).fill(NaN);
    this.#slot = depth - 1;
  }

  /** What a snapshot has to keep. */
  get kept(): readonly Float64Array[] {
    return [this.#prices, this.#carried];
  }

  /** Place of the newest bar. */
  get slot(): number {
    return this.#slot;
  }

  /** Takes over the place of the newest bar of a snapshot. */
  restore(slot: number): void {
    this.#slot = slot;
  }

  /** Adds a bar in place of the oldest, NaN for a gap. Hot path: no allocation, and no number is passed on. */
  push(bar: Float64Array): void {
    this.#slot = this.#slot + 1 === this.depth ? 0 : this.#slot + 1;
    const start = this.#slot * this.#size;
    for (let symbol = 0; symbol < this.#size; symbol++) {
      const oldest = this.#prices[start + symbol] as number;
      if (oldest === oldest) this.#carried[symbol] = oldest;
    }
    this.#prices.set(bar, start);
  }

  /** A value as it came, NaN for a gap. */
  at(symbol: number, age: number): number {
    return this.#prices[this.#place(symbol, age)] as number;
  }

  /** Sets a value. */
  set(symbol: number, age: number, price: number): void {
    this.#prices[this.#place(symbol, age)] = price;
  }

  /** A value, or the newest one before it; NaN when there is none. */
  filledAt(symbol: number, age: number): number {
    for (let back = age; back < this.depth; back++) {
      const price = this.at(symbol, back);
      if (!Number.isNaN(price)) return price;
    }
    return this.#carried[symbol] as number;
  }

  /** Adds a symbol with these values, the newest last. */
  addSymbol(prices: Float64Array): void {
    const kept = Array.from({ length: this.#size }, (_, symbol) => symbol);
    this.#take(kept, this.#size + 1);
    const symbol = this.#size - 1;
    for (let age = 0; age < Math.min(this.depth, prices.length); age++) {
      this.set(symbol, age, prices[prices.length - 1 - age] as number);
    }
    const older = prices.subarray(0, Math.max(0, prices.length - this.depth));
    this.#carried[symbol] = older.findLast((price) => !Number.isNaN(price)) ?? NaN;
  }

  /** Leaves a symbol out. */
  removeSymbol(symbol: number): void {
    const kept = Array.from({ length: this.#size }, (_, one) => one).filter((one) => one !== symbol);
    this.#take(kept, kept.length);
  }

  #place(symbol: number, age: number): number {
    const slot = this.#slot >= age ? this.#slot - age : this.#slot - age + this.depth;
    return slot * this.#size + symbol;
  }

  #take(kept: readonly number[], size: number): void {
    const prices = new Float64Array(size * this.depth).fill(NaN);
    const carried = new Float64Array(size).fill(NaN);
    kept.forEach((from, to) => {
      carried[to] = this.#carried[from] as number;
      for (let slot = 0; slot < this.depth; slot++) {
        prices[slot * size + to] = this.#prices[slot * this.#size + from] as number;
      }
    });
    this.#prices = prices;
    this.#carried = carried;
    this.#size = size;
  }
}
