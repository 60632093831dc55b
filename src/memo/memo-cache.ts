/**
 * One cache in front of one function.
 *
 * A call goes: key → fresh entry (hot path) → stale entry or cached error → load already running → new load.
 * Expiry is held beside each value and compared with the clock at each call, not left to timers, so that it
 * is right in a synchronous loop and under any clock. The result of a load is stored only while nothing
 * happened that makes it out of date: see Flights.
 */
import type { Clock } from '../core/clock.js';
import { deepFreeze } from '../core/deep-freeze.js';
import { isThenable } from '../core/failures.js';
import { type CallKey, keyOfFew, keyOfList, keyOfOne, keyWithThis } from './call-key.js';
import { type Entry, isServed, isUseful } from './entry.js';
import { EntryTable } from './entry-table.js';
import { explain, type MemoExplanation } from './explain.js';
import { type Flight, Flights } from './flights.js';
import { limitTime } from './limit-time.js';
import type { MemoErrorContext } from './memo-options.js';
import type { MemoSettings, UncheckedCallback } from './memo-settings.js';
import { type MemoStats, newCounters, statsOf } from './memo-stats.js';
import { RecentKeys } from './recent-keys.js';
import { type StorageTerms, termsOf } from './storage-rules.js';

const NO_TAGS: readonly string[] = [];

/** Whose calls a cache sees. */
interface CacheOwner {
  /** The clock of this cache. */
  readonly clock: Clock;
  /** Whether it belongs to one instance, so that `this` need not be part of its keys. */
  readonly isPerInstance: boolean;
}

/** Serves calls of one function from its stored results; see the notes above. */
export class MemoCache {
  /** What happened so far. */
  readonly counters = newCounters();
  readonly #fn: UncheckedCallback;
  readonly #settings: MemoSettings;
  readonly #clock: Clock;
  readonly #isPerInstance: boolean;
  readonly #table: EntryTable;
  readonly #flights = new Flights();
  readonly #recentKeys = new RecentKeys();
  /** Whether the function is known to return promises. */
  #isAsync: boolean;

  constructor(fn: UncheckedCallback, settings: MemoSettings, owner: CacheOwner) {
    this.#fn = fn;
    this.#settings = settings;
    this.#clock = owner.clock;
    this.#isPerInstance = owner.isPerInstance;
    this.#table = new EntryTable(settings.maxEntries, owner.clock, this.counters);
    this.#isAsync = settings.isDeclaredAsync || fn.constructor.name === 'AsyncFunction';
  }

  /** Entries held now. */
  get size(): number {
    return this.#table.size;
  }

