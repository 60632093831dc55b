import { OUT_CLAIMS, OUT_SCHEMA, type OutOption, readCallOptions, readOut, readValues } from './arguments.js';
import { WindowDriver } from './window-driver.js';

/**
 * Weighted moving average: the newest value counts `period` times, the one before once less, the oldest once.
 *
 * The result is aligned with the input: NaN before `period` values, and while a gap (NaN, infinite or beyond
 * 1e150) is among the newest `period`. It equals {@link Wma} to the bit. O(period) per value.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 * @throws ArgumentError when the input or `out` is not what it should be.
 * @example
 * wma([1, 2, 5], 2); // NaN, 1.6666666666666667, 4
 */
export function wma(values: ArrayLike<number>, period: number, options: OutOption = {}): Float64Array {
  const input = readValues('wma', 'values', values);
  const { out } = readCallOptions('wma', OUT_CLAIMS, OUT_SCHEMA, options);
  const output = readOut('wma', out, input);
  return new WindowDriver('wma', period, weightedMean).run(input, output);
}

/**
 * Weighted moving average of a stream. Its value depends on the newest `period` values alone.
 * @throws ConfigError when `period` is not a whole number from 1 up.
 */
export class Wma {
  readonly #driver: WindowDriver;

  constructor(period: number) {
    this.#driver = new WindowDriver('Wma', period, weightedMean);
  }

  /** The newest average; NaN before `period` values and while a gap is among them. */
  get value(): number {
    return this.#driver.value;
  }

  /**
   * Adds a value and returns the average. O(period).
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    return this.#driver.push(value);
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the average.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    return this.#driver.amend(value);
  }
}

// Hot path. The cast drops an `undefined`: the window is within the array.
function weightedMean(values: Float64Array, start: number, count: number): number {
  let sum = 0;
  for (let rank = 1; rank <= count; rank++) sum += rank * (values[start + rank - 1] as number);
  return sum / ((count * (count + 1)) / 2);
}
