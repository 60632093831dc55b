import { readOptions } from '../core/options.js';
import { OUT_SCHEMA, type OutOption, readOut, readValues } from './arguments.js';
import { mean } from './moments.js';
import { WindowDriver } from './window-driver.js';

/**
 * Newest volume relative to the mean of the newest `period`, itself included; NaN when that mean is not above 0.
 *
 * The result is aligned with the input: NaN before `period` values, and while a gap (NaN, infinite or beyond
 * 1e150) is among the newest `period`. It equals {@link VolumeRatio} to the bit. O(period) per value.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 * @throws ArgumentError when the input or `out` is not what it should be.
 * @example
 * volumeRatio([10, 30], 2); // NaN, 1.5
 */
export function volumeRatio(values: ArrayLike<number>, period: number, options: OutOption = {}): Float64Array {
  const input = readValues('volumeRatio', 'values', values);
  const { out } = readOptions('volumeRatio', OUT_SCHEMA, options);
  const output = readOut('volumeRatio', out, input);
  return new WindowDriver('volumeRatio', period, ratioToMean).run(input, output);
}

/**
 * Volume relative to its average in a stream. Its value depends on the newest `period` values alone.
 * @throws ConfigError when `period` is not a whole number from 1 up.
 */
export class VolumeRatio {
  readonly #driver: WindowDriver;

  constructor(period: number) {
    this.#driver = new WindowDriver('VolumeRatio', period, ratioToMean);
  }

  /** The newest ratio; NaN before `period` values, while a gap is among them, and when their mean is not above 0. */
  get value(): number {
    return this.#driver.value;
  }

  /**
   * Adds a value and returns the ratio. O(period).
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    return this.#driver.push(value);
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the ratio.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    return this.#driver.amend(value);
  }
}

// Hot path. The cast drops an `undefined`: the window is within the array.
function ratioToMean(values: Float64Array, start: number, count: number): number {
  const average = mean(values, start, count);
  return average > 0 ? (values[start + count - 1] as number) / average : NaN;
}
