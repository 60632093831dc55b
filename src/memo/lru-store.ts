import { LRUCache } from 'lru-cache';
import type { CallKey } from './call-key.js';
import type { Entry } from './entry.js';
import type { EntryStore, StoreLimits } from './entry-store.js';

/** Room of a new store, in entries. */
const INITIAL_CAPACITY = 16;
/** Stores up to this size grow to four times, larger ones to twice their size. */
const SMALL = 4_096;
/** Most entries that are found without lru-cache. */
const HOT = 1_024;
/** Uses per hot entry below which finding them so costs more than it saves. */
const WORTH = 4;
/** Lookups after which it is tried again. */
const PAUSE = 32 * HOT;
/** Numbers of uses are small integers; once in 10^9 uses without a new entry, one order is lost. */
const USE_MASK = 2 ** 30 - 1;

/**
 * Gives up the least recently used entry first.
 *
 * A lookup in lru-cache also moves the entry to the front of its order. Entries in use are therefore found in a small
 * map besides, which takes half the time, and only numbered; before the order matters, that is before an entry
 * is added, the uses are replayed into lru-cache by their numbers. The order is always the exact one.
 *
 * lru-cache allocates for its full size at once, 22 to 28 bytes a slot, which a cache per instance and method cannot
 * afford. So the store starts small and moves to a larger lru-cache when it is full, up to `maxEntries`: an
 * entry is moved at most once per entry added.
 */
export class LruStore implements EntryStore {
  readonly #limits: StoreLimits;
  /** Entries in use; all of them are in lru-cache too. */
  readonly #hot = new Map<CallKey, Entry>();
  /** Keys of the hot entries used since the last replay, each once. */
  readonly #used: CallKey[] = [];
  #lru: LRUCache<CallKey, Entry>;
  /** Uses since the last replay. */
  #uses = 0;
  /** Uses since the hot entries were last dropped, those since the last replay left out. */
  #replayed = 0;
  /** Lookups until hot entries are gathered again. */
  #pause = 0;

  constructor(limits: StoreLimits) {
    this.#limits = limits;
    this.#lru = this.#newLru(INITIAL_CAPACITY);
  }

  /** Entries held now. */
  get size(): number {
    return this.#lru.size;
  }

  /** Bytes of the entries held now, at least 1 each; 0 when there is no limit. */
  get bytes(): number {
    return this.#lru.calculatedSize;
  }

  /** Finds an entry and makes it the most recently used. Hot path. */
  get(key: CallKey): Entry | undefined {
    const entry = this.#pause === 0 ? this.#hot.get(key) : undefined;
    if (entry === undefined) return this.#warm(key);
    if (entry.use === 0) this.#used.push(key);
    this.#uses = (this.#uses + 1) & USE_MASK;
    entry.use = this.#uses;
    return entry;
  }

  /** Finds an entry and leaves the order as it is. */
  peek(key: CallKey): Entry | undefined {
    return this.#lru.peek(key);
  }

  /** Adds or replaces an entry and makes it the most recently used; the least recently used make room for it. */
  set(key: CallKey, entry: Entry, size: number): void {
    this.#replay();
    if (this.#hot.has(key)) this.#hot.set(key, entry);
    const { max } = this.#lru;
    if (this.#lru.size === max && max < this.#limits.maxEntries && this.#lru.peek(key) === undefined) this.#grow();
    if (this.#isSized) this.#lru.set(key, entry, { size: Math.max(size, 1) });
    else this.#lru.set(key, entry);
  }

  /** Removes an entry, if there is one. */
  delete(key: CallKey): void {
    this.#replay();
    this.#hot.delete(key);
    this.#lru.delete(key);
  }

  /** Removes all entries, and gives their room back. */
  clear(): void {
    this.#replay();
    this.#hot.clear();
    this.#lru = this.#newLru(INITIAL_CAPACITY);
  }

  /** The keys, the most recently used first. */
  keys(): Iterable<CallKey> {
    this.#replay();
    return this.#lru.keys();
  }

  /** Looks up what is not hot, and makes it so. */
  #warm(key: CallKey): Entry | undefined {
    if (this.#hot.size >= HOT) this.#dropHot();
    // While it pauses nothing is hot, so that there is nothing to replay before this.
    if (this.#pause > 0) {
      this.#pause--;
      return this.#lru.get(key);
    }
    const entry = this.#lru.peek(key);
    if (entry === undefined) return undefined;
    this.#hot.set(key, entry);
    this.#used.push(key);
    this.#uses = (this.#uses + 1) & USE_MASK;
    entry.use = this.#uses;
    return entry;
  }

  /** Makes room for other hot entries; pauses when these were hardly used. */
  #dropHot(): void {
    this.#replay();
    if (this.#replayed < WORTH * HOT) this.#pause = PAUSE;
    this.#replayed = 0;
    this.#hot.clear();
  }

  /** Brings lru-cache's order up to date. */
  #replay(): void {
    if (this.#used.length === 0) return;
    const useOf = (key: CallKey): number => this.#hot.get(key)?.use ?? 0;
    if (this.#used.length > 1) this.#used.sort((a, b) => useOf(a) - useOf(b));
    for (const key of this.#used) {
      const entry = this.#hot.get(key);
      if (entry !== undefined) entry.use = 0;
      this.#lru.get(key);
    }
    this.#replayed += this.#uses;
    this.#used.length = 0;
    this.#uses = 0;
  }

  get #isSized(): boolean {
    return this.#limits.maxBytes !== Infinity;
  }

  #newLru(capacity: number): LRUCache<CallKey, Entry> {
    const { maxEntries, maxBytes, onEvict } = this.#limits;
    return new LRUCache<CallKey, Entry>({
      max: Math.min(capacity, maxEntries),
      ...(this.#isSized && { maxSize: maxBytes }),
      dispose: (entry, key, reason) => {
        if (reason !== 'evict') return;
        this.#hot.delete(key);
        onEvict(key, entry);
      },
    });
  }

  #grow(): void {
    const { max } = this.#lru;
    const larger = this.#newLru(max < SMALL ? max * 4 : max * 2);
    for (const key of this.#lru.rkeys()) {
      const entry = this.#lru.peek(key);
      if (entry === undefined) continue;
      if (this.#isSized) larger.set(key, entry, { size: this.#lru.info(key)?.size ?? 1 });
      else larger.set(key, entry);
    }
    this.#lru = larger;
  }
}
