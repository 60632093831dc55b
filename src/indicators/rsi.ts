import * as z from 'zod/mini';
import { claim, readOptions } from '../core/options.js';
import { requireNumber, requirePushed } from '../rolling/arguments.js';
import { isGap } from '../rolling/gap.js';
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

/** Options of {@link Rsi}. */
export interface RsiOptions {
  /**
   * The index while no value has changed, for which there is no agreed number; NaN, 0, 50 or 100. TA-Lib and Tulip
   * give 0, technicalindicators and trading-signals 100, indicatorts NaN.
   * @default 50
   */
  readonly flat?: number;
}

const FLAT = z._default(claim<number>('NaN, 0, 50 or 100', isFlat), 50);
const SCHEMA = z.strictObject({ flat: FLAT });
const CLAIMS: CallClaims = { flat: (value) => value === undefined || isFlat(value), out: isOut };
/** Averages that have decayed to less count as none: such numbers have few digits left, and slow some processors. */
const SMALLEST = 1e-290;
const BATCH_SCHEMA = z.strictObject({ flat: FLAT, out: OUT });

/**
 * Relative strength index of Wilder, 0 to 100: `100 * gain / (gain + loss)`.
 *
 * Gain and loss are the means of the first `period` rises and falls, then
 * `average + (change - average) / period`.
 *
 * The result is aligned with the input: NaN for the first `period` values. A gap (NaN, infinite or beyond
 * 1e150) gives NaN in its own place and is otherwise passed over. It equals {@link Rsi} to the bit. O(1) per value.
 *
 * It depends on every value since the first: over the last bars alone it is only close to that over all.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 * @throws ArgumentError when the input or `out` is not what it should be.
 * @example
 * rsi([10, 11, 10, 12], 2); // NaN, NaN, 50, 83.33333333333333
 */
export function rsi(values: ArrayLike<number>, period: number, options: RsiOptions & OutOption = {}): Float64Array {
  requirePeriod('rsi', period);
  const input = readValues('rsi', 'values', values);
  const { out, flat = 50 } = readCallOptions('rsi', CLAIMS, BATCH_SCHEMA, options);
  const output = readOut('rsi', out, input);
  strengths(input, output, period, flat);
  return output;
}

/** What {@link Rsi} does, with everything in local variables. Hot path. Casts: all places are within bounds. */
function strengths(input: Float64Array, output: Float64Array, period: number, flat: number): void {
  let count = 0;
  let newest = 0;
  let gain = 0;
  let loss = 0;
  for (let index = 0; index < input.length; index++) {
    output[index] = NaN;
    const value = input[index] as number;
    if (isGap(value)) continue;
    const change = count === 0 ? 0 : value - newest;
    const rise = riseOf(change);
    newest = value;
    count++;
    gain += rise;
    loss += rise - change;
    if (count > period) {
      gain /= period;
      loss /= period;
      output[index] = indexOf(gain, loss, flat);
      follow(input, output, index + 1, newest, gain, loss, 1 / period, flat);
      return;
    }
  }
}

/** From the first index on, where there is nothing to tell but values and gaps. */
function follow(
  input: Float64Array,
  output: Float64Array,
  from: number,
  first: number,
  firstGain: number,
  firstLoss: number,
  share: number,
  flat: number,
): void {
  const end = input.length;
  let newest = first;
  let gain = firstGain;
  let loss = firstLoss;
  for (let index = from; index < end; index++) {
    const value = input[index] as number;
    if (isGap(value)) {
      output[index] = NaN;
    } else {
      const change = value - newest;
      const rise = riseOf(change);
      newest = value;
      gain += (rise - gain) * share;
      loss += (rise - change - loss) * share;
      output[index] = indexOf(gain, loss, flat);
    }
  }
}

// A rise, or 0 for a fall: exact, and without a branch that is mispredicted every other time.
function riseOf(change: number): number {
  return (Math.abs(change) + change) * 0.5;
}

function indexOf(gain: number, loss: number, flat: number): number {
  const sum = gain + loss;
  return sum > SMALLEST ? (100 * gain) / sum : flat;
}

/**
 * Relative strength index of a stream. It depends on every value since the first.
 * @throws ConfigError when `period` is not a whole number from 1 up, or an option is wrong.
 */
export class Rsi {
  readonly #period: number;
  readonly #share: number;
  readonly #flat: number;
  #pushes = 0;
  /** Values seen, gaps left out. */
  #count = 0;
  #newest = NaN;
  /** Average rise and fall, or during the warm-up their sums. */
  #gain = 0;
  #loss = 0;
  #countBefore = 0;
  #newestBefore = NaN;
  #gainBefore = 0;
  #lossBefore = 0;
  #value = NaN;

  constructor(period: number, options: RsiOptions = {}) {
    this.#period = requirePeriod('Rsi', period);
    this.#share = 1 / period;
    this.#flat = readOptions('Rsi', SCHEMA, options).flat;
  }

  /** The newest index; NaN in the warm-up and when the newest value is a gap. */
  get value(): number {
    return this.#value;
  }

  /**
   * Adds a value and returns the index. O(1).
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    requireNumber('Rsi', 'value', value);
    this.#pushes++;
    this.#countBefore = this.#count;
    this.#newestBefore = this.#newest;
    this.#gainBefore = this.#gain;
    this.#lossBefore = this.#loss;
    return this.#step(value);
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the index.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    requirePushed('Rsi', this.#pushes);
    requireNumber('Rsi', 'value', value);
    this.#count = this.#countBefore;
    this.#newest = this.#newestBefore;
    this.#gain = this.#gainBefore;
    this.#loss = this.#lossBefore;
    return this.#step(value);
  }

  // Hot path: no allocation.
  #step(value: number): number {
    if (isGap(value)) return (this.#value = NaN);
    const change = this.#count === 0 ? 0 : value - this.#newest;
    const rise = riseOf(change);
    this.#newest = value;
    this.#count++;
    this.#average(rise, rise - change);
    this.#value = this.#count > this.#period ? indexOf(this.#gain, this.#loss, this.#flat) : NaN;
    return this.#value;
  }

  #average(gain: number, loss: number): void {
    const period = this.#period;
    if (this.#count > period + 1) {
      this.#gain += (gain - this.#gain) * this.#share;
      this.#loss += (loss - this.#loss) * this.#share;
      return;
    }
    this.#gain += gain;
    this.#loss += loss;
    if (this.#count <= period) return;
    this.#gain /= period;
    this.#loss /= period;
  }
}

function isFlat(value: unknown): boolean {
  return value === 0 || value === 50 || value === 100 || Number.isNaN(value);
}
