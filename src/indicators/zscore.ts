import * as z from 'zod/mini';
import { readOptions, wholeNumber } from '../core/options.js';
import { OUT, type OutOption, readOut, readValues } from './arguments.js';
import { deviation, mean } from './moments.js';
import { WindowDriver, type WindowKernel } from './window-driver.js';

/** Options of {@link Zscore}. */
export interface ZscoreOptions {
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
 * Distance of the newest value from the mean of the newest `period`, in standard deviations.
 *
 * NaN when all values are equal.
 *
 * The result is aligned with the input: NaN before `period` values, and while a gap (NaN, infinite or beyond
 * 1e150) is among the newest `period`. It equals {@link Zscore} to the bit. O(period) per value.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 * @throws ArgumentError when the input or `out` is not what it should be.
 * @example
 * zscore([10, 11, 12], 3); // NaN, NaN, 1
 */
export function zscore(
  values: ArrayLike<number>,
  period: number,
  options: ZscoreOptions & OutOption = {},
): Float64Array {
  const input = readValues('zscore', 'values', values);
  const { out, ddof } = readOptions('zscore', BATCH_SCHEMA, options);
  const output = readOut('zscore', out, input);
  return new WindowDriver('zscore', period, kernelOf(ddof)).run(input, output);
}

/**
 * Z-score in a stream. Its value depends on the newest `period` values alone.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 */
export class Zscore {
  readonly #driver: WindowDriver;

  constructor(period: number, options: ZscoreOptions = {}) {
    const { ddof } = readOptions('Zscore', SCHEMA, options);
    this.#driver = new WindowDriver('Zscore', period, kernelOf(ddof));
  }

  /** The newest z-score; NaN before `period` values, while a gap is among them, and when all are equal. */
  get value(): number {
    return this.#driver.value;
  }

  /**
   * Adds a value and returns the z-score. O(period).
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    return this.#driver.push(value);
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the z-score.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    return this.#driver.amend(value);
  }
}

function kernelOf(ddof: number): WindowKernel {
  return (values, start, count, isFlat) => {
    const center = mean(values, start, count);
    const spread = deviation(values, start, count, isFlat, center, ddof);
    // The cast drops an `undefined`: the window is within the array.
    return spread > 0 ? ((values[start + count - 1] as number) - center) / spread : NaN;
  };
}
