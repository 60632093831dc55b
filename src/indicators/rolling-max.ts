import { readOptions } from '../core/options.js';
import { OUT_SCHEMA, type OutOption, readOut, readValues } from './arguments.js';
import { ExtremeDriver } from './extreme-driver.js';

/**
 * The largest of the newest `period` values.
 *
 * The result is aligned with the input: NaN before `period` values, and while a gap (NaN, infinite or beyond
 * 1e150) is among the newest `period`. It equals {@link RollingMax} to the bit; -0 is given as 0. A value costs O(1)
 * as a rule, and O(period) when the largest leaves the window.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 * @throws ArgumentError when the input or `out` is not what it should be.
 * @example
 * rollingMax([3, 1, 2, 5], 2); // NaN, 3, 2, 5
 */
export function rollingMax(values: ArrayLike<number>, period: number, options: OutOption = {}): Float64Array {
  const input = readValues('rollingMax', 'values', values);
  const { out } = readOptions('rollingMax', OUT_SCHEMA, options);
  const output = readOut('rollingMax', out, input);
  return new ExtremeDriver('rollingMax', period, 1).run(input, output);
}

/**
 * The largest of the newest `period` values of a stream. Its value depends on those alone.
 * @throws ConfigError when `period` is not a whole number from 1 up.
 */
export class RollingMax {
  readonly #driver: ExtremeDriver;

  constructor(period: number) {
    this.#driver = new ExtremeDriver('RollingMax', period, 1);
  }

  /** The newest result; NaN before `period` values and while a gap is among them. */
  get value(): number {
    return this.#driver.value;
  }

  /**
   * Adds a value and returns the largest. O(1) as a rule, O(period) when the largest leaves.
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    return this.#driver.push(value);
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the largest.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    return this.#driver.amend(value);
  }
}
