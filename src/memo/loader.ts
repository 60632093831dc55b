/**
 * Runs a cached function for calls without a fresh value, and stores what it returns.
 *
 * A result is stored only while nothing happened that makes it out of date: see Flights. With a second level, a
 * result of another process is taken in place of a run.
 */
import type { Clock } from '../core/clock.js';
import { deepFreeze } from '../core/deep-freeze.js';
import { type LoadMessage, LOADS } from '../core/diagnostics.js';
import { isThenable } from '../core/failures.js';
import type { CacheLinks } from './cache-links.js';
import { type CallKey, isLocalKey } from './call-key.js';
import { type Entry, ERROR_TTL, fallbackUntil, flagsOf, isAsync, isError, servedUntil, valueOf } from './entry.js';
import type { EntryTable } from './entry-table.js';
import { type Flight, type Flights, isPrimitive } from './flights.js';
import type { LazyLevel } from './lazy-level.js';
import { limitTime } from './limit-time.js';
import type { MemoErrorContext } from './memo-options.js';
import type { MemoSettings, UncheckedCallback } from './memo-settings.js';
import type { MemoCounters } from './memo-stats.js';
import type { StoreAnswer, StoredResult } from './second-level.js';
import { toStored } from './to-stored.js';
import { sizeOfFound, type StorageTerms, termsOf } from './storage-rules.js';
import { withSignal } from './with-signal.js';

/** What a loader works with. */
export interface LoaderParts {
  /** The function behind the cache. */
  readonly fn: UncheckedCallback;
  /** The cache's options. */
  readonly settings: MemoSettings;
  /** The cache's market clock. */
  readonly clock: Clock;
  /** Where results are stored. */
  readonly table: EntryTable;
  /** The loads running now. */
  readonly flights: Flights;
  /** What is counted. */
  readonly counters: MemoCounters;
  /** What connects the cache with other processes, if anything. */
  readonly links: CacheLinks | undefined;
  /** Makes the key of a call again. */
  readonly keyOf: (self: unknown, args: readonly unknown[]) => CallKey;
}

/** Whether a fresh result of the second level is new enough to take the place of a load. */
type IsEnough = (found: StoredResult) => boolean;

/** Runs the function and stores its results; see the notes above. */
export class Loader {
  readonly #parts: LoaderParts;
  #isAsync: boolean;

  constructor(parts: LoaderParts) {
    this.#parts = parts;
    this.#isAsync = parts.settings.isDeclaredAsync || parts.fn.constructor.name === 'AsyncFunction';
  }

  /** Whether the function is known to return promises. */
  get isAsync(): boolean {
    return this.#isAsync;
  }

  /** Gets the result of a load. Returns or throws what the caller gets. `isEnough` is for loads other than calls. */
  load(flight: Flight, isEnough?: IsEnough): unknown {
    const secondLevel = this.#parts.links?.secondLevel;
    if (secondLevel === undefined) return this.run(flight);
    if (!isLocalKey(flight.key)) return this.#share(secondLevel, flight, isEnough);
    secondLevel.countLocalOnly();
    return this.run(flight);
  }

