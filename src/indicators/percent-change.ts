import { OUT_CLAIMS, OUT_SCHEMA, type OutOption, readCallOptions, readOut, readValues } from './arguments.js';
import { ChangeDriver } from './change-driver.js';

/**
 * Change against the value `period` before (default 1), as a fraction: `value / before - 1`, 0.01 for one percent.
 *
 * The result is aligned with the input: NaN for the first `period` values, when one of the two values is a gap
 * (NaN, infinite or beyond 1e150), and when the earlier is 0. It equals {@link PercentChange} to the bit. O(1) per value.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 * @throws ArgumentError when the input or `out` is not what it should be.
 * @example
 * percentChange([100, 110, 99]); // NaN, 0.10000000000000009, -0.09999999999999998
 */
export function percentChange(values: ArrayLike<number>, period = 1, options: OutOption = {}): Float64Array {
  const input = readValues('percentChange', 'values', values);
  const { out } = readCallOptions('percentChange', OUT_CLAIMS, OUT_SCHEMA, options);
  const output = readOut('percentChange', out, input);
  return new ChangeDriver('percentChange', period, 1).run(input, output);
}

/**
 * Change over `period` values in a stream, as a fraction. Its value depends on the newest value and the one
 * `period` before it alone.
 * @throws ConfigError when `period` is not a whole number from 1 up.
 */
export class PercentChange {
  readonly #driver: ChangeDriver;

  constructor(period = 1) {
    this.#driver = new ChangeDriver('PercentChange', period, 1);
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
