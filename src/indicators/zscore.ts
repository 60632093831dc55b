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
import type { WindowMoments } from '../rolling/window-moments.js';
import { MomentsStream } from './moments-stream.js';
import { momentsFor } from './window-pool.js';

/** Options of {@link Zscore}. */
export interface ZscoreOptions {
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
 * Distance of the newest value from the mean of the newest `period`, in standard deviations.
 *
 * NaN when all values are equal.
 *
 * The result is aligned with the input: NaN before `period` values, and while a gap (NaN, infinite or beyond
 * 1e150) is among the newest `period`. It equals {@link Zscore} to the bit. O(1) per value,
 * amortised; without allocation when the input is a Float64Array and `out` is given.
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
  requirePeriod('zscore', period);
  const input = readValues('zscore', 'values', values);
  const { out, ddof = 1 } = readCallOptions('zscore', CLAIMS, BATCH_SCHEMA, options);
  const output = readOut('zscore', out, input);
  if (ddof >= period) return output.fill(NaN);
  if (isTooShort(input, period, output)) return output;
  const window = momentsFor(period);
  for (let index = 0; index < input.length; index++) {
    window.push(input[index] as number); // within bounds
    output[index] = scoreOf(window, period - ddof);
  }
  return output;
}

/**
 * Z-score in a stream.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 */
export class Zscore {
  readonly #stream: MomentsStream;
  readonly #divisor: number;

  constructor(period: number, options: ZscoreOptions = {}) {
    const { ddof } = readOptions('Zscore', SCHEMA, options);
    this.#stream = new MomentsStream('Zscore', period);
    this.#divisor = period > ddof ? period - ddof : NaN;
  }

  /** The newest z-score; NaN before `period` values, while a gap is among them, and when all are equal. */
  get value(): number {
    return scoreOf(this.#stream.window, this.#divisor);
  }

  /**
   * Adds a value and returns the z-score. O(1) amortised.
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    this.#stream.push(value);
    return this.value;
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the z-score.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    this.#stream.amend(value);
    return this.value;
  }
}

function scoreOf(window: WindowMoments, divisor: number): number {
  const spread = Math.sqrt(window.spread / divisor);
  return window.isWhole && spread > 0 ? (window.newest - window.mean) / spread : NaN;
}
