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
import { MomentsStream } from './moments-stream.js';
import { momentsFor } from './window-pool.js';

/**
 * Newest volume relative to the mean of the newest `period`, itself included; NaN when that mean is not above 0.
 *
 * The result is aligned with the input: NaN before `period` values, and while a gap (NaN, infinite or beyond
 * 1e150) is among the newest `period`. It equals {@link VolumeRatio} to the bit. O(1) per value,
 * amortised; without allocation when the input is a Float64Array and `out` is given.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 * @throws ArgumentError when the input or `out` is not what it should be.
 * @example
 * volumeRatio([10, 30], 2); // NaN, 1.5
 */
export function volumeRatio(values: ArrayLike<number>, period: number, options: OutOption = {}): Float64Array {
  requirePeriod('volumeRatio', period);
  const input = readValues('volumeRatio', 'values', values);
  const { out } = readCallOptions('volumeRatio', OUT_CLAIMS, OUT_SCHEMA, options);
  const output = readOut('volumeRatio', out, input);
  if (isTooShort(input, period, output)) return output;
  momentsFor(period).run(input, output);
  for (let index = 0; index < input.length; index++) {
    output[index] = ratio(input[index] as number, output[index] as number); // within bounds
  }
  return output;
}

/**
 * Volume relative to its average in a stream.
 * @throws ConfigError when `period` is not a whole number from 1 up.
 */
export class VolumeRatio {
  readonly #stream: MomentsStream;

  constructor(period: number) {
    this.#stream = new MomentsStream('VolumeRatio', period);
  }

  /** The newest ratio; NaN before `period` values, while a gap is among them, and when their mean is not above 0. */
  get value(): number {
    const { window } = this.#stream;
    return window.isWhole ? ratio(window.newest, window.mean) : NaN;
  }

  /**
   * Adds a value and returns the ratio. O(1) amortised.
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    this.#stream.push(value);
    return this.value;
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the ratio.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    this.#stream.amend(value);
    return this.value;
  }
}

function ratio(volume: number, mean: number): number {
  return mean > 0 ? volume / mean : NaN;
}
