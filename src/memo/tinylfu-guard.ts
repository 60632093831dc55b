import { LRUCache } from 'lru-cache';

/** Entries that the guard of a small store has at least, if the store has so many. */
const LEAST_ENTRIES = 128;
/** A store is at most so many times as large as its guard. */
const MOST_RATIO = 64;

/**
 * Tells what a plain LRU cache would do: one that is smaller by a power of two and sees only that part of the keys,
 * chosen by their hash, without values.
 *
 * Cost: 16 bytes and a map entry per guarded key, an eighth of the keys at 1 000 entries.
 */
export class LruGuard {
  readonly #mask: number;
  readonly #lru: LRUCache<number, true>;
  readonly #isSized: boolean;

  constructor(maxEntries: number, maxBytes: number) {
    const bits = Math.ceil(Math.log2(Math.max(maxEntries / LEAST_ENTRIES, 1)));
    const ratio = Math.min(2 ** bits, MOST_RATIO);
    this.#mask = ratio - 1;
    this.#isSized = maxBytes !== Infinity;
    this.#lru = new LRUCache({
      max: Math.ceil(maxEntries / ratio),
      ...(this.#isSized && { maxSize: Math.ceil(maxBytes / ratio) }),
    });
  }

  /** Whether the guard sees a key. */
  sees(hash: number): boolean {
    // The lowest bits choose the place in the sketch.
    return ((hash >>> 20) & this.#mask) === 0;
  }

  /** Uses a key that it sees, of so many bytes. Returns whether it was there. */
  use(hash: number, size: number): boolean {
    if (this.#lru.get(hash) !== undefined) return true;
    if (this.#isSized) this.#lru.set(hash, true, { size });
    else this.#lru.set(hash, true);
    return false;
  }

  /** Forgets a key, as the store does. */
  delete(hash: number): void {
    this.#lru.delete(hash);
  }
}
