import type { CallKey } from './call-key.js';
import type { Entry } from './entry.js';

/** How much a store may hold, and who is told what it gives up. */
export interface StoreLimits {
  /** Most entries. */
  readonly maxEntries: number;
  /** Most bytes of all entries together; Infinity for no limit. */
  readonly maxBytes: number;
  /** Whether an entry is past all use, so that it may go before any other. */
  readonly isDead: (entry: Entry) => boolean;
  /** Called once for each entry that is given up to make room. Must not use the store. */
  readonly onEvict: (key: CallKey, entry: Entry) => void;
}

/** Entries by key, no more than there is room for. Each policy of a cache is one such store. */
export interface EntryStore {
  /** Entries held now. */
  readonly size: number;
  /** Bytes of the entries held now, at least 1 each; 0 when there is no limit. */
  readonly bytes: number;
  /** Finds an entry and notes that it was used. Hot path. */
  get(key: CallKey): Entry | undefined;
  /** Finds an entry and notes nothing. */
  peek(key: CallKey): Entry | undefined;
  /** Adds or replaces an entry of `size` bytes, not more than the store holds, and then gives up what is too much. */
  set(key: CallKey, entry: Entry, size: number): void;
  /** Removes an entry, if there is one. */
  delete(key: CallKey): void;
  /** Removes all entries. */
  clear(): void;
  /** The keys, those used last first, as far as the policy knows. The store must not change meanwhile. */
  keys(): Iterable<CallKey>;
}
