import type { Clock } from '../core/clock.js';
import type { CallKey } from './call-key.js';
import { type Departure, Departures } from './departures.js';
import { type Entry, EntryFlag, type EntryWindows, isError, isUseful, tagsOf, valueOf } from './entry.js';
import type { EntryStore, StoreLimits } from './entry-store.js';
import { LruStore } from './lru-store.js';
import type { MemoCounters } from './memo-stats.js';
import { TagIndex } from './tag-index.js';
import { TinyLfuStore } from './tinylfu-store.js';

/** How much a table holds, and what it gives up first. */
export interface TableSettings extends EntryWindows {
  /** Most entries. */
  readonly maxEntries: number;
  /** Most bytes of all entries together, as they were told to `set`; Infinity for no limit. */
  readonly maxBytes: number;
  /** Which entries are given up when there is no room. */
  readonly policy: 'lru' | 'tinylfu';
}

/** Keys of which `clear` remembers that they were there. */
const CLEARED_KEYS = 256;

/** Entries by key, within the limits, with an index by tag and a memory of what left. */
export class EntryTable {
  readonly #settings: TableSettings;
  readonly #clock: Clock;
  readonly #counters: MemoCounters;
  readonly #store: EntryStore;
  readonly #tags = new TagIndex();
  readonly #departures = new Departures();

  constructor(settings: TableSettings, clock: Clock, counters: MemoCounters) {
    this.#settings = settings;
    this.#clock = clock;
    this.#counters = counters;
    this.#store = this.#newStore();
  }

  /** Entries held now. */
  get size(): number {
    return this.#store.size;
  }

  /** Bytes of the entries held now, at least 1 each; 0 without `maxBytes`. */
  get bytes(): number {
    return this.#store.bytes;
  }

  /** Finds an entry and notes that it was used. Hot path. */
  get(key: CallKey): Entry | undefined {
    return this.#store.get(key);
  }

  /** Finds an entry and notes nothing. */
  peek(key: CallKey): Entry | undefined {
    return this.#store.peek(key);
  }

  /**
   * Adds or replaces an entry of so many bytes, which are only counted when there is a limit. One that is larger than
   * the limit is not kept, and what it would have replaced is deleted.
   */
  set(key: CallKey, entry: Entry, size = 0): void {
    const previous = this.#store.peek(key);
    if (size > this.#settings.maxBytes) {
      this.delete(key, 'too-large');
      this.#departures.note(key, 'too-large');
      return;
    }
    if (previous !== undefined) this.#tags.remove(key, tagsOf(previous));
    this.#departures.forget(key);
    this.#tags.add(key, tagsOf(entry));
    // Last, since it may give this very entry up.
    this.#store.set(key, entry, size);
  }

  /** Deletes an entry, if there is one, and remembers why. */
  delete(key: CallKey, reason: Departure): void {
    const entry = this.#store.peek(key);
    if (entry === undefined) return;
    this.#store.delete(key);
    this.#tags.remove(key, tagsOf(entry));
    this.#departures.note(key, reason, isError(entry) ? valueOf(entry) : undefined);
  }

  /** Deletes all entries with a tag. */
  deleteTag(tag: string): void {
    for (const key of this.#tags.keysOf(tag)) this.delete(key, 'invalidated');
  }

  /** Deletes everything. */
  clear(): void {
    for (const key of this.recentKeys(CLEARED_KEYS)) this.#departures.note(key, 'invalidated');
    this.#tags.clear();
    this.#store.clear();
  }

  /** Notes that a load left nothing behind. */
  noteDeparture(key: CallKey, reason: Departure, error?: unknown): void {
    this.#departures.note(key, reason, error);
  }

  /** What became of a key that has no entry. */
  departure(key: CallKey): { readonly reason: Departure; readonly error: unknown } | undefined {
    return this.#departures.find(key);
  }

  /** Keys of the entries used last, newest first as far as the policy knows. */
  recentKeys(limit: number): CallKey[] {
    const keys: CallKey[] = [];
    for (const key of this.#store.keys()) {
      if (keys.length === limit) break;
      keys.push(key);
    }
    return keys;
  }

  #newStore(): EntryStore {
    const { maxEntries, maxBytes, policy } = this.#settings;
    const limits: StoreLimits = {
      maxEntries,
      maxBytes,
      isDead: (entry) => !isUseful(entry, this.#clock.now(), this.#settings),
      onEvict: (key, entry) => this.#evicted(key, entry),
    };
    return policy === 'lru' ? new LruStore(limits) : new TinyLfuStore(limits);
  }

  #evicted(key: CallKey, entry: Entry): void {
    this.#tags.remove(key, tagsOf(entry));
    const isLoss = isUseful(entry, this.#clock.now(), this.#settings);
    if (isLoss) this.#counters.evictions++;
    else if ((entry.flags & EntryFlag.expired) === 0) this.#counters.expirations++;
    this.#departures.note(key, isLoss ? 'evicted' : 'expired');
  }
}
