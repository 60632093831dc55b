import {
  OUT_CLAIMS,
  OUT_SCHEMA,
  isTooShort,
  type OutOption,
  readCallOptions,
  readOut,
  readValues,
  requirePeriod,
} from './arguments.js';
import { MomentsStream } from './moments-stream.js';
import { momentsFor } from './window-pool.js';

/**
 * Simple moving average: the mean of the newest `period` values.
 *
 * The result is aligned with the input: NaN before `period` values, and while a gap (NaN, infinite or beyond
 * 1e150) is among the newest `period`. It equals {@link Sma} to the bit, and the middle line of {@link bollinger}. O(1) per value,
 * amortised; without allocation when the input is a Float64Array and `out` is given.
 *
 * Of equal values it is that value exactly. What has left the window changes at most the last digits.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 * @throws ArgumentError when the input or `out` is not what it should be.
 * @example
 * sma([1, 2, 3, 4], 2); // NaN, 1.5, 2.5, 3.5
 */
export function sma(values: ArrayLike<number>, period: number, options: OutOption = {}): Float64Array {
  requirePeriod('sma', period);
  const input = readValues('sma', 'values', values);
  const { out } = readCallOptions('sma', OUT_CLAIMS, OUT_SCHEMA, options);
  const output = readOut('sma', out, input);
  if (!isTooShort(input, period, output)) momentsFor(period).run(input, output);
  return output;
}

/**
 * Simple moving average of a stream.
 * @throws ConfigError when `period` is not a whole number from 1 up.
 */
export class Sma {
  readonly #stream: MomentsStream;

  constructor(period: number) {
    this.#stream = new MomentsStream('Sma', period);
  }

  /** The newest average; NaN before `period` values and while a gap is among them. */
  get value(): number {
    return this.#stream.window.wholeMean();
  }

  /**
   * Adds a value and returns the average. O(1) amortised.
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    this.#stream.push(value);
    return this.#stream.window.wholeMean();
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the average.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    this.#stream.amend(value);
    return this.value;
  }
}
