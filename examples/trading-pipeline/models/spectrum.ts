import FFT from 'fft.js';
import { returnsOf } from './features.js';
import { HOLD, type Signal } from './signal.js';

/** The strongest cycle in a window of returns. */
export interface Cycle {
  /** Length in bars. */
  readonly period: number;
  /** Where the cycle of the returns stands one bar ahead, in radians: rising where its cosine is positive. */
  readonly phase: number;
  /** Its share of the power of all cycles looked at, 0 to 1. */
  readonly share: number;
}

/** Shortest period looked at, in bars: below it there is only noise of the spread. */
const SHORTEST_PERIOD = 4;

/** Finds dominant cycles with one plan for one size. `size` is a power of two, in returns. */
export class SpectrumModel {
  readonly #size: number;
  readonly #plan: FFT;
  readonly #weights: Float64Array;
  readonly #input: number[];
  readonly #output: number[];
  readonly #minShare: number;

  constructor(size: number, minShare: number) {
    this.#size = size;
    this.#minShare = minShare;
    this.#plan = new FFT(size);
    this.#weights = hann(size);
    this.#input = Array.from({ length: size }, () => 0);
    this.#output = this.#plan.createComplexArray();
  }

  /** Follows the dominant cycle: buys in its rising half. `undefined` until the window is full. */
  predict(close: ArrayLike<number>): Signal | undefined {
    if (close.length <= this.#size) return undefined;
    const { phase, share } = this.cycle(close);
    if (!(share >= this.#minShare)) return HOLD;
    return { action: Math.cos(phase) > 0 ? 1 : -1, strength: share };
  }

  /** The dominant cycle of the newest `size` returns. A flat window has a share of 0. */
  cycle(close: ArrayLike<number>): Cycle {
    const returns = returnsOf(close);
    const offset = returns.length - this.#size;
    const mean = meanFrom(returns, offset);
    for (let i = 0; i < this.#size; i++) {
      this.#input[i] = ((returns[offset + i] ?? 0) - mean) * (this.#weights[i] ?? 0);
    }
    this.#plan.realTransform(this.#output, this.#input);
    return this.#strongest();
  }

  #strongest(): Cycle {
    let best = 0;
    let power = 0;
    let total = 0;
    for (let k = 1; k <= this.#size / SHORTEST_PERIOD; k++) {
      const size = (this.#output[2 * k] ?? 0) ** 2 + (this.#output[2 * k + 1] ?? 0) ** 2;
      total += size;
      if (size > power) [best, power] = [k, size];
    }
    if (total === 0) return { period: this.#size, phase: 0, share: 0 };
    // The phase at the window's start is also the one a whole window later: the bar after the newest.
    const phase = Math.atan2(this.#output[2 * best + 1] ?? 0, this.#output[2 * best] ?? 0);
    return { period: this.#size / best, phase, share: power / total };
  }
}

function hann(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (size - 1)));
}

function meanFrom(values: Float64Array, offset: number): number {
  let sum = 0;
  for (let i = offset; i < values.length; i++) sum += values[i] ?? 0;
  return sum / (values.length - offset);
}
