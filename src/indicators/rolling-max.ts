import {
  OUT_CLAIMS,
  OUT_SCHEMA,
  isTooShort,
  type OutOption,
  readCallOptions,
  readOut,
  readValues,
  requirePeriod,
} from './arguments.js';
import { ExtremeStream } from './extreme-stream.js';
import { extremeFor } from './window-pool.js';

/**
 * The largest of the newest `period` values.
 *
 * The result is aligned with the input: NaN before `period` values, and while a gap (NaN, infinite or beyond
 * 1e150) is among the newest `period`. It equals {@link RollingMax} to the bit; -0 is given as 0. O(1) per value,
 * amortised; without allocation when the input is a Float64Array and `out` is given.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 * @throws ArgumentError when the input or `out` is not what it should be.
 * @example
 * rollingMax([3, 1, 2, 5], 2); // NaN, 3, 2, 5
 */
export function rollingMax(values: ArrayLike<number>, period: number, options: OutOption = {}): Float64Array {
  requirePeriod('rollingMax', period);
  const input = readValues('rollingMax', 'values', values);
  const { out } = readCallOptions('rollingMax', OUT_CLAIMS, OUT_SCHEMA, options);
  const output = readOut('rollingMax', out, input);
  if (!isTooShort(input, period, output)) extremeFor(period, -1).run(input, output);
  return output;
}

/**
 * The largest of the newest `period` values of a stream. Its value depends on those alone.
 * @throws ConfigError when `period` is not a whole number from 1 up.
 */
export class RollingMax {
  readonly #stream: ExtremeStream;

  constructor(period: number) {
    this.#stream = new ExtremeStream('RollingMax', period, -1);
  }

  /** The newest result; NaN before `period` values and while a gap is among them. */
  get value(): number {
    return this.#stream.value;
  }

  /**
   * Adds a value and returns the largest. O(1) amortised; O(period) once in `period` values.
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    return this.#stream.push(value);
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the largest.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    return this.#stream.amend(value);
  }
}
