import {
  OUT_CLAIMS,
  OUT_SCHEMA,
  type OutOption,
  isTooShort,
  readCallOptions,
  readOut,
  readValues,
  requirePeriod,
} from './arguments.js';
import { requireNumber, requirePushed } from '../rolling/arguments.js';
import { WeightedWindow } from './weighted-window.js';
import { weightedFor } from './window-pool.js';

/**
 * Weighted moving average: the newest value counts `period` times, the one before once less, the oldest once.
 *
 * The result is aligned with the input: NaN before `period` values, and while a gap (NaN, infinite or beyond
 * 1e150) is among the newest `period`. It equals {@link Wma} to the bit. O(1) per value, amortised;
 * without allocation when the input is a Float64Array and `out` is given.
 *
 * Of equal values it is that value exactly. What has left the window changes at most the last digits.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 * @throws ArgumentError when the input or `out` is not what it should be.
 * @example
 * wma([1, 2, 5], 2); // NaN, 1.6666666666666667, 4
 */
export function wma(values: ArrayLike<number>, period: number, options: OutOption = {}): Float64Array {
  requirePeriod('wma', period);
  const input = readValues('wma', 'values', values);
  const { out } = readCallOptions('wma', OUT_CLAIMS, OUT_SCHEMA, options);
  const output = readOut('wma', out, input);
  if (isTooShort(input, period, output)) return output;
  const window = weightedFor(period);
  for (let index = 0; index < input.length; index++) {
    window.push(input[index] as number); // within bounds
    output[index] = window.value;
  }
  return output;
}

/**
 * Weighted moving average of a stream.
 * @throws ConfigError when `period` is not a whole number from 1 up.
 */
export class Wma {
  readonly #window: WeightedWindow;
  #isEmpty = true;

  constructor(period: number) {
    this.#window = new WeightedWindow(requirePeriod('Wma', period));
  }

  /** The newest average; NaN before `period` values and while a gap is among them. */
  get value(): number {
    return this.#window.value;
  }

  /**
   * Adds a value and returns the average. O(1) amortised; O(period) once in `period` values.
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    requireNumber('Wma', 'value', value);
    this.#isEmpty = false;
    this.#window.push(value);
    return this.#window.value;
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the average.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    requirePushed('Wma', this.#isEmpty ? 0 : 1);
    requireNumber('Wma', 'value', value);
    this.#window.amend(value);
    return this.#window.value;
  }
}
