import { requireNumber, requirePushed } from '../rolling/arguments.js';
import { ValueWindow } from '../rolling/value-window.js';
import { requirePeriod } from './arguments.js';

/**
 * Keeps the largest (`sign` 1) or smallest (`sign` -1) of the newest `period` values.
 *
 * The extreme and its age are kept; the window is searched again only when it leaves or is amended. A
 * queue of candidates would bound the worst case, a falling series under a maximum, but cannot take back
 * its newest value.
 *
 * Hot path: no allocation.
 */
export class ExtremeDriver {
  readonly #owner: string;
  readonly #sign: 1 | -1;
  readonly #window: ValueWindow;
  /** The extreme times `sign`, NaN when the window has to be searched. */
  #best = NaN;
  #age = 0;
  #value = NaN;

  constructor(owner: string, period: number, sign: 1 | -1) {
    this.#owner = owner;
    this.#sign = sign;
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
    this.#age++;
    if (this.#age >= this.#window.capacity) this.#best = NaN;
    return this.#compute(value);
  }

  /** Replaces the newest value and returns the output. */
  amend(value: number): number {
    requirePushed(this.#owner, this.#window.size);
    requireNumber(this.#owner, 'value', value);
    this.#window.amend(value);
    if (this.#age === 0) this.#best = NaN;
    return this.#compute(value);
  }

  /** Adds all values of `input` and writes the outputs. */
  run(input: Float64Array, output: Float64Array): Float64Array {
    for (let index = 0; index < input.length; index++) output[index] = this.push(input[index] as number); // within bounds
    return output;
  }

  #compute(value: number): number {
    if (!this.#window.isWhole) {
      this.#best = NaN;
      return (this.#value = NaN);
    }
    if (Number.isNaN(this.#best)) this.#search();
    else if (this.#sign * value >= this.#best) {
      this.#best = this.#sign * value;
      this.#age = 0;
    }
    return (this.#value = this.#sign * this.#best + 0); // -0 + 0 is 0
  }

  #search(): void {
    const { values, capacity } = this.#window;
    const start = this.#window.startOf(capacity);
    this.#best = -Infinity;
    for (let age = capacity - 1; age >= 0; age--) {
      const candidate = this.#sign * (values[start + capacity - 1 - age] as number); // within the window
      if (candidate < this.#best) continue;
      this.#best = candidate;
      this.#age = age;
    }
  }
}
