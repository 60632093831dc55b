import * as z from 'zod/mini';
import { readOptions, wholeNumber } from '../core/options.js';
import {
  type CallClaims,
  isCount,
  isOut,
  isTooShort,
  OUT,
  type OutOption,
  readCallOptions,
  readOut,
  readValues,
  requirePeriod,
} from './arguments.js';
import { MomentsStream } from './moments-stream.js';
import { momentsFor } from './window-pool.js';

/** Options of {@link RollingStd}. */
export interface RollingStdOptions {
  /**
   * Subtracted from the count to divide the variance: 1 for a sample, 0 for a population. TA-Lib, Tulip and charting
   * sites take 0; pandas, polars and this package, as everywhere but in {@link bollinger}, take 1.
   * @default 1
   */
  readonly ddof?: number;
}

const DDOF = z._default(wholeNumber(0), 1);
const SCHEMA = z.strictObject({ ddof: DDOF });
const BATCH_SCHEMA = z.strictObject({ ddof: DDOF, out: OUT });
const CLAIMS: CallClaims = { ddof: isCount, out: isOut };

/**
 * Standard deviation of the newest `period` values.
 *
 * It is never negative, 0 exactly when all values are equal (spreads below 1e-150 count as none), and NaN when `period`
 * is not above `ddof`. Large means and outliers that have left the window do not spoil it.
 *
 * The result is aligned with the input: NaN before `period` values, and while a gap (NaN, infinite or beyond
 * 1e150) is among the newest `period`. It equals {@link RollingStd} to the bit. O(1) per value,
 * amortised; without allocation when the input is a Float64Array and `out` is given.
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
  requirePeriod('rollingStd', period);
  const input = readValues('rollingStd', 'values', values);
  const { out, ddof = 1 } = readCallOptions('rollingStd', CLAIMS, BATCH_SCHEMA, options);
  const output = readOut('rollingStd', out, input);
  if (ddof >= period) return output.fill(NaN);
  if (!isTooShort(input, period, output)) momentsFor(period).run(input, output, output, period - ddof);
  return output;
}

/**
 * Standard deviation of a stream.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 */
export class RollingStd {
  readonly #stream: MomentsStream;
  readonly #divisor: number;

  constructor(period: number, options: RollingStdOptions = {}) {
    const { ddof } = readOptions('RollingStd', SCHEMA, options);
    this.#stream = new MomentsStream('RollingStd', period);
    this.#divisor = period > ddof ? period - ddof : NaN;
  }

  /** The newest deviation; NaN before `period` values and while a gap is among them. */
  get value(): number {
    return Math.sqrt(this.#stream.window.wholeSpread() / this.#divisor);
  }

  /**
   * Adds a value and returns the deviation. O(1) amortised.
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    this.#stream.push(value);
    return Math.sqrt(this.#stream.window.wholeSpread() / this.#divisor);
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the deviation.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    this.#stream.amend(value);
    return this.value;
  }
}