  /** Runs the function, whatever the second level has. Returns or throws what the caller gets. */
  run(flight: Flight): unknown {
    const { settings } = this.#parts;
    const start = settings.ioClock.now();
    let result: unknown;
    try {
      result = this.#call(flight);
    } catch (error) {
      if (!this.#isAsync) return this.#fail(flight, error, start, false);
      return (flight.promise = this.#settle(flight, Promise.reject(error), start));
    }
    if (!isThenable(result)) return this.#finish(flight, result, start, false);
    return (flight.promise = this.#settle(flight, result, start));
  }

  /** Follows a promise that somebody else made, as the load of a key. */
  follow(flight: Flight, result: PromiseLike<unknown>): Promise<unknown> {
    const { counters, links, settings } = this.#parts;
    counters.loads++;
    if (!isLocalKey(flight.key)) flight.since = links?.secondLevel?.get().then((level) => level.stampsOf(flight.key));
    // A second level that cannot be had is reported when the value is to be stored.
    flight.since?.catch(() => undefined);
    return (flight.promise = this.#settle(flight, result, settings.ioClock.now()));
  }

  /** Starts the one refresh of an entry of an asynchronous function, in the background. */
  refresh(key: CallKey, self: unknown, args: readonly unknown[], isEnough?: IsEnough): void {
    const flight = this.#parts.flights.start(key, self, args, 'refresh');
    try {
      const result = this.load(flight, isEnough);
      if (isThenable(result)) result.then(undefined, (error: unknown) => this.#report(error, 'refresh'));
    } catch (error) {
      this.#report(error, 'refresh');
    }
  }

  /** Stores a value as if a load had returned it just now, here and for other processes. */
  set(key: CallKey, value: unknown, terms: StorageTerms): void {
    const storedAt = this.#parts.clock.now();
    this.#replace(key, toStored(this.#parts.settings, value, terms, 0, storedAt));
    this.#store({ key, source: 'set', promise: undefined }, value, terms, 0, this.#isAsync, storedAt);
  }

  /** Removes, here and elsewhere, what a value that was set made out of date but that is not to be stored itself. */
  unset(key: CallKey): void {
    const { links, settings, table } = this.#parts;
    settings.reporter.watch(links?.invalidate(key), { name: settings.name, during: 'store' });
    table.delete(key, 'not-stored');
    table.noteDeparture(key, 'not-stored');
  }

  /** Runs the function with the arguments of the call, and with a signal when it takes one. */
  #call({ self, args, controller }: Flight): unknown {
    const { fn, counters } = this.#parts;
    counters.loads++;
    return Reflect.apply(fn, self, controller === undefined ? args : withSignal(fn, args, controller.signal));
  }

  /** Takes the result of another process from the second level, or runs the function for all of them. */
  #share(secondLevel: LazyLevel, flight: Flight, isEnough: IsEnough = () => true): Promise<unknown> {
    this.#isAsync = true;
    // A refresh wants a value that is fresh; calls also take one that is served while it is refreshed.
    const isWanted =
      flight.source === 'load' ? undefined : (found: StoredResult) => this.#isFresh(found) && isEnough(found);
    const answer = secondLevel.get().then((level) => level.begin(flight.key, isWanted, flight.controller?.signal));
    return (flight.promise = answer
      .then((given) => this.#useAnswer(flight, given))
      .catch((error: unknown) => {
        // Whatever failed, no later call must join it.
        this.#parts.flights.end(flight);
        flight.turn?.end();
        throw error;
      }));
  }

  #useAnswer(flight: Flight, { found, turn }: StoreAnswer): unknown {
    if (found !== undefined) return this.#takeOver(flight, found);
    flight.turn = turn;
    // All callers may have left.
    flight.controller?.signal.throwIfAborted();
    if (turn.outdated !== undefined) this.#keepOutdated(flight, turn.outdated);
    const start = this.#parts.settings.ioClock.now();
    return this.#settle(flight, this.#callLater(flight), start);
  }

  /** Runs the function; what it throws is a rejection. */
  async #callLater(flight: Flight): Promise<unknown> {
    return await this.#call(flight);
  }

  /** Stores what the second level had, and answers with it. */
  #takeOver(flight: Flight, found: StoredResult): unknown {
    const { flights } = this.#parts;
    const isCurrent = this.#isCurrent(flight) && !hasInvalidTag(flight, found.tags);
    if (isCurrent) this.#storeFound(flight, found, flight.promise);
    flights.end(flight);
    if (isCurrent && !this.#isFresh(found)) this.refresh(flight.key, flight.self, flight.args);
    return found.value;
  }

  /** Keeps an old result of the second level for the case that the load fails. */
  #keepOutdated(flight: Flight, outdated: StoredResult): void {
    if (this.#parts.table.peek(flight.key) !== undefined || !this.#isCurrent(flight)) return;
    // Not with the promise of this load, which has another result.
    if (!hasInvalidTag(flight, outdated.tags)) this.#storeFound(flight, outdated, undefined);
  }

  #storeFound({ key, self, args }: Flight, found: StoredResult, promise: Promise<unknown> | undefined): void {
    const { value, tags, storedAt, freshUntil, loadTime } = found;
    const size = sizeOfFound(this.#parts.settings, value, self, args);
    if (size === undefined) return;
    const terms = { ttl: freshUntil - storedAt, tags, size };
    this.#store({ key, promise, source: 'store' }, value, terms, toMicroseconds(loadTime), true, storedAt);
  }

  #isFresh({ freshUntil }: StoredResult): boolean {
    return this.#parts.clock.now() < freshUntil;
  }

  /** Makes the promise that all callers of a load share. */
  #settle(flight: Flight, result: PromiseLike<unknown>, start: number): Promise<unknown> {
    this.#isAsync = true;
    const limited = limitTime(result, this.#parts.settings, flight.controller, (late) => this.#report(late, 'load'));
    return limited.then(
      (value) => this.#finish(flight, value, start, true),
      (error: unknown) => this.#fail(flight, error, start, true),
    );
  }

  #finish(flight: Flight, value: unknown, start: number, isPromise: boolean): unknown {
    const loadTime = this.#addLoadTime(start, false);
    try {
      const terms = this.#termsFor(flight, value);
      if (terms === undefined) this.#leaveOut(flight);
      else this.#storeEverywhere(flight, value, terms, loadTime, isPromise);
    } finally {
      flight.turn?.end();
      // Freezing a proxy may throw; later calls must not join what has ended.
      this.#parts.flights.end(flight);
    }
    return value;
  }

