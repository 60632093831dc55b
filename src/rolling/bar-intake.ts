import { clearGaps, isGap } from './gap.js';
import { PriceHistory } from './price-history.js';

/** What a correlation is computed of: values as they come, or changes from one bar to the next. */
export type CorrelationInput = 'values' | 'returns' | 'log-returns';

/** What is done about a symbol without a value in a bar. */
export type MissingPolicy = 'pairwise' | 'listwise' | 'forward-fill';

/** The state of an intake but for what is in arrays. */
export interface IntakeMarks {
  /** Place of the newest bar. */
  readonly slot: number;
  /** Values so far that were gaps on arrival. */
  readonly gaps: number;
  /** Gaps so far that were filled. */
  readonly filled: number;
}

/**
 * Turns bars as they arrive into the rows that are correlated: fills gaps, forms returns, drops bars.
 *
 * A value that is missing, not finite or beyond 1e150 is a gap, NaN in a row. A return needs a value in
 * the bar and in the one before it.
 */
export class BarIntake {
  readonly #input: CorrelationInput;
  readonly #missing: MissingPolicy;
  /** Bars as they came. Rows of plain values say all there is to know, and need none. */
  readonly #history: PriceHistory | undefined;
  #row: Float64Array;
  /** Filled values of the newest bar. */
  #newest: Float64Array;
  /** One value, and the one before, which becomes the change. */
  readonly #value = new Float64Array(1);
  readonly #change = new Float64Array(1);
  #gaps = 0;
  #filled = 0;

  /** `size` is the number of symbols, `window` that of rows. */
  constructor(size: number, window: number, input: CorrelationInput, missing: MissingPolicy) {
    this.#input = input;
    this.#missing = missing;
    const hasHistory = input !== 'values' || missing !== 'pairwise';
    this.#history = hasHistory ? new PriceHistory(size, depthOf(window, input)) : undefined;
    this.#row = new Float64Array(size).fill(NaN);
    this.#newest = new Float64Array(size).fill(NaN);
  }

  /** Values so far that were gaps on arrival. */
  get gaps(): number {
    return this.#gaps;
  }

  /** Gaps so far that were filled with the value before. */
  get filled(): number {
    return this.#filled;
  }

