import * as z from 'zod/mini';
import { MAX_CAPACITY, readOptions, wholeNumber } from '../core/options.js';
import { type CallClaims, isOut, OUT, readCallOptions, readOut, readValues } from './arguments.js';
import { Ema } from './ema.js';

/** Options of {@link Macd}. */
export interface MacdOptions {
  /**
   * Period of the fast average; 1 to 16777216.
   * @default 12
   */
  readonly fast?: number;
  /**
   * Period of the slow average; 1 to 16777216.
   * @default 26
   */
  readonly slow?: number;
  /**
   * Period of the average of the line; 1 to 16777216.
   * @default 9
   */
  readonly signal?: number;
}

/** The three lines of {@link macd}, each aligned with the input. */
export interface MacdLines {
  /** Fast average minus slow average. */
  readonly macd: Float64Array;
  /** Exponential average of `macd`. */
  readonly signal: Float64Array;
  /** `macd` minus `signal`. */
  readonly histogram: Float64Array;
}

/** Options of the batch function {@link macd}. */
export interface MacdBatchOptions extends MacdOptions {
  /**
   * Receive the lines in place of new arrays: as long as the input, and not sharing memory with it.
   * @default new arrays
   */
  readonly out?: Partial<MacdLines>;
}

const PERIODS = {
  fast: z._default(wholeNumber(1, MAX_CAPACITY), 12),
  slow: z._default(wholeNumber(1, MAX_CAPACITY), 26),
  signal: z._default(wholeNumber(1, MAX_CAPACITY), 9),
};
const SCHEMA = z.strictObject(PERIODS);
const BATCH_SCHEMA = z.strictObject({
  ...PERIODS,
  out: z._default(z.strictObject({ macd: OUT, signal: OUT, histogram: OUT }), {}),
});

const CLAIMS: CallClaims = { fast: isPeriod, slow: isPeriod, signal: isPeriod, out: areLines };

/**
 * Moving average convergence divergence: the difference of two exponential averages, and its own average.
 *
 * Each average starts from the mean of its first values: `macd` is NaN before the longer period is full,
 * `signal` and `histogram` before `signal` values of it. A gap (NaN, infinite or beyond 1e150) gives NaN in its
 * own place and is otherwise passed over. It equals {@link Macd} to the bit. O(1) per value.
 *
 * It depends on every value since the first: over the last bars alone it is only close to that over all.
 * @throws ConfigError when an option is wrong.
 * @throws ArgumentError when the input or `out` is not what it should be.
 * @example
 * macd([1, 2, 4, 8], { fast: 1, slow: 2, signal: 2 }).macd; // NaN, 0.5, 0.8333333333333335, 1.6111111111111107
 */
export function macd(values: ArrayLike<number>, options: MacdBatchOptions = {}): MacdLines {
  const input = readValues('macd', 'values', values);
  const { out = {}, ...periods } = readCallOptions('macd', CLAIMS, BATCH_SCHEMA, options);
  const line = readOut('macd', out.macd, input);
  const signal = readOut('macd', out.signal, input, line);
  const lines: MacdLines = { macd: line, signal, histogram: readOut('macd', out.histogram, input, line, signal) };
  const stream = new Macd(periods);
  for (let index = 0; index < input.length; index++) {
    lines.macd[index] = stream.push(input[index] as number); // within bounds
    lines.signal[index] = stream.signal;
    lines.histogram[index] = stream.histogram;
  }
  return lines;
}

/**
 * Moving average convergence divergence of a stream. It depends on every value since the first.
 * @throws ConfigError when an option is wrong.
 */
export class Macd {
  readonly #fast: Ema;
  readonly #slow: Ema;
  readonly #signal: Ema;

  constructor(options: MacdOptions = {}) {
    const { fast, slow, signal } = readOptions('Macd', SCHEMA, options);
    this.#fast = new Ema(fast);
    this.#slow = new Ema(slow);
    this.#signal = new Ema(signal);
  }

  /** Fast average minus slow average; NaN in the warm-up and when the newest value is a gap. */
  get value(): number {
    return this.#fast.value - this.#slow.value;
  }

  /** Exponential average of `value`. */
  get signal(): number {
    return this.#signal.value;
  }

  /** `value` minus `signal`. */
  get histogram(): number {
    return this.value - this.signal;
  }

  /**
   * Adds a value and returns the difference of the averages. O(1).
   * @throws ArgumentError when `value` is not a number.
   */
  push(value: number): number {
    const line = this.#fast.push(value) - this.#slow.push(value);
    this.#signal.push(line);
    return line;
  }

  /**
   * Replaces the newest value, as for a bar that is still open, and returns the difference of the averages.
   * @throws ArgumentError when nothing was pushed or `value` is not a number.
   */
  amend(value: number): number {
    const line = this.#fast.amend(value) - this.#slow.amend(value);
    this.#signal.amend(line);
    return line;
  }
}

function isPeriod(value: unknown): boolean {
  return value === undefined || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_CAPACITY);
}

function areLines(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(([name, line]) => ['macd', 'signal', 'histogram'].includes(name) && isOut(line));
}
