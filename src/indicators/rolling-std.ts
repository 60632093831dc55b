import * as z from 'zod/mini';
import { readOptions, wholeNumber } from '../core/options.js';
import { OUT, type OutOption, readOut, readValues } from './arguments.js';
import { deviation, mean } from './moments.js';
import { WindowDriver, type WindowKernel } from './window-driver.js';

/** Options of {@link RollingStd}. */
export interface RollingStdOptions {
  /**
   * Subtracted from the count to divide the variance: 1 for a sample, 0 for a population.
   * @default 1
   */
  readonly ddof?: number;
}

const DDOF = z._default(wholeNumber(0), 1);
const SCHEMA = z.strictObject({ ddof: DDOF });
const BATCH_SCHEMA = z.strictObject({ ddof: DDOF, out: OUT });

/**
 * Standard deviation of the newest `period` values, by the two-pass formula in order.
 *
 * It is never negative, exactly 0 when all values are equal, and NaN when `period` is not above `ddof`.
 *
 * The result is aligned with the input: NaN before `period` values, and while a gap (NaN, infinite or beyond
 * 1e150) is among the newest `period`. It equals {@link RollingStd} to the bit. O(period) per value.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 * @throws ArgumentError when the input or `out` is not what it should be.
 * @example
 * rollingStd([1, 3, 3, 3], 2); // NaN, 1.4142135623730951, 0, 0
 */
export function rollingStd(
  values: ArrayLike<number>,
  period: number,
  options: RollingStdOptions & OutOption = {},
): Float64Array {
  const input = readValues('rollingStd', 'values', values);
  const { out, ddof } = readOptions('rollingStd', BATCH_SCHEMA, options);
  const output = readOut('rollingStd', out, input);
  return new WindowDriver('rollingStd', period, kernelOf(ddof)).run(input, output);
}

/**
 * Standard deviation of a stream. Its value depends on the newest `period` values alone.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 */
export class RollingStd {
  readonly #driver: WindowDriver;

  constructor(period: number, options: RollingStdOptions = {}) {
    const { ddof } = readOptions('RollingStd', SCHEMA, options);
    this.#driver = new WindowDriver('RollingStd', period, kernelOf(ddof));
  }

  /** The newest deviation; NaN before `period` values and while a gap is among them. */
  get value(): number {
    return this.#driver.value;
  }

  /**
   * Adds a value and returns the deviation. O(period).
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    return this.#driver.push(value);
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the deviation.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    return this.#driver.amend(value);
  }
}

function kernelOf(ddof: number): WindowKernel {
  return (values, start, count, isFlat) => deviation(values, start, count, isFlat, mean(values, start, count), ddof);
}
