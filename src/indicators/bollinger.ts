import * as z from 'zod/mini';
import { numberWithin, readOptions, wholeNumber } from '../core/options.js';
import {
  type CallClaims,
  isCount,
  isOut,
  isTooShort,
  OUT,
  readCallOptions,
  readOut,
  readValues,
  requirePeriod,
} from './arguments.js';
import { MomentsStream } from './moments-stream.js';
import { momentsFor } from './window-pool.js';

/** Options of {@link Bollinger}. */
export interface BollingerOptions {
  /**
   * Distance of the bands from the mean in standard deviations; 0 to 1000.
   * @default 2
   */
  readonly deviations?: number;
  /**
   * Subtracted from the count to divide the variance: 0 for a population, as Bollinger and most charts have it, or 1
   * for a sample.
   * @default 0
   */
  readonly ddof?: number;
}

/** The three lines of {@link bollinger}, each aligned with the input. */
export interface BollingerBands {
  /** Mean of the newest `period` values. */
  readonly middle: Float64Array;
  /** `middle` plus the distance. */
  readonly upper: Float64Array;
  /** `middle` minus the distance. */
  readonly lower: Float64Array;
}

/** Options of the batch function {@link bollinger}. */
export interface BollingerBatchOptions extends BollingerOptions {
  /**
   * Receive the lines in place of new arrays: as long as the input, and not sharing memory with it.
   * @default new arrays
   */
  readonly out?: Partial<BollingerBands>;
}

const MOST_DEVIATIONS = 1_000;
const SETTINGS = {
  deviations: z._default(numberWithin(0, MOST_DEVIATIONS), 2),
  ddof: z._default(wholeNumber(0), 0),
};
const SCHEMA = z.strictObject(SETTINGS);
const BATCH_SCHEMA = z.strictObject({
  ...SETTINGS,
  out: z._default(z.strictObject({ middle: OUT, upper: OUT, lower: OUT }), {}),
});
const CLAIMS: CallClaims = {
  deviations: (value) =>
    value === undefined || (Number(value) >= 0 && Number(value) <= MOST_DEVIATIONS && typeof value === 'number'),
  ddof: isCount,
  out: areLines,
};

/**
 * Bollinger bands: the mean of the newest `period` values, and lines some standard deviations above and below.
 *
 * The result is aligned with the input: NaN before `period` values, and while a gap (NaN, infinite or beyond
 * 1e150) is among the newest `period`. The lines meet when all values are equal. It equals {@link Bollinger} to
 * the bit, and its middle {@link sma}. O(1) per value, amortised; without allocation when the input is a Float64Array
 * and all three lines are given.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 * @throws ArgumentError when the input or `out` is not what it should be.
 * @example
 * bollinger([1, 3], 2).upper; // NaN, 4
 */
export function bollinger(
  values: ArrayLike<number>,
  period: number,
  options: BollingerBatchOptions = {},
): BollingerBands {
  requirePeriod('bollinger', period);
  const input = readValues('bollinger', 'values', values);
  const { out = {}, deviations = 2, ddof = 0 } = readCallOptions('bollinger', CLAIMS, BATCH_SCHEMA, options);
  const middle = readOut('bollinger', out.middle, input);
  const upper = readOut('bollinger', out.upper, input, middle);
  const lower = readOut('bollinger', out.lower, input, middle, upper);
  const divisor = period > ddof ? period - ddof : NaN;
  if (!isTooShort(input, period, middle, upper, lower)) {
    momentsFor(period).run(input, middle, upper, divisor);
    for (let index = 0; index < input.length; index++) {
      const center = middle[index] as number; // within bounds
      const distance = deviations * (upper[index] as number);
      upper[index] = center + distance;
      lower[index] = center - distance;
    }
  }
  return { middle, upper, lower };
}

/**
 * Bollinger bands of a stream.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 */
export class Bollinger {
  readonly #stream: MomentsStream;
  readonly #deviations: number;
  readonly #divisor: number;

  constructor(period: number, options: BollingerOptions = {}) {
    const { deviations, ddof } = readOptions('Bollinger', SCHEMA, options);
    this.#stream = new MomentsStream('Bollinger', period);
    this.#deviations = deviations;
    this.#divisor = period > ddof ? period - ddof : NaN;
  }

  /** The middle line: the mean; NaN before `period` values and while a gap is among them. */
  get value(): number {
    return this.#stream.window.wholeMean();
  }

  /** The upper line. */
  get upper(): number {
    return this.value + this.#distance();
  }

  /** The lower line. */
  get lower(): number {
    return this.value - this.#distance();
  }

  /**
   * Adds a value and returns the middle line. O(1) amortised.
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    this.#stream.push(value);
    return this.#stream.window.wholeMean();
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the middle line.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    this.#stream.amend(value);
    return this.value;
  }

  #distance(): number {
    return this.#deviations * Math.sqrt(this.#stream.window.spread / this.#divisor);
  }
}

function areLines(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(([name, line]) => ['middle', 'upper', 'lower'].includes(name) && isOut(line));
}
