import * as z from 'zod/mini';
import { numberWithin, readOptions, wholeNumber } from '../core/options.js';
import { requireNumber, requirePushed } from '../rolling/arguments.js';
import { ValueWindow } from '../rolling/value-window.js';
import { OUT, readOut, readValues, requirePeriod } from './arguments.js';
import { deviation, mean } from './moments.js';

/** Options of {@link Bollinger}. */
export interface BollingerOptions {
  /**
   * Distance of the bands from the mean in standard deviations; 0 to 1000.
   * @default 2
   */
  readonly deviations?: number;
  /**
   * Subtracted from the count to divide the variance: 0 for a population, 1 for a sample.
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

const SETTINGS = {
  deviations: z._default(numberWithin(0, 1_000), 2),
  ddof: z._default(wholeNumber(0), 0),
};
const SCHEMA = z.strictObject(SETTINGS);
const BATCH_SCHEMA = z.strictObject({
  ...SETTINGS,
  out: z._default(z.strictObject({ middle: OUT, upper: OUT, lower: OUT }), {}),
});

/**
 * Bollinger bands: the mean of the newest `period` values, and lines some standard deviations above and below.
 *
 * The result is aligned with the input: NaN before `period` values, and while a gap (NaN, infinite or beyond
 * 1e150) is among the newest `period`. The lines meet when all values are equal. It equals {@link Bollinger} to
 * the bit. O(period) per value.
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
  const input = readValues('bollinger', 'values', values);
  const { out, ...settings } = readOptions('bollinger', BATCH_SCHEMA, options);
  const middle = readOut('bollinger', out.middle, input);
  const upper = readOut('bollinger', out.upper, input, middle);
  const bands: BollingerBands = { middle, upper, lower: readOut('bollinger', out.lower, input, middle, upper) };
  const stream = new Bollinger(period, settings);
  for (let index = 0; index < input.length; index++) {
    bands.middle[index] = stream.push(input[index] as number); // within bounds
    bands.upper[index] = stream.upper;
    bands.lower[index] = stream.lower;
  }
  return bands;
}

/**
 * Bollinger bands of a stream. They depend on the newest `period` values alone.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 */
export class Bollinger {
  readonly #window: ValueWindow;
  readonly #deviations: number;
  readonly #ddof: number;
  #middle = NaN;
  #distance = NaN;

  constructor(period: number, options: BollingerOptions = {}) {
    const { deviations, ddof } = readOptions('Bollinger', SCHEMA, options);
    this.#window = new ValueWindow(requirePeriod('Bollinger', period));
    this.#deviations = deviations;
    this.#ddof = ddof;
  }

  /** The middle line: the mean; NaN before `period` values and while a gap is among them. */
  get value(): number {
    return this.#middle;
  }

  /** The upper line. */
  get upper(): number {
    return this.#middle + this.#distance;
  }

  /** The lower line. */
  get lower(): number {
    return this.#middle - this.#distance;
  }

  /**
   * Adds a value and returns the middle line. O(period).
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    requireNumber('Bollinger', 'value', value);
    this.#window.push(value);
    return this.#compute();
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the middle line.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    requirePushed('Bollinger', this.#window.size);
    requireNumber('Bollinger', 'value', value);
    this.#window.amend(value);
    return this.#compute();
  }

  // Hot path: no allocation.
  #compute(): number {
    const { values, capacity, isWhole, isFlat } = this.#window;
    if (!isWhole) return (this.#middle = this.#distance = NaN);
    const start = this.#window.startOf(capacity);
    this.#middle = mean(values, start, capacity);
    this.#distance = this.#deviations * deviation(values, start, capacity, isFlat, this.#middle, this.#ddof);
    return this.#middle;
  }
}
