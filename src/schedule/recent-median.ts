/** The median of the latest values. */
export class RecentMedian {
  readonly #values: Float64Array;
  #count = 0;

  /** `capacity` is the number of values kept, from 1. */
  constructor(capacity: number) {
    this.#values = new Float64Array(capacity);
  }

  /** Adds a value in place of the oldest, and returns the median with it (the upper one of an even number). */
  push(value: number): number {
    this.#values[this.#count % this.#values.length] = value;
    this.#count++;
    return this.quantile(0.5);
  }

  /** The value below which `part` of the values lie, NaN without any. */
  quantile(part: number): number {
    const held = Math.min(this.#count, this.#values.length);
    const sorted = this.#values.subarray(0, held).toSorted();
    return sorted[Math.min(held - 1, Math.floor(held * part))] ?? Number.NaN;
  }

  /** Values held. */
  get size(): number {
    return Math.min(this.#count, this.#values.length);
  }

  /** Forgets all values. */
  clear(): void {
    this.#count = 0;
  }
}
