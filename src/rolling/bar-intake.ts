import { isGap } from './gap.js';

/** What a correlation is computed of: values as they come, or changes from one bar to the next. */
export type CorrelationInput = 'values' | 'returns' | 'log-returns';

/** What is done about a symbol without a value in a bar. */
export type MissingPolicy = 'pairwise' | 'listwise' | 'forward-fill';

/** How an amended value changes the newest bar. */
type AmendEffect = 'nothing' | 'symbol' | 'bar';

/**
 * Turns bars as they arrive into the rows that are correlated: fills gaps, forms returns, drops bars.
 *
 * A value that is missing, not finite or beyond 1e150 is a gap, NaN in a row. A return needs a value in
 * the bar and in the one before it.
 */
export class BarIntake {
  /** The newest row. Overwritten by the next bar. */
  readonly row: Float64Array;
  readonly #input: CorrelationInput;
  readonly #missing: MissingPolicy;
  readonly #newest: Float64Array;
  readonly #previous: Float64Array;
  readonly #transformed: Float64Array;
  #gaps = 0;
  #filled = 0;
  #dropped = 0;
  #bars = 0;

  /** `size` is the number of symbols. */
  constructor(size: number, input: CorrelationInput, missing: MissingPolicy) {
    this.row = new Float64Array(size);
    this.#input = input;
    this.#missing = missing;
    this.#newest = new Float64Array(size).fill(NaN);
    this.#previous = new Float64Array(size).fill(NaN);
    this.#transformed = new Float64Array(size).fill(NaN);
  }

  /** Values so far that were gaps on arrival. */
  get gaps(): number {
    return this.#gaps;
  }

  /** Gaps so far that were filled with the value before. */
  get filled(): number {
    return this.#filled;
  }

  /** Bars so far that 'listwise' left out, amended ones once for each time. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Reads a bar, one value per symbol, into `row`. Hot path: no allocation. */
  read(values: Float64Array): void {
    this.#bars++;
    for (let symbol = 0; symbol < values.length; symbol++) {
      // Casts here and below: indices are below the size of every array.
      this.#previous[symbol] = this.#newest[symbol] as number;
      this.#take(symbol, values[symbol] as number);
    }
    this.row.set(this.#transformed);
    if (this.#missing === 'listwise' && !this.#isComplete()) this.#drop();
  }

  /** Reads a new value of one symbol in the newest bar, and says what of `row` it changed. */
  amend(symbol: number, value: number): AmendEffect {
    const wasComplete = this.#missing !== 'listwise' || this.#isComplete();
    this.#take(symbol, value);
    const isComplete = this.#missing !== 'listwise' || this.#isComplete();
    if (!wasComplete && !isComplete) return 'nothing';
    if (!isComplete) {
      this.#drop();
      return 'bar';
    }
    this.row.set(this.#transformed);
    return wasComplete ? 'symbol' : 'bar';
  }

  #take(symbol: number, value: number): void {
    const before = this.#previous[symbol] as number;
    this.#newest[symbol] = this.#fill(valueOrNaN(value), before);
    this.#transformed[symbol] = this.#transform(before, this.#newest[symbol]);
  }

  #fill(value: number, before: number): number {
    if (!Number.isNaN(value)) return value;
    this.#gaps++;
    if (this.#missing !== 'forward-fill' || Number.isNaN(before)) return NaN;
    this.#filled++;
    return before;
  }

  #transform(before: number, value: number): number {
    if (this.#input === 'values') return value;
    if (this.#input === 'returns') return valueOrNaN(value / before - 1);
    return before > 0 && value > 0 ? valueOrNaN(Math.log(value / before)) : NaN;
  }

  #isComplete(): boolean {
    for (const value of this.#transformed) if (Number.isNaN(value)) return false;
    return true;
  }

  #drop(): void {
    this.row.fill(NaN);
    // The first bar of returns has no row that could be left out.
    if (this.#bars > 1 || this.#input === 'values') this.#dropped++;
  }
}

function valueOrNaN(value: number): number {
  return isGap(value) ? NaN : value;
}