  #leaveOut(flight: Flight): void {
    const { flights, table } = this.#parts;
    if (flight.source === 'set' && flights.isCurrent(flight)) this.unset(flight.key);
    else table.noteDeparture(flight.key, 'not-stored');
  }

  /** How a load's result is to be stored; `undefined` when it is not, or no longer. */
  #termsFor(flight: Flight, value: unknown): StorageTerms | undefined {
    if (!this.#isCurrent(flight)) return undefined;
    const terms = termsOf(this.#parts.settings, value, flight.self, flight.args);
    // Asked again: the callers' functions that gave the terms may have invalidated this very key.
    if (terms === undefined || !this.#isCurrent(flight)) return undefined;
    return hasInvalidTag(flight, terms.tags) ? undefined : terms;
  }

  #storeEverywhere(flight: Flight, value: unknown, terms: StorageTerms, loadTime: number, isPromise: boolean): void {
    const storedAt = this.#parts.clock.now();
    const stored = toStored(this.#parts.settings, value, terms, loadTime, storedAt);
    if (flight.source === 'set') this.#replace(flight.key, stored, flight.since);
    this.#store(flight, value, terms, loadTime, isPromise, storedAt);
    flight.turn?.store(stored);
  }

  /** Takes what there was out of all first levels, this one's too. */
  #replace(key: CallKey, stored: StoredResult, since?: Flight['since']): void {
    const { links, settings } = this.#parts;
    settings.reporter.watch(links?.replace(key, stored, since), { name: settings.name, during: 'store' });
  }

  /** Handles a failed load: returns an old value in the error's place, or caches the error, and throws it. */
  #fail(flight: Flight, error: unknown, start: number, isPromise: boolean): unknown {
    const { table, flights, counters, settings, clock } = this.#parts;
    const loadTime = this.#addLoadTime(start, true);
    counters.loadErrors++;
    const now = clock.now();
    const entry = table.peek(flight.key);
    // An error has no tags that could tell which invalidation concerns it.
    const isCurrent = this.#isCurrent(flight) && flight.invalidatedTags === undefined;
    flights.end(flight);
    flight.turn?.end();
    if (entry !== undefined && this.#isFallback(entry, now)) {
      this.#report(error, flight.source === 'refresh' || flight.source === 'warm' ? flight.source : 'load');
      return valueOf(entry);
    }
    const isReplaceable = entry === undefined || now >= servedUntil(entry, settings);
    if (settings.errorTtl > 0 && isCurrent && isReplaceable) this.#storeError(flight, error, loadTime, isPromise, now);
    else table.noteDeparture(flight.key, 'failed', error);
    throw error;
  }

  /** Whether a value stands in for a load's error; one that a sync function was to replace does as long as it is served. */
  #isFallback(entry: Entry, now: number): boolean {
    if (isError(entry)) return false;
    const { settings } = this.#parts;
    if (settings.staleIfError > 0 && now < fallbackUntil(entry, settings)) return true;
    return !isAsync(entry) && now < servedUntil(entry, settings);
  }

  /** Whether a load's result still belongs to its key. */
  #isCurrent(flight: Flight): boolean {
    const { settings, flights } = this.#parts;
    return !settings.isBypassed && flights.isCurrent(flight) && this.#hasSameKey(flight);
  }

  /** Whether the arguments are what they were at the start: a window of bars is often changed in place. */
  #hasSameKey({ key, self, args, promise }: Flight): boolean {
    if (promise === undefined) return true;
    if (this.#parts.settings.key === undefined && args.every(isPrimitive)) return true;
    try {
      return this.#parts.keyOf(self, args) === key;
    } catch {
      return false;
    }
  }

  #store(
    { key, source, promise }: Pick<Flight, 'key' | 'source' | 'promise'>,
    value: unknown,
    { ttl, tags, size }: StorageTerms,
    loadTime: number,
    isPromise: boolean,
    storedAt: number,
  ): void {
    if (this.#parts.settings.isFreezing) deepFreeze(value);
    const entry: Entry = {
      answer: isPromise ? (promise ?? Promise.resolve(value)) : value,
      storedAt,
      ttl,
      loadTime,
      flags: flagsOf(source, isPromise, false),
      use: 0,
      extra: isPromise || tags.length > 0 ? { value, tags } : undefined,
    };
    this.#parts.table.set(key, entry, size);
  }

  #storeError({ key, source }: Flight, error: unknown, loadTime: number, isPromise: boolean, storedAt: number): void {
    const flags = flagsOf(source, isPromise, true);
    this.#parts.table.set(
      key,
      { answer: error, storedAt, ttl: ERROR_TTL, loadTime, flags, use: 0, extra: undefined },
      0,
    );
  }

  /** Counts the time since `start`. @returns it in whole microseconds. */
  #addLoadTime(start: number, hasFailed: boolean): number {
    const { settings, counters } = this.#parts;
    const loadTime = settings.ioClock.now() - start;
    counters.loadTimeMs += loadTime;
    if (LOADS.hasSubscribers) {
      LOADS.publish({ cache: settings.name, loadTimeMs: loadTime, isError: hasFailed } satisfies LoadMessage);
    }
    return toMicroseconds(loadTime);
  }

  #report(error: unknown, during: MemoErrorContext['during']): void {
    const { settings } = this.#parts;
    settings.reporter.report(error, { name: settings.name, during });
  }
}

/** Load times above 17 minutes are kept as such: what is larger would not be a small integer. */
const LONGEST_LOAD = 2 ** 30;

function toMicroseconds(loadTime: number): number {
  return Math.min(Math.round(loadTime * 1_000), LONGEST_LOAD);
}

function hasInvalidTag({ invalidatedTags }: Flight, tags: readonly string[]): boolean {
  return invalidatedTags !== undefined && tags.some((tag) => invalidatedTags.has(tag));
}
