import { requireNumber, requirePushed } from '../rolling/arguments.js';
import { isGap } from '../rolling/gap.js';
import {
  OUT_CLAIMS,
  OUT_SCHEMA,
  type OutOption,
  readCallOptions,
  readOut,
  readValues,
  requireEqualLengths,
  requirePeriod,
} from './arguments.js';

/** Columns of bars for {@link atr}, equally long. */
export interface AtrColumns {
  /** Highest price of each bar. */
  readonly high: ArrayLike<number>;
  /** Lowest price of each bar. */
  readonly low: ArrayLike<number>;
  /** Last price of each bar. */
  readonly close: ArrayLike<number>;
}

/**
 * Average true range of Wilder. The true range of a bar is the largest of high - low and the distances of high
 * and low from the close before.
 *
 * The average is the mean of the first `period` true ranges, then
 * `(average * (period - 1) + range) / period`. The first bar has no close before it and only gives one.
 *
 * The result is aligned with the input: NaN for the first `period` bars. A bar with a gap (NaN, infinite or
 * beyond 1e150) in one of its columns gives NaN in its own place and is otherwise passed over. It equals
 * {@link Atr} to the bit. O(1) per bar.
 *
 * It depends on every bar since the first: over the last bars alone it is only close to that over all.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 * @throws ArgumentError when a column or `out` is not what it should be.
 * @example
 * atr({ high: [2, 3, 5], low: [1, 2, 3], close: [1, 3, 4] }, 2); // NaN, NaN, 2
 */
export function atr(columns: AtrColumns, period: number, options: OutOption = {}): Float64Array {
  const high = readValues('atr', 'high', columns.high);
  const low = readValues('atr', 'low', columns.low);
  const close = readValues('atr', 'close', columns.close);
  requireEqualLengths('atr', { high, low, close });
  const { out } = readCallOptions('atr', OUT_CLAIMS, OUT_SCHEMA, options);
  const output = readOut('atr', out, high, low, close);
  const stream = new Atr(period);
  for (let index = 0; index < high.length; index++) {
    output[index] = stream.push(high[index] as number, low[index] as number, close[index] as number); // within bounds
  }
  return output;
}

/**
 * Average true range of a stream of bars. It depends on every bar since the first.
 * @throws ConfigError when `period` is not a whole number from 1 up.
 */
export class Atr {
  readonly #period: number;
  #pushes = 0;
  /** Bars seen, those with gaps left out. */
  #count = 0;
  #close = NaN;
  /** The average, or during the warm-up the sum. */
  #state = 0;
  #countBefore = 0;
  #closeBefore = NaN;
  #stateBefore = 0;
  #value = NaN;

  constructor(period: number) {
    this.#period = requirePeriod('Atr', period);
  }

  /** The newest average; NaN in the warm-up and when the newest bar has a gap. */
  get value(): number {
    return this.#value;
  }

  /**
   * Adds a bar and returns the average. O(1).
   * @throws ArgumentError when an argument is not a number.
   */
  push(high: number, low: number, close: number): number {
    requireBar(high, low, close);
    this.#pushes++;
    this.#countBefore = this.#count;
    this.#closeBefore = this.#close;
    this.#stateBefore = this.#state;
    return this.#step(high, low, close);
  }

  /**
   * Replaces the newest bar, as while it is still open, and returns the average.
   * @throws ArgumentError when nothing was pushed or an argument is not a number.
   */
  amend(high: number, low: number, close: number): number {
    requirePushed('Atr', this.#pushes);
    requireBar(high, low, close);
    this.#count = this.#countBefore;
    this.#close = this.#closeBefore;
    this.#state = this.#stateBefore;
    return this.#step(high, low, close);
  }

  // Hot path: no allocation.
  #step(high: number, low: number, close: number): number {
    if (isGap(high) || isGap(low) || isGap(close)) return (this.#value = NaN);
    const before = this.#close;
    this.#close = close;
    this.#count++;
    if (this.#count === 1) return (this.#value = NaN);
    this.#average(Math.max(high - low, Math.abs(high - before), Math.abs(low - before)));
    return (this.#value = this.#count > this.#period ? this.#state : NaN);
  }

  #average(range: number): void {
    const period = this.#period;
    if (this.#count > period + 1) {
      this.#state = (this.#state * (period - 1) + range) / period;
      return;
    }
    this.#state += range;
    if (this.#count > period) this.#state /= period;
  }
}

function requireBar(high: number, low: number, close: number): void {
  requireNumber('Atr', 'high', high);
  requireNumber('Atr', 'low', low);
  requireNumber('Atr', 'close', close);
}
