import { requireNumber, requirePushed } from '../rolling/arguments.js';
import { ValueWindow } from '../rolling/value-window.js';
import { requirePeriod } from './arguments.js';

/** Computes one output from the `count` values from `start` on, oldest first. None of them is a gap. */
export type WindowKernel = (values: Float64Array, start: number, count: number) => number;

/**
 * Drives a kernel over the newest `period` values of a stream.
 *
 * The output is NaN until there are `period` values, and while a gap is among the newest `period`. It is a
 * function of those values alone: nothing that was seen before them shows in a single bit.
 *
 * Hot path: no allocation.
 */
export class WindowDriver {
  readonly #owner: string;
  readonly #kernel: WindowKernel;
  readonly #window: ValueWindow;
  #value = NaN;

  constructor(owner: string, period: number, kernel: WindowKernel) {
    this.#owner = owner;
    this.#kernel = kernel;
    this.#window = new ValueWindow(requirePeriod(owner, period));
  }

  /** The newest output, NaN before the first. */
  get value(): number {
    return this.#value;
  }

  /** Adds a value and returns the output. */
  push(value: number): number {
    requireNumber(this.#owner, 'value', value);
    this.#window.push(value);
    return this.#compute();
  }

  /** Replaces the newest value and returns the output. */
  amend(value: number): number {
    requirePushed(this.#owner, this.#window.size);
    requireNumber(this.#owner, 'value', value);
    this.#window.amend(value);
    return this.#compute();
  }

  /** Adds all values of `input` and writes the outputs. */
  run(input: Float64Array, output: Float64Array): Float64Array {
    for (let index = 0; index < input.length; index++) output[index] = this.push(input[index] as number); // within bounds
    return output;
  }

  #compute(): number {
    const window = this.#window;
    const { capacity } = window;
    this.#value = window.isWhole ? this.#kernel(window.values, window.startOf(capacity), capacity) : NaN;
    return this.#value;
  }
}