  /** The state in numbers, for a snapshot. */
  get marks(): IntakeMarks {
    return { slot: this.#history?.slot ?? 0, gaps: this.#gaps, filled: this.#filled };
  }

  /** The state in arrays, for a snapshot. */
  get kept(): readonly Float64Array[] {
    return [this.#newest, ...(this.#history?.kept ?? [])];
  }

  /** Takes over the numbers of a snapshot. */
  restore({ slot, gaps, filled }: IntakeMarks): void {
    this.#history?.restore(slot);
    this.#gaps = gaps;
    this.#filled = filled;
  }

  /** Reads a bar, one value per symbol, and returns its row, which the next bar overwrites. No allocation. */
  read(values: Float64Array): Float64Array {
    if (this.#history === undefined) return this.#readPlain(values);
    const row = this.#row;
    const newest = this.#newest;
    row.set(newest);
    newest.set(values);
    const gaps = clearGaps(newest);
    this.#history.push(newest);
    if (gaps > 0) this.#fillGaps(row, newest);
    const isComplete = transform(this.#input, this.#row, this.#newest);
    if (this.#missing === 'listwise' && !isComplete) this.#row.fill(NaN);
    return this.#row;
  }

  /**
   * Replaces a value `age` bars back. Returns the age of the newest row that depends on it.
   * `valueAt` says what the rows from `age` to there are now.
   */
  revise(age: number, symbol: number, value: number): number {
    const price = isGap(value) ? NaN : value;
    const history = this.#history;
    if (history === undefined) {
      if (Number.isNaN(price)) this.#gaps++;
      return age;
    }
    history.set(symbol, age, price);
    if (Number.isNaN(price)) this.#countGap(!Number.isNaN(this.#priceAt(symbol, age + 1)));
    this.#newest[symbol] = this.#priceAt(symbol, 0);
    let next = age - 1;
    // Up to the next value of its own, bars were filled with this one.
    while (this.#missing === 'forward-fill' && next >= 0 && Number.isNaN(history.at(symbol, next))) next--;
    return this.#input === 'values' ? next + 1 : Math.max(0, next);
  }

  /** Whether rows are the bars as they came, gaps for what is missing. */
  get isPlain(): boolean {
    return this.#history === undefined;
  }

  /** What a symbol has in the row `age` bars back, whether or not that row is complete; NaN before the first bar. */
  valueAt(symbol: number, age: number): number {
    this.#change[0] = this.#priceAt(symbol, age + 1);
    this.#value[0] = this.#priceAt(symbol, age);
    transform(this.#input, this.#change, this.#value);
    return this.#change[0];
  }

  /** Whether all symbols have a value in the row `age` bars back. */
  isComplete(age: number): boolean {
    for (let symbol = 0; symbol < this.#newest.length; symbol++) {
      if (Number.isNaN(this.valueAt(symbol, age))) return false;
    }
    return true;
  }

  /** Adds a symbol with these values, the newest last. */
  addSymbol(prices: Float64Array): void {
    const clean = prices.map((price) => (isGap(price) ? NaN : price));
    this.#history?.addSymbol(clean);
    this.#resize((array) => Float64Array.from([...array, NaN]));
    const symbol = this.#newest.length - 1;
    this.#newest[symbol] = this.#priceAt(symbol, 0);
  }

  /** Leaves a symbol out. */
  removeSymbol(symbol: number): void {
    this.#history?.removeSymbol(symbol);
    this.#resize((array) => array.filter((_, index) => index !== symbol));
  }

  #resize(change: (array: Float64Array) => Float64Array): void {
    this.#row = change(this.#row);
    this.#newest = change(this.#newest);
  }

  #readPlain(values: Float64Array): Float64Array {
    this.#row.set(values);
    this.#gaps += clearGaps(this.#row);
    return this.#row;
  }

  #fillGaps(before: Float64Array, newest: Float64Array): void {
    for (let symbol = 0; symbol < newest.length; symbol++) {
      if (!Number.isNaN(newest[symbol])) continue;
      if (this.#countGap(!Number.isNaN(before[symbol]))) newest[symbol] = before[symbol] as number;
    }
  }

  // Counts a gap, and whether it is filled, which it returns.
  #countGap(hasBefore: boolean): boolean {
    this.#gaps++;
    const isFilled = hasBefore && this.#missing === 'forward-fill';
    if (isFilled) this.#filled++;
    return isFilled;
  }

  #priceAt(symbol: number, age: number): number {
    const history = this.#history;
    if (history === undefined || age >= history.depth) return NaN;
    return this.#missing === 'forward-fill' ? history.filledAt(symbol, age) : history.at(symbol, age);
  }
}

/** Bars whose values matter for a window of rows: a return needs the bar before its own. */
export function depthOf(window: number, input: CorrelationInput): number {
  return input === 'values' ? window : window + 1;
}

/**
 * Puts into `row`, which holds the values of the bar before, what becomes of each. Says whether all have become one.
 *
 * Hot path: no call per value, whose result would be a number on the heap, and no choice of a value or NaN, which is
 * one as well until both have been seen (Node 20).
 */
function transform(input: CorrelationInput, row: Float64Array, newest: Float64Array): boolean {
  for (let symbol = 0; symbol < row.length; symbol++) {
    const before = row[symbol] as number; // casts: both arrays have an entry per symbol
    const value = newest[symbol] as number;
    if (input === 'values') row[symbol] = value;
    else if (input === 'returns') row[symbol] = value / before - 1;
    else if (before > 0 && value > 0) row[symbol] = Math.log(value / before);
    else row[symbol] = NaN;
  }
  return clearGaps(row) === 0;
}
