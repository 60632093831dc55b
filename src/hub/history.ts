import type { Moment } from './turn-time.js';

/** A value with the time it was published, in milliseconds of the hub's clock. */
interface Held {
  readonly value: unknown;
  readonly time: number;
}

/**
 * The newest values of one topic, each with the moment it was published.
 *
 * Sequence numbers are contiguous, so only the last one is kept. The newest value has a place of its own:
 * most topics hold no other.
 */
export class History {
  readonly #capacity: number;
  #newest: unknown;
  /** When values are published from now on. */
  #moment: Moment = { time: 0 };
  /** When the newest value was published, if none was added since the last stamp. */
  #earlier: Moment = { time: 0 };
  /** Sequence number of the newest value at the last stamp. */
  #stamped = 0;
  /** A ring of all that is held, when that may be more than the newest. */
  #values: unknown[] = [];
  #moments: Moment[] = [];
  /** Slot of the next value. */
  #next = 0;
  #last = 0;
  /** Sequence number of the last value that was forgotten with all before it. */
  #forgotten = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many values are held. */
  get size(): number {
    return Math.min(this.#capacity, this.#last - this.#forgotten);
  }

  /** Sequence number of the newest value ever added; 0 before the first. */
  get sequence(): number {
    return this.#last;
  }

  /** Sets when the values that follow are published. What is held already keeps its own time. */
  stamp(moment: Moment): void {
    if (this.#stamped !== this.#last) {
      this.#earlier = this.#moment;
      this.#stamped = this.#last;
    }
    this.#moment = moment;
  }

  /** Keeps a value and returns its sequence number, from 1; the hot path of publishing. */
  add(value: unknown): number {
    this.#newest = value;
    if (this.#capacity > 1) this.#keep(value);
    return ++this.#last;
  }

  /** Forgets all values; sequence numbers go on. */
  clear(): void {
    this.#newest = undefined;
    this.#values = [];
    this.#moments = [];
    this.#next = 0;
    this.#forgotten = this.#last;
  }

  /** The newest value; undefined when none is held. */
  newest(): Held | undefined {
    if (this.size === 0) return undefined;
    const { time } = this.#stamped === this.#last ? this.#earlier : this.#moment;
    return { value: this.#newest, time };
  }

  /** The values published at `since` or later, oldest first. */
  from(since: number): (Held & { readonly sequence: number })[] {
    const found = [];
    for (let age = this.size - 1; age >= 0; age--) {
      const held = this.#at(age);
      if (held !== undefined && held.time >= since) found.push({ ...held, sequence: this.#last - age });
    }
    return found;
  }

  #keep(value: unknown): void {
    this.#values[this.#next] = value;
    this.#moments[this.#next] = this.#moment;
    this.#next = this.#next + 1 === this.#capacity ? 0 : this.#next + 1;
  }

  /** The value before which so many newer ones came. */
  #at(age: number): Held | undefined {
    if (this.#capacity === 1) return this.newest();
    const slot = (this.#next - 1 - age + this.size) % this.size;
    const moment = this.#moments[slot];
    return moment && { value: this.#values[slot], time: moment.time };
  }
}
