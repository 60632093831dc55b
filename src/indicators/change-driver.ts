import { requireNumber, requirePushed } from '../rolling/arguments.js';
import { ValueWindow } from '../rolling/value-window.js';
import { requirePeriod } from './arguments.js';

/**
 * Computes `(value / before - 1) * scale`, `before` being `period` values back.
 *
 * Hot path: no allocation.
 */
export class ChangeDriver {
  readonly #owner: string;
  readonly #scale: number;
  readonly #window: ValueWindow;
  #value = NaN;

  constructor(owner: string, period: number, scale: number) {
    this.#owner = owner;
    this.#scale = scale;
    this.#window = new ValueWindow(requirePeriod(owner, period) + 1);
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

  // A gap is NaN in the window and stays NaN here; a quotient of tiny numbers may still overflow.
  #compute(): number {
    const { values, size, capacity, newest } = this.#window;
    const before = size === capacity ? (values[this.#window.startOf(capacity)] as number) : NaN; // within the window
    const change = (newest / before - 1) * this.#scale;
    return (this.#value = Number.isFinite(change) ? change : NaN);
  }
}
