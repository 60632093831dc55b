import { readOptions } from '../core/options.js';
import { OUT_SCHEMA, type OutOption, readOut, readValues } from './arguments.js';
import { mean } from './moments.js';
import { WindowDriver } from './window-driver.js';

/**
 * Simple moving average: the mean of the newest `period` values, their sum in order divided by `period`.
 *
 * The result is aligned with the input: NaN before `period` values, and while a gap (NaN, infinite or beyond
 * 1e150) is among the newest `period`. It equals {@link Sma} to the bit. O(period) per value.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 * @throws ArgumentError when the input or `out` is not what it should be.
 * @example
 * sma([1, 2, 3, 4], 2); // NaN, 1.5, 2.5, 3.5
 */
export function sma(values: ArrayLike<number>, period: number, options: OutOption = {}): Float64Array {
  const input = readValues('sma', 'values', values);
  const { out } = readOptions('sma', OUT_SCHEMA, options);
  const output = readOut('sma', out, input);
  return new WindowDriver('sma', period, mean).run(input, output);
}

/**
 * Simple moving average of a stream. Its value depends on the newest `period` values alone.
 * @throws ConfigError when `period` is not a whole number from 1 up.
 */
export class Sma {
  readonly #driver: WindowDriver;

  constructor(period: number) {
    this.#driver = new WindowDriver('Sma', period, mean);
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
