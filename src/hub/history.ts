/**
 * The newest values of one topic, each with the time it was published.
 *
 * Sequence numbers are contiguous, so only the last one is kept.
 */
export class History {
  readonly #capacity: number;
  #values: unknown[] = [];
  #times: number[] = [];
  /** Slot of the next value. */
  #next = 0;
  #last = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many values are held. */
  get size(): number {
    return this.#values.length;
  }

  /** Sequence number of the newest value ever added; 0 before the first. */
  get sequence(): number {
    return this.#last;
  }

  /** Keeps a value and returns its sequence number, from 1. */
  add(value: unknown, time: number): number {
    this.#values[this.#next] = value;
    this.#times[this.#next] = time;
    this.#next = this.#next + 1 === this.#capacity ? 0 : this.#next + 1;
    return ++this.#last;
  }

  /** Forgets all values; sequence numbers go on. */
  clear(): void {
    this.#values = [];
    this.#times = [];
    this.#next = 0;
  }

  /** The newest value; undefined when none is held. */
  newest(): { readonly value: unknown; readonly time: number } | undefined {
    if (this.size === 0) return undefined;
    const slot = (this.#next === 0 ? this.size : this.#next) - 1;
    return { value: this.#values[slot], time: this.#times[slot] ?? 0 };
  }

  /** The values published at `since` or later, oldest first. */
  from(since: number): { readonly value: unknown; readonly time: number; readonly sequence: number }[] {
    const size = this.size;
    const found = [];
    for (let age = size - 1; age >= 0; age--) {
      const slot = (this.#next - 1 - age + size) % size;
      const time = this.#times[slot] ?? 0;
      if (time >= since) found.push({ value: this.#values[slot], time, sequence: this.#last - age });
    }
    return found;
  }
}
