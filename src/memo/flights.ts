import type { CallKey } from './call-key.js';
import type { EntrySource } from './entry.js';

/** One run of the function, from its start to the storing of its result. */
export interface Flight {
  /** The key of the call that started it. */
  readonly key: CallKey;
  /** What the call was made on. */
  readonly self: unknown;
  /** The arguments themselves, not copies: they may change meanwhile. */
  readonly args: readonly unknown[];
  /** Who asked for it. */
  readonly source: EntrySource;
  /** What callers join; absent while a sync function runs. */
  promise: Promise<unknown> | undefined;
  /** Tags invalidated since the start. Which of them the result has is known at its end only. */
  readonly invalidatedTags: Set<string>;
}

/** Tags noted per flight; beyond, its result is not stored whatever its tags. */
const MAX_TAGS = 1_000;

/**
 * The loads running now, the newest per key. A load that is no longer the newest of its key still answers its
 * callers but its result is not stored: this stands for a generation number per key, and needs no memory for keys
 * that are not loading.
 */
export class Flights {
  readonly #newest = new Map<CallKey, Flight>();

  /** Adds a load, as the newest of its key. */
  start(key: CallKey, self: unknown, args: readonly unknown[], source: EntrySource): Flight {
    const flight: Flight = { key, self, args, source, promise: undefined, invalidatedTags: new Set<string>() };
    this.#newest.set(key, flight);
    return flight;
  }

  /** Whether a load of this key is running. */
  has(key: CallKey): boolean {
    return this.#newest.has(key);
  }

  /** The load that a call of this key may join: one whose result no invalidated tag can concern. */
  joinable(key: CallKey): Promise<unknown> | undefined {
    const flight = this.#newest.get(key);
    return flight?.invalidatedTags.size === 0 ? flight.promise : undefined;
  }

  /** Whether no later load, and nothing else, has taken its place. */
  isNewest(flight: Flight): boolean {
    return this.#newest.get(flight.key) === flight;
  }

  /** Removes a load that has ended. */
  end(flight: Flight): void {
    if (this.isNewest(flight)) this.#newest.delete(flight.key);
  }

  /** Makes the result of a key's load unfit to be stored, and new calls load anew. */
  detach(key: CallKey): void {
    this.#newest.delete(key);
  }

  /** Makes the results of all loads unfit to be stored. */
  detachAll(): void {
    this.#newest.clear();
  }

  /** Notes that what has this tag is out of date. */
  invalidateTag(tag: string): void {
    for (const flight of this.#newest.values()) {
      flight.invalidatedTags.add(tag);
      if (flight.invalidatedTags.size > MAX_TAGS) this.#newest.delete(flight.key);
    }
  }
}
