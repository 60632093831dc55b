import { LRUCache } from 'lru-cache';
import type { Clock } from '../core/clock.js';
import type { CallKey } from './call-key.js';
import { type Departure, Departures } from './departures.js';
import { type Entry, isUseful } from './entry.js';
import type { MemoCounters } from './memo-stats.js';

/** Room of a new table. */
const INITIAL_CAPACITY = 16;

/**
 * Entries by key, least recently used out first, with an index by tag.
 *
 * lru-cache allocates for its full size at once, 22 bytes a slot, which a cache per instance and method cannot
 * afford. So the table starts small and moves to one four times as large when it is full, up to `maxEntries`:
 * an entry is moved at most once per three entries added.
 */
export class EntryTable {
  readonly #maxEntries: number;
  readonly #clock: Clock;
  readonly #counters: MemoCounters;
  readonly #keysByTag = new Map<string, Set<CallKey>>();
  readonly #departures = new Departures();
  #lru: LRUCache<CallKey, Entry>;

  constructor(maxEntries: number, clock: Clock, counters: MemoCounters) {
    this.#maxEntries = maxEntries;
    this.#clock = clock;
    this.#counters = counters;
    this.#lru = this.#newLru(Math.min(INITIAL_CAPACITY, maxEntries));
  }

  /** Entries held now. */
  get size(): number {
    return this.#lru.size;
  }

  /** Finds an entry and makes it the most recently used. Hot path. */
  get(key: CallKey): Entry | undefined {
    return this.#lru.get(key);
  }

  /** Finds an entry and leaves the order as it is. */
  peek(key: CallKey): Entry | undefined {
    return this.#lru.peek(key);
  }

  /** Adds or replaces an entry. */
  set(entry: Entry): void {
    const previous = this.#lru.peek(entry.key);
    if (previous !== undefined) this.#untag(previous);
    else if (this.#lru.size === this.#lru.max && this.#lru.max < this.#maxEntries) this.#grow();
    this.#lru.set(entry.key, entry);
    this.#departures.forget(entry.key);
    for (const tag of entry.tags) this.#tag(tag, entry.key);
  }

  /** Deletes an entry, if there is one, and remembers why. */
  delete(key: CallKey, reason: Departure): void {
    const entry = this.#lru.peek(key);
    if (entry === undefined) return;
    this.#lru.delete(key);
    this.#untag(entry);
    this.#departures.note(key, reason, entry.isError ? entry.value : undefined);
  }

  /** Deletes all entries with a tag. */
  deleteTag(tag: string): void {
    const keys = Array.from(this.#keysByTag.get(tag) ?? []);
    for (const key of keys) this.delete(key, 'invalidated');
  }

  /** Deletes everything. */
  clear(): void {
    for (const key of this.recentKeys(256)) this.#departures.note(key, 'invalidated');
    this.#keysByTag.clear();
    this.#lru = this.#newLru(Math.min(INITIAL_CAPACITY, this.#maxEntries));
  }

  /** Notes that a load left nothing behind. */
  noteDeparture(key: CallKey, reason: Departure, error?: unknown): void {
    this.#departures.note(key, reason, error);
  }

  /** What became of a key that has no entry. */
  departure(key: CallKey): { readonly reason: Departure; readonly error: unknown } | undefined {
    return this.#departures.find(key);
  }

  /** Keys of the entries used last, newest first. */
  recentKeys(limit: number): CallKey[] {
    const keys: CallKey[] = [];
    for (const key of this.#lru.keys()) {
      if (keys.length === limit) break;
      keys.push(key);
    }
    return keys;
  }

  #newLru(capacity: number): LRUCache<CallKey, Entry> {
    return new LRUCache<CallKey, Entry>({
      max: capacity,
      dispose: (entry, key, reason) => {
        if (reason === 'evict') this.#evicted(entry, key);
      },
    });
  }

  #grow(): void {
    const larger = this.#newLru(Math.min(this.#lru.max * 4, this.#maxEntries));
    for (const key of this.#lru.rkeys()) {
      const entry = this.#lru.peek(key);
      if (entry !== undefined) larger.set(key, entry);
    }
    this.#lru = larger;
  }

  #evicted(entry: Entry, key: CallKey): void {
    this.#untag(entry);
    const isLoss = isUseful(entry, this.#clock.now());
    if (isLoss) this.#counters.evictions++;
    else if (!entry.isExpired) this.#counters.expirations++;
    this.#departures.note(key, isLoss ? 'evicted' : 'expired');
  }

  #tag(tag: string, key: CallKey): void {
    const keys = this.#keysByTag.get(tag);
    if (keys === undefined) this.#keysByTag.set(tag, new Set([key]));
    else keys.add(key);
  }

  #untag(entry: Entry): void {
    for (const tag of entry.tags) {
      const keys = this.#keysByTag.get(tag);
      if (keys === undefined) continue;
      keys.delete(entry.key);
      if (keys.size === 0) this.#keysByTag.delete(tag);
    }
  }
}
