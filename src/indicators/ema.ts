import * as z from 'zod/mini';
import { oneOf, readOptions } from '../core/options.js';
import { isGap } from '../rolling/gap.js';
import { requireNumber, requirePushed } from '../rolling/arguments.js';
import {
  type CallClaims,
  isOut,
  OUT,
  type OutOption,
  readCallOptions,
  readOut,
  readValues,
  requirePeriod,
} from './arguments.js';

/** Options of {@link Ema}. */
export interface EmaOptions {
  /**
   * What the average starts from: the mean of the first `period` values, as TA-Lib and most charts have it, or the
   * first value, as Metastock, pandas (`adjust=False`) and Tulip have it, which leaves no warm-up.
   * @default 'sma'
   */
  readonly seed?: 'sma' | 'first';
}

const SEED = z._default(oneOf('sma', 'first'), 'sma');
const SCHEMA = z.strictObject({ seed: SEED });
const BATCH_SCHEMA = z.strictObject({ seed: SEED, out: OUT });
const CLAIMS: CallClaims = {
  seed: (value) => value === undefined || value === 'sma' || value === 'first',
  out: isOut,
};

/**
 * Exponential moving average: `average + (2 / (period + 1)) * (value - average)`.
 *
 * The result is aligned with the input: with seed 'sma' NaN before `period` values. A gap (NaN, infinite or
 * beyond 1e150) gives NaN in its own place and is otherwise passed over. It equals {@link Ema} to the bit. O(1)
 * per value.
 *
 * It depends on every value since the first: over the last bars alone it is only close to that over all.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 * @throws ArgumentError when the input or `out` is not what it should be.
 * @example
 * ema([1, 2, 3, 4], 3); // NaN, NaN, 2, 3
 */
export function ema(values: ArrayLike<number>, period: number, options: EmaOptions & OutOption = {}): Float64Array {
  requirePeriod('ema', period);
  const input = readValues('ema', 'values', values);
  const { out, seed = 'sma' } = readCallOptions('ema', CLAIMS, BATCH_SCHEMA, options);
  const output = readOut('ema', out, input);
  average(input, output, seed === 'sma' ? period : 1, 2 / (period + 1));
  return output;
}

/** What {@link Ema} does, with everything in local variables. Hot path. Casts: all places are within bounds. */
function average(input: Float64Array, output: Float64Array, warmUp: number, weight: number): void {
  let count = 0;
  let state = 0;
  for (let index = 0; index < input.length; index++) {
    const value = input[index] as number;
    if (isGap(value)) {
      output[index] = NaN;
      continue;
    }
    count++;
    state += value;
    if (count === warmUp) {
      output[index] = state /= warmUp;
      follow(input, output, index + 1, state, weight);
      return;
    }
    output[index] = NaN;
  }
}

/** From the first average on, where there is nothing to tell but values and gaps. */
function follow(input: Float64Array, output: Float64Array, from: number, first: number, weight: number): void {
  const end = input.length;
  let state = first;
  for (let index = from; index < end; index++) {
    const value = input[index] as number;
    if (isGap(value)) {
      output[index] = NaN;
    } else {
      state += weight * (value - state);
      output[index] = state;
    }
  }
}

/**
 * Exponential moving average of a stream. It depends on every value since the first.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 */
export class Ema {
  readonly #warmUp: number;
  readonly #weight: number;
  #pushes = 0;
  /** Values averaged, gaps left out. */
  #count = 0;
  /** The average, or during the warm-up the sum. */
  #state = 0;
  #countBefore = 0;
  #stateBefore = 0;
  #value = NaN;

  constructor(period: number, options: EmaOptions = {}) {
    const { seed } = readOptions('Ema', SCHEMA, options);
    this.#weight = 2 / (requirePeriod('Ema', period) + 1);
    this.#warmUp = seed === 'sma' ? period : 1;
  }

  /** The newest average; NaN in the warm-up and when the newest value is a gap. */
  get value(): number {
    return this.#value;
  }

  /**
   * Adds a value and returns the average. O(1).
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    requireNumber('Ema', 'value', value);
    this.#pushes++;
    this.#countBefore = this.#count;
    this.#stateBefore = this.#state;
    return this.#step(value);
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the average.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    requirePushed('Ema', this.#pushes);
    requireNumber('Ema', 'value', value);
    this.#count = this.#countBefore;
    this.#state = this.#stateBefore;
    return this.#step(value);
  }

  // Hot path: no allocation.
  #step(value: number): number {
    if (isGap(value)) return (this.#value = NaN);
    this.#count++;
    if (this.#count > this.#warmUp) this.#state += this.#weight * (value - this.#state);
    else this.#state += value;
    if (this.#count === this.#warmUp) this.#state /= this.#warmUp;
    return (this.#value = this.#count < this.#warmUp ? NaN : this.#state);
  }
}
