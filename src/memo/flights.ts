import type { CallKey } from './call-key.js';
import type { EntrySource } from './entry.js';
import type { LoadTurn } from './second-level.js';

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
  /** Tags invalidated since the start, if any. Which of them the result has is known at its end only. */
  invalidatedTags: Set<string> | undefined;
  /** Callers that wait and may leave. */
  leavers: number;
  /** Whether somebody waits who cannot leave. */
  isPinned: boolean;
  /** Whether its arguments were found to have changed; `undefined` while nobody has looked. */
  isMoved: boolean | undefined;
  /** The load before it, if tags invalidated meanwhile are all that kept the call from joining that. */
  elder: Flight | undefined;
  /** The right and duty to settle the result with the second level, once it is known to have none. */
  turn: LoadTurn | undefined;
  /** For a promise that was set: what the second level's registers held then. */
  since: Promise<readonly string[] | undefined> | undefined;
  /** Tells the function that nobody waits any more; for `abortable` functions only. */
  readonly controller: AbortController | undefined;
}

/** Whether an argument cannot change. */
export function isPrimitive(value: unknown): boolean {
  return (typeof value !== 'object' || value === null) && typeof value !== 'function';
}

/** Tags noted per flight; beyond, its result is not stored whatever its tags. */
const MAX_TAGS = 1_000;
/** Loads of one key whose results may be stored; of older ones they are not. */
const MAX_CURRENT = 32;

/**
 * The loads running now, the newest per key. A load that something has taken the place of still answers its
 * callers but its result is not stored: this stands for a generation number per key, and needs no memory for keys
 * that are not loading.
 *
 * A call does not join a load during which any tag was invalidated, and starts another. The result of the first may be
 * stored all the same, when it has none of these tags and ends first: else, tags of others invalidated more often than a
 * load takes would keep everything out of the cache.
 */
export class Flights {
  readonly #newest = new Map<CallKey, Flight>();
  readonly #isAbortable: boolean;

  /** With `isAbortable`, every load has a signal of its own. */
  constructor(isAbortable: boolean) {
    this.#isAbortable = isAbortable;
  }

  /** Adds a load, as the newest of its key. */
  start(key: CallKey, self: unknown, args: readonly unknown[], source: EntrySource): Flight {
    const before = source === 'set' ? undefined : this.#newest.get(key);
    const flight: Flight = {
      key,
      self,
      args,
      source,
      promise: undefined,
      invalidatedTags: undefined,
      leavers: 0,
      isPinned: source !== 'load',
      isMoved: undefined,
      elder: before?.invalidatedTags === undefined ? undefined : before,
      turn: undefined,
      since: undefined,
      controller: this.#isAbortable ? new AbortController() : undefined,
    };
    this.#newest.set(key, flight);
    return flight;
  }

  /** Whether a load of this key is running. */
  has(key: CallKey): boolean {
    return this.#newest.has(key);
  }

  /** The load of a key that is running, if any. */
  newest(key: CallKey): Flight | undefined {
    return this.#newest.get(key);
  }

  /** The load that a call of this key may join: one whose result no invalidated tag can concern. */
  joinable(key: CallKey): Flight | undefined {
    const flight = this.#newest.get(key);
    return flight?.promise !== undefined && flight.invalidatedTags === undefined ? flight : undefined;
  }

  /** Whether nothing has taken its place: no later load has ended, and none that could have joined it has begun. */
  isCurrent(flight: Flight): boolean {
    return this.#currentOf(flight.key).includes(flight);
  }

  /** Removes a load that has ended, or whose result must not be stored, and those before it. */
  end(flight: Flight): void {
    if (this.#newest.get(flight.key) === flight) this.#newest.delete(flight.key);
    else for (const later of this.#currentOf(flight.key)) if (later.elder === flight) later.elder = undefined;
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
    for (const key of this.#newest.keys()) {
      for (const flight of this.#currentOf(key)) {
        flight.invalidatedTags ??= new Set<string>();
        flight.invalidatedTags.add(tag);
        if (flight.invalidatedTags.size > MAX_TAGS) this.end(flight);
      }
    }
  }

  /** The loads of a key whose results may be stored, the newest first. */
  #currentOf(key: CallKey): Flight[] {
    const flights: Flight[] = [];
    for (let flight = this.#newest.get(key); flight !== undefined; flight = flight.elder) {
      flights.push(flight);
      if (flights.length === MAX_CURRENT) flight.elder = undefined;
    }
    return flights;
  }
}
