import { isGap } from './gap.js';
import { RunLengths } from './run-lengths.js';

/**
 * The newest values of a stream, oldest first and contiguous, for the kernels to loop over.
 *
 * Every value stands twice, `capacity` slots apart, so that the newest `n` values are one stretch of
 * `values` without a copy. A gap is stored as NaN.
 *
 * Cost: a push is two stores; memory is 16 bytes per slot.
 */
export class ValueWindow {
  /** The mirrored slots. Read `n` values from `startOf(n)` on. */
  readonly values: Float64Array;
  /** Slots. */
  readonly capacity: number;
  readonly #runs = new RunLengths();
  #newest = -1;
  #size = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.values = new Float64Array(2 * capacity);
  }

  /** Values held, gaps included. */
  get size(): number {
    return this.#size;
  }

  /** Whether the window is full and holds no gap. */
  get isWhole(): boolean {
    return this.#runs.unbroken >= this.capacity;
  }

  /** Whether all values of a whole window are equal. */
  get isFlat(): boolean {
    return this.#runs.equal >= this.capacity;
  }

  /** The newest value, NaN when it is a gap or nothing was pushed. */
  get newest(): number {
    return this.#size === 0 ? NaN : (this.values[this.#newest] as number); // within bounds once something is held
  }

  /** Index of the oldest of the newest `count` values; `count` is at most `size`. */
  startOf(count: number): number {
    return this.#newest + this.capacity + 1 - count;
  }

  /** Adds a value; the oldest leaves a full window. */
  push(value: number): void {
    this.#newest = this.#newest + 1 === this.capacity ? 0 : this.#newest + 1;
    if (this.#size < this.capacity) this.#size++;
    this.#runs.push(value);
    this.#store(value);
  }

  /** Puts `value` in place of the newest. The window must hold one. */
  amend(value: number): void {
    this.#runs.amend(value);
    this.#store(value);
  }

  #store(value: number): void {
    const stored = isGap(value) ? NaN : value;
    this.values[this.#newest] = stored;
    this.values[this.#newest + this.capacity] = stored;
  }
}