  /** Answers a call with `count` arguments, 0 to 3. Not for caches with a `key` option. Hot path. */
  callFew(self: unknown, count: number, first: unknown, second: unknown, third: unknown): unknown {
    let key: CallKey;
    try {
      key = count < 2 ? keyOfFew(count, first, second, third) : this.#recentKeys.keyOf(count, first, second, third);
      if (self !== undefined && !this.#isPerInstance) key = keyWithThis(self, key);
    } catch (error) {
      return this.#refuse(error);
    }
    const entry = this.#fresh(key);
    if (entry !== undefined) return entry.answer;
    return this.#answer(key, self, [first, second, third].slice(0, count));
  }

  /** Answers a call with any number of arguments. */
  callMany(self: unknown, args: readonly unknown[]): unknown {
    let key: CallKey;
    try {
      key = this.keyOf(self, args);
    } catch (error) {
      return this.#refuse(error);
    }
    const entry = this.#fresh(key);
    if (entry !== undefined) return entry.answer;
    return this.#answer(key, self, args);
  }

  /**
   * The key of a call.
   * @throws UnsupportedKeyError
   */
  keyOf(self: unknown, args: readonly unknown[]): CallKey {
    const { key } = this.#settings;
    const own = key === undefined ? keyOfList(args) : keyOfOne(Reflect.apply(key, self, args));
    return this.#isPerInstance ? own : keyWithThis(self, own);
  }

  /** The entry that a call would get without a load. Counts nothing. */
  peek(self: unknown, args: readonly unknown[]): Entry | undefined {
    const entry = this.#table.peek(this.keyOf(self, args));
    return entry !== undefined && !entry.isError && isServed(entry, this.#clock.now()) ? entry : undefined;
  }

  /** Stores a value as if a load had returned it just now. */
  set(self: unknown, args: readonly unknown[], value: unknown): void {
    const key = this.keyOf(self, args);
    if (this.#settings.isBypassed) return;
    if (isThenable(value)) {
      this.counters.loads++;
      const flight = this.#flights.start(key, self, args, 'set');
      this.#follow(flight, value, this.#settings.ioClock.now()).catch((error: unknown) => this.#report(error, 'load'));
      return;
    }
    this.#flights.detach(key);
    const terms = termsOf(this.#settings, value, self, args);
    if (terms === undefined) this.#table.delete(key, 'not-stored');
    else this.#store({ key, source: 'set', promise: undefined }, value, terms, 0, this.#isAsync);
  }

  /** Loads the value of a call unless it is fresh. @returns whether it had to be loaded. */
  async warm(self: unknown, args: readonly unknown[]): Promise<boolean> {
    const key = this.keyOf(self, args);
    if (this.#settings.isBypassed) return false;
    const entry = this.#table.peek(key);
    if (entry !== undefined && this.#clock.now() < entry.freshUntil) return false;
    const running = this.#flights.joinable(key);
    if (running !== undefined) return await running.then(() => false);
    await this.#load(this.#flights.start(key, self, args, 'warm'));
    return true;
  }

  /** Removes an entry, and keeps a load of it from being stored. */
  invalidate(self: unknown, args: readonly unknown[]): void {
    const key = this.keyOf(self, args);
    this.#flights.detach(key);
    this.#table.delete(key, 'invalidated');
  }

  /** Removes the entries with a tag, and keeps loads of such from being stored. */
  invalidateTag(tag: string): void {
    this.#flights.invalidateTag(tag);
    this.#table.deleteTag(tag);
  }

  /** Removes everything, and keeps all loads from being stored. */
  clear(): void {
    this.#flights.detachAll();
    this.#table.clear();
  }

  /** A snapshot of the counters. */
  stats(): MemoStats {
    return statsOf(this.#settings.name, this.counters, this.#table.size);
  }

  /** Why such a call is answered as it is. */
  explain(self: unknown, args: readonly unknown[]): MemoExplanation {
    const key = this.keyOf(self, args);
    const { isBypassed } = this.#settings;
    return explain(this.#table, key, { now: this.#clock.now(), isLoading: this.#flights.has(key), isBypassed });
  }

  /** Finds a fresh value and counts the hit. Hot path: an entry that never expires does not read the clock. */
  #fresh(key: CallKey): Entry | undefined {
    const entry = this.#table.get(key);
    if (entry === undefined) return undefined;
    if (entry.freshUntil !== Infinity && this.#clock.now() >= entry.freshUntil) return undefined;
    this.counters.hits++;
    this.counters.savedTimeMs += entry.loadTime;
    return entry;
  }

  /** A key that cannot be made is an error of the call, and an async function's errors are rejections. */
  #refuse(error: unknown): Promise<never> {
    if (this.#isAsync) return Promise.reject(error);
    throw error;
  }

  /** Answers a call for which there is no fresh value. */
  #answer(key: CallKey, self: unknown, args: readonly unknown[]): unknown {
    if (this.#settings.isBypassed) return this.#bypass(key, self, args);
    const entry = this.#table.peek(key);
    if (entry !== undefined) {
      const now = this.#clock.now();
      if (isServed(entry, now)) return entry.isError ? this.#serveError(entry) : this.#serveStale(entry, self, args);
      this.#expire(entry, now);
    }
    const running = this.#flights.joinable(key);
    if (running !== undefined) {
      this.counters.coalesced++;
      return running;
    }
    this.counters.misses++;
    // With a key option the arguments do not tell what varies.
    this.#settings.hitRate.miss(this.counters, this.#settings.key === undefined ? args : []);
    return this.#load(this.#flights.start(key, self, args, 'load'));
  }

  /** Runs the function for this call alone. */
  #bypass(key: CallKey, self: unknown, args: readonly unknown[]): unknown {
    this.counters.misses++;
    const flight = this.#flights.start(key, self, args, 'load');
    this.#flights.detach(key);
    return this.#load(flight);
  }

  #serveError(entry: Entry): Promise<never> {
    this.counters.hits++;
    this.counters.savedTimeMs += entry.loadTime;
    if (entry.isAsync) return Promise.reject(entry.value);
    throw entry.value;
  }

  #serveStale(entry: Entry, self: unknown, args: readonly unknown[]): unknown {
    this.counters.staleHits++;
    this.counters.savedTimeMs += entry.loadTime;
    if (!this.#flights.has(entry.key)) this.#refresh(entry, self, args);
    return entry.answer;
  }

  #expire(entry: Entry, now: number): void {
    if (!entry.isExpired) this.counters.expirations++;
    entry.isExpired = true;
    if (!isUseful(entry, now)) this.#table.delete(entry.key, 'expired');
  }

  /** Starts the one refresh of a stale entry: an async load at once, a sync one when the caller has gone on. */
  #refresh(entry: Entry, self: unknown, args: readonly unknown[]): void {
    const flight = this.#flights.start(entry.key, self, args, 'refresh');
    if (entry.isAsync) this.#runRefresh(flight);
    else this.#clock.setTimeout(() => this.#runRefresh(flight), 0).unref();
  }

  #runRefresh(flight: Flight): void {
    if (!this.#flights.isNewest(flight)) return;
    if (!this.#hasSameKey(flight)) {
      this.#flights.end(flight);
      return;
    }
    try {
      const result = this.#load(flight);
      if (isThenable(result)) result.then(undefined, (error: unknown) => this.#report(error, 'refresh'));
    } catch (error) {
      this.#report(error, 'refresh');
    }
  }

  /** Runs the function. Returns or throws what the caller gets. */
  #load(flight: Flight): unknown {
    this.counters.loads++;
    const start = this.#settings.ioClock.now();
    let result: unknown;
    try {
      result = Reflect.apply(this.#fn, flight.self, flight.args);
    } catch (error) {
      return this.#isAsync
        ? this.#follow(flight, Promise.reject(error), start)
        : this.#fail(flight, error, start, false);
    }
    return isThenable(result) ? this.#follow(flight, result, start) : this.#finish(flight, result, start, false);
  }

  /** Makes the one promise that all callers of a load share. */
  #follow(flight: Flight, result: PromiseLike<unknown>, start: number): Promise<unknown> {
    this.#isAsync = true;
    const limited = limitTime(result, this.#settings, (late) => this.#report(late, 'load'));
    flight.promise = limited.then(
      (value) => this.#finish(flight, value, start, true),
      (error: unknown) => this.#fail(flight, error, start, true),
    );
    return flight.promise;
  }

  #finish(flight: Flight, value: unknown, start: number, isAsync: boolean): unknown {
    const loadTime = this.#addLoadTime(start);
    try {
      const terms = this.#isCurrent(flight) ? termsOf(this.#settings, value, flight.self, flight.args) : undefined;
      // Asked again: the callers' functions that gave the terms may have invalidated this very key.
      const isCurrent = terms !== undefined && this.#isCurrent(flight);
      if (isCurrent && !terms.tags.some((tag) => flight.invalidatedTags.has(tag))) {
        this.#store(flight, value, terms, loadTime, isAsync);
      } else {
        this.#table.noteDeparture(flight.key, 'not-stored');
      }
    } finally {
      // Freezing a proxy may throw; later calls must not join what has ended.
      this.#flights.end(flight);
    }
    return value;
  }

  /** Handles a failed load: returns a stale value in the error's place, or caches the error, and throws it. */
  #fail(flight: Flight, error: unknown, start: number, isAsync: boolean): unknown {
    const { errorTtl, staleIfError } = this.#settings;
    const loadTime = this.#addLoadTime(start);
    this.counters.loadErrors++;
    const now = this.#clock.now();
    const entry = this.#table.peek(flight.key);
    const isCurrent = this.#isCurrent(flight);
    this.#flights.end(flight);
    if (entry !== undefined && !entry.isError && staleIfError > 0 && now < entry.fallbackUntil) {
      this.#report(error, flight.source === 'set' ? 'load' : flight.source);
      return entry.value;
    }
    const isReplaceable = entry === undefined || !isServed(entry, now);
    if (errorTtl > 0 && isCurrent && isReplaceable) this.#storeError(flight, error, loadTime, isAsync);
    else this.#table.noteDeparture(flight.key, 'failed', error);
    throw error;
  }

  /** Whether a load's result still belongs to its key. */
  #isCurrent(flight: Flight): boolean {
    return !this.#settings.isBypassed && this.#flights.isNewest(flight) && this.#hasSameKey(flight);
  }

  /** Whether the arguments are what they were at the start: a window of bars is often changed in place. */
  #hasSameKey(flight: Flight): boolean {
    if (flight.promise === undefined && flight.source !== 'refresh') return true;
    if (this.#settings.key === undefined && flight.args.every(isPrimitive)) return true;
    try {
      return this.keyOf(flight.self, flight.args) === flight.key;
    } catch {
      return false;
    }
  }

  #store(
    { key, source, promise }: Pick<Flight, 'key' | 'source' | 'promise'>,
    value: unknown,
    { ttl, tags }: StorageTerms,
    loadTime: number,
    isAsync: boolean,
  ): void {
    if (this.#settings.isFreezing) deepFreeze(value);
    const storedAt = this.#clock.now();
    const freshUntil = storedAt + ttl;
    this.#table.set({
      key,
      answer: isAsync ? (promise ?? Promise.resolve(value)) : value,
      value,
      isError: false,
      isAsync,
      freshUntil,
      staleUntil: freshUntil + this.#settings.staleWhileRevalidate,
      fallbackUntil: freshUntil + this.#settings.staleIfError,
      storedAt,
      loadTime,
      tags,
      source,
      isExpired: false,
    });
  }

  #storeError({ key, source }: Flight, error: unknown, loadTime: number, isAsync: boolean): void {
    const storedAt = this.#clock.now();
    this.#table.set({
      key,
      answer: undefined,
      value: error,
      isError: true,
      isAsync,
      freshUntil: -Infinity,
      staleUntil: storedAt + this.#settings.errorTtl,
      fallbackUntil: -Infinity,
      storedAt,
      loadTime,
      tags: NO_TAGS,
      source,
      isExpired: false,
    });
  }

  #addLoadTime(start: number): number {
    const loadTime = this.#settings.ioClock.now() - start;
    this.counters.loadTimeMs += loadTime;
    return loadTime;
  }

  #report(error: unknown, during: MemoErrorContext['during']): void {
    this.#settings.reporter.report(error, { name: this.#settings.name, during });
  }
}

function isPrimitive(value: unknown): boolean {
  return (typeof value !== 'object' || value === null) && typeof value !== 'function';
}
