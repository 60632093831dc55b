import { OUT_CLAIMS, OUT_SCHEMA, type OutOption, readCallOptions, readOut, readValues } from './arguments.js';
import { ChangeDriver } from './change-driver.js';

/**
 * Change against the value `period` before, in percent: `(value / before - 1) * 100`.
 *
 * The result is aligned with the input: NaN for the first `period` values, when one of the two values is a gap
 * (NaN, infinite or beyond 1e150), and when the earlier is 0. It equals {@link RateOfChange} to the bit. O(1) per value.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 * @throws ArgumentError when the input or `out` is not what it should be.
 * @example
 * rateOfChange([100, 110, 99], 1); // NaN, 10.000000000000009, -9.999999999999998
 */
export function rateOfChange(values: ArrayLike<number>, period: number, options: OutOption = {}): Float64Array {
  const input = readValues('rateOfChange', 'values', values);
  const { out } = readCallOptions('rateOfChange', OUT_CLAIMS, OUT_SCHEMA, options);
  const output = readOut('rateOfChange', out, input);
  return new ChangeDriver('rateOfChange', period, 100).run(input, output);
}

/**
 * Change over `period` values in a stream, in percent. Its value depends on the newest value and the one
 * `period` before it alone.
 * @throws ConfigError when `period` is not a whole number from 1 up.
 */
export class RateOfChange {
  readonly #driver: ChangeDriver;

  constructor(period: number) {
    this.#driver = new ChangeDriver('RateOfChange', period, 100);
  }

  /** The newest change; NaN when one of its two values is missing or the earlier is 0. */
  get value(): number {
    return this.#driver.value;
  }

  /**
   * Adds a value and returns the change. O(1).
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    return this.#driver.push(value);
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the change.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    return this.#driver.amend(value);
  }
}
