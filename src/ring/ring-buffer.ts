import * as z from 'zod/mini';
import { ArgumentError } from '../core/errors.js';
import { MAX_CAPACITY, readOptions, wholeNumber } from '../core/options.js';
import { show } from '../core/show.js';

/** What happened to a {@link RingBuffer} so far: `pushed = size + evicted + cleared`. */
export interface RingBufferStats {
  /** Items ever pushed. */
  readonly pushed: number;
  /** Items that newer ones pushed out. */
  readonly evicted: number;
  /** Items removed by `clear()`. */
  readonly cleared: number;
  /** Items held now. */
  readonly size: number;
  /** Most items that can be held. */
  readonly capacity: number;
}

const OPTIONS = z.strictObject({ capacity: wholeNumber(1, MAX_CAPACITY) });

/**
 * Keeps the newest `capacity` items of any type; a push into a full ring evicts the oldest.
 *
 * Cost: `push`, `at` and `latest` take constant time and do not allocate once the ring is full. Memory
 * grows with the items, up to one slot per item. Numbers in columns are cheaper in a `SeriesRing`.
 *
 * @example
 * const trades = new RingBuffer<Trade>(1_000);
 * const evicted = trades.push(trade);
 */
export class RingBuffer<T> implements Iterable<T> {
  /** Most items that can be held. */
  readonly capacity: number;
  // Grows by push until it is full, so that a large capacity costs nothing before it is used.
  readonly #slots: T[] = [];
  /** Where the next item goes once all slots are taken: the slot of the oldest item. */
  #oldest = 0;
  #pushed = 0;
  #cleared = 0;
  #version = 0;

  /**
   * @param capacity Most items, a whole number from 1 to 16777216. It need not be a power of two.
   * @throws ConfigError (ERR_CONFIG) when `capacity` is anything else.
   */
  constructor(capacity: number) {
    this.capacity = readOptions('RingBuffer', OPTIONS, { capacity }).capacity;
  }

  /** Items held now. */
  get size(): number {
    return this.#slots.length;
  }

  /** Counts changes: it differs after every `push` and every `clear` of a ring that held something. */
  get version(): number {
    return this.#version;
  }

  /** The newest item, or `undefined` when the ring is empty. */
  get latest(): T | undefined {
    return this.#slots[this.#oldest === 0 ? this.#slots.length - 1 : this.#oldest - 1];
  }

  /** Adds an item as the newest and returns the one it evicts, or `undefined` while there is room. */
  push(value: T): T | undefined {
    // Hot path: no allocation when full. A compare wraps faster than `%` and allows any capacity.
    const slots = this.#slots;
    this.#pushed++;
    this.#version++;
    if (slots.length < this.capacity) {
      slots.push(value);
      return undefined;
    }
    const slot = this.#oldest;
    const evicted = slots[slot];
    slots[slot] = value;
    this.#oldest = slot + 1 === slots.length ? 0 : slot + 1;
    return evicted;
  }

  /**
   * The item at a position: 0 is the oldest, 1 the next, -1 the newest, -2 the one before.
   *
   * A position outside the ring, or one that is no whole number, gives `undefined`.
   */
  at(index: number): T | undefined {
    const slots = this.#slots;
    const position = index < 0 ? index + slots.length : index;
    if (!(position >= 0 && position < slots.length)) return undefined;
    const slot = this.#oldest + position;
    return slots[slot < slots.length ? slot : slot - slots.length];
  }

  /**
   * Copies the newest `count` items into a new array, oldest first.
   *
   * @param count How many, a whole number from 0 to `size`.
   * @default `size`
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when `count` is anything else.
   */
  toArray(count: number = this.size): T[] {
    const slots = this.#slots;
    if (!Number.isInteger(count) || count < 0 || count > slots.length)
      throw new ArgumentError(
        `RingBuffer: toArray takes a whole number from 0 to size (${slots.length}), got ${show(count)}`,
      );
    const start = this.#oldest + slots.length - count;
    if (start >= slots.length) return slots.slice(start - slots.length, start - slots.length + count);
    return slots.slice(start).concat(slots.slice(0, this.#oldest));
  }

  /** Iterates oldest first over the items held when the iteration starts; later changes do not show. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.toArray()[Symbol.iterator]();
  }

  /** Removes all items and lets go of them. */
  clear(): void {
    if (this.#slots.length === 0) return;
    this.#cleared += this.#slots.length;
    this.#slots.length = 0;
    this.#oldest = 0;
    this.#version++;
  }

  /** What happened so far, as a plain object. */
  stats(): RingBufferStats {
    const size = this.#slots.length;
    return {
      pushed: this.#pushed,
      evicted: this.#pushed - this.#cleared - size,
      cleared: this.#cleared,
      size,
      capacity: this.capacity,
    };
  }
}
