/**
 * One cache in front of one function.
 *
 * A call goes: key → fresh entry (hot path) → stale entry or cached error → load already running → new load.
 * Expiry is held beside each value and compared with the clock at each call, not left to timers, so that it
 * is right in a synchronous loop and under any clock.
 */
import type { Clock } from '../core/clock.js';
import { isThenable } from '../core/failures.js';
import { type HotClock, hotClock } from '../core/hot-clock.js';
import { Audit, type Hit } from './audit.js';
import type { CacheLinks } from './cache-links.js';
import { type CallKey, isOwnKey, keyWithThis } from './call-key.js';
import { CallKeys } from './call-keys.js';
import { type Entry, EntryFlag, isAsync, isError, isUseful, servedUntil } from './entry.js';
import { isDueEarly } from './early-refresh.js';
import { EntryTable } from './entry-table.js';
import { explain, type MemoExplanation } from './explain.js';
import { type Flight, Flights, isPrimitive } from './flights.js';
import { Loader } from './loader.js';
import type { MemoSettings, UncheckedCallback } from './memo-settings.js';
import { type MemoStats, newCounters, statsOf } from './memo-stats.js';
import { termsOf } from './storage-rules.js';
import { waitUntilAborted } from './wait-until-aborted.js';

/** Hits between two exact readings of the clock, less one; a mask. */
const HITS_PER_READ = 1_023;

/** How far off the time of an entry may be that comes back from the second level, in milliseconds. */
const CLOCK_ERROR = 2;

/** Whose calls a cache sees. */
interface CacheOwner {
  /** The clock of this cache. */
  readonly clock: Clock;
  /** Whether it belongs to one instance, so that `this` need not be part of its keys. */
  readonly isPerInstance: boolean;
  /** What connects it with other processes, if anything. */
  readonly links: CacheLinks | undefined;
}

/** Serves calls of one function from its stored results; see the notes above. */
export class MemoCache {
  /** What happened so far. */
  readonly counters = newCounters();
  /** What connects it with other processes, if anything. */
  readonly links: CacheLinks | undefined;
  readonly #settings: MemoSettings;
  /** Its market clock. */
  readonly clock: Clock;
  readonly #time: Float64Array;
  readonly #readTime: HotClock['read'];
  readonly #isPerInstance: boolean;
  readonly #keys: CallKeys;
  readonly #table: EntryTable;
  readonly #flights: Flights;
  readonly #loader: Loader;
  readonly #audit: Audit | undefined;
  /** Whether hits are more than looked up. */
  readonly #isAttended: boolean;

  constructor(fn: UncheckedCallback, settings: MemoSettings, { clock, isPerInstance, links }: CacheOwner) {
    this.links = links;
    this.#settings = settings;
    this.clock = clock;
    const hot = hotClock(clock);
    this.#time = hot.time;
    this.#readTime = hot.read;
    this.#isPerInstance = isPerInstance;
    this.#keys = new CallKeys(settings.keyMode, settings.maxEntries);
    this.#table = new EntryTable(settings, clock, this.counters);
    this.#flights = new Flights(settings.isAbortable);
    const keyOf = (self: unknown, args: readonly unknown[]): CallKey => this.keyOf(self, args);
    const { counters } = this;
    this.#loader = new Loader({
      fn,
      settings,
      clock,
      table: this.#table,
      flights: this.#flights,
      counters,
      keyOf,
      links,
    });
    this.#audit = settings.audit > 0 ? new Audit(fn, settings, counters, (hit) => this.#isStanding(hit)) : undefined;
    this.#isAttended = this.#audit !== undefined || settings.earlyRefresh > 0;
  }

  /** Entries held now. */
  get size(): number {
    return this.#table.size;
  }

  /**
   * Answers a call with `count` arguments, 0 to 3. Not for caches with a `key` option. Hot path: a hit on one string or
   * number makes no other call than the table's and the clock's.
   */
  callFew(self: unknown, count: number, first: unknown, second: unknown, third: unknown): unknown {
    const hasThis = self !== undefined && !this.#isPerInstance;
    let key: CallKey;
    if (count === 1 && !hasThis && isOwnKey(first)) {
      key = first;
    } else {
      try {
        key = this.#keys.ofFew(count, first, second, third);
        if (hasThis) key = keyWithThis(self, key);
      } catch (error) {
        return this.#refuse(error);
      }
    }
    const entry = this.#fresh(key);
    if (entry === undefined) return this.#answer(key, self, [first, second, third].slice(0, count), true);
    return this.#isAttended ? this.#attend(entry, key, self, [first, second, third].slice(0, count)) : entry.answer;
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
    if (entry === undefined) return this.#answer(key, self, args, true);
    return this.#isAttended ? this.#attend(entry, key, self, args) : entry.answer;
  }

  /** Answers a call whose caller stops waiting when the signal says so. */
  callWithSignal(signal: AbortSignal, self: unknown, args: readonly unknown[]): unknown {
    if (signal.aborted) return Promise.reject(signal.reason);
    let key: CallKey;
    try {
      key = this.keyOf(self, args);
    } catch (error) {
      return this.#refuse(error);
    }
    const entry = this.#fresh(key);
    if (entry !== undefined) return this.#isAttended ? this.#attend(entry, key, self, args) : entry.answer;
    const alone = this.#settings.isBypassed ? this.#startAlone(key, self, args) : undefined;
    const result = alone === undefined ? this.#answer(key, self, args, false) : this.#loader.run(alone);
    const flight = alone ?? this.#flights.newest(key);
    if (flight?.promise === undefined || flight.promise !== result) return result;
    const waiting = waitUntilAborted(flight, signal, () => this.#flights.end(flight));
    return this.#join(flight, waiting, { key, self, args });
  }

  /**
   * The key of a call.
   * @throws UnsupportedKeyError
   */
  keyOf(self: unknown, args: readonly unknown[]): CallKey {
    const { key } = this.#settings;
    const own = key === undefined ? this.#keys.ofList(args) : this.#keys.ofOne(Reflect.apply(key, self, args));
    return this.#isPerInstance ? own : keyWithThis(self, own);
  }

  /** The entry that a call would get without a load. Counts nothing. */
  peek(self: unknown, args: readonly unknown[]): Entry | undefined {
    const entry = this.#table.peek(this.keyOf(self, args));
    if (entry === undefined || isError(entry)) return undefined;
    return this.clock.now() < servedUntil(entry, this.#settings) ? entry : undefined;
  }

  /** Stores a value as if a load had returned it just now. */
  set(self: unknown, args: readonly unknown[], value: unknown): void {
    const key = this.keyOf(self, args);
    if (this.#settings.isBypassed) return;
    if (isThenable(value)) {
      const { name, reporter } = this.#settings;
      const report = (error: unknown): void => reporter.report(error, { name, during: 'load' });
      // Calls wait for it, and must not get what was there before.
      this.#table.delete(key, 'invalidated');
      this.#loader.follow(this.#flights.start(key, self, args, 'set'), value).catch(report);
      return;
    }
    this.#flights.detach(key);
    const terms = termsOf(this.#settings, value, self, args);
    if (terms !== undefined) this.#loader.set(key, value, terms);
    else this.#loader.unset(key);
  }

  /** Loads the value of a call unless it stays fresh for `ahead` more milliseconds. @returns whether it was loaded. */
  async warm(self: unknown, args: readonly unknown[], ahead: number): Promise<boolean> {
    const key = this.keyOf(self, args);
    if (this.#settings.isBypassed) return false;
    const entry = this.#table.peek(key);
    const now = this.clock.now();
    if (entry !== undefined && now + ahead < entry.storedAt + entry.ttl) return false;
    const running = this.#flights.joinable(key);
    if (running?.promise !== undefined) {
      running.isPinned = true;
      return await running.promise.then(() => false);
    }
    // What another process loads meanwhile is as good as what this one would load.
    await this.#loader.load(
      this.#flights.start(key, self, args, 'warm'),
      ({ storedAt, freshUntil }) => now + ahead < freshUntil || storedAt >= now,
    );
    return true;
  }

  /** Removes the entry of a key, and keeps a load of it from being stored. */
  invalidate(key: CallKey): void {
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
    return { ...statsOf(this.#settings.name, this.counters, this.#table.size), ...this.links?.stats() };
  }

  /** Why such a call is answered as it is. */
  explain(self: unknown, args: readonly unknown[]): MemoExplanation {
    const key = this.keyOf(self, args);
    const isLoading = this.#flights.has(key);
    return explain(this.#table, key, { now: this.clock.now(), isLoading, settings: this.#settings });
  }

  /** Finds a fresh value and counts the hit. Hot path: an entry that never expires does not read the clock. */
  #fresh(key: CallKey): Entry | undefined {
    const entry = this.#table.get(key);
    if (entry === undefined) return undefined;
    const { counters } = this;
    if (entry.ttl !== Infinity) {
      const time = this.#time[0] ?? 0;
      const now = time !== 0 && (counters.hits & HITS_PER_READ) !== 0 ? time : this.#readTime();
      if (now >= entry.storedAt + entry.ttl) return undefined;
    }
    counters.hits++;
    counters.savedMicros += entry.loadTime;
    return entry;
  }

  /** A key that cannot be made is an error of the call, and an async function's errors are rejections. */
  #refuse(error: unknown): Promise<never> {
    if (this.#loader.isAsync) return Promise.reject(error);
    throw error;
  }

  #isStanding({ entry, key, self, args }: Hit): boolean {
    return this.#table.peek(key) === entry && this.keyOf(self, args) === key;
  }

  /** Does for some hits what the options ask: a refresh before the end, a second opinion. Returns what the caller gets. */
  #attend(entry: Entry, key: CallKey, self: unknown, args: readonly unknown[]): unknown {
    this.#audit?.consider({ entry, key, self, args });
    const { earlyRefresh } = this.#settings;
    if (!isDueEarly(entry, this.clock.now(), earlyRefresh) || this.#flights.has(key)) return entry.answer;
    if (!isAsync(entry)) return this.#loader.load(this.#flights.start(key, self, args, 'refresh'));
    // The second level has the very entry that is to be refreshed, too.
    this.#loader.refresh(key, self, args, ({ storedAt }) => storedAt > entry.storedAt + CLOCK_ERROR);
    return entry.answer;
  }

  /** Answers a call for which there is no fresh value. A caller that `isStaying` waits for its load to the end. */
  #answer(key: CallKey, self: unknown, args: readonly unknown[], isStaying: boolean): unknown {
    if (this.#settings.isBypassed) return this.#bypass(key, self, args);
    const entry = this.#table.peek(key);
    const isOfUse = entry !== undefined && this.#checkUse(key, entry);
    if (isOfUse && isError(entry)) return this.#serveError(entry);
    if (isOfUse && (isAsync(entry) || this.#flights.has(key))) return this.#serveStale(entry, key, self, args);
    const running = this.#flights.joinable(key);
    if (running !== undefined) {
      this.counters.coalesced++;
      running.isPinned ||= isStaying;
      return isStaying ? this.#join(running, running.promise, { key, self, args }) : running.promise;
    }
    this.counters.misses++;
    // With a key option the arguments do not tell what varies.
    this.#settings.hitRate.miss(this.counters, this.#settings.key === undefined ? args : []);
    const flight = this.#flights.start(key, self, args, isOfUse ? 'refresh' : 'load');
    flight.isPinned = isStaying;
    return this.#loader.load(flight);
  }

  /**
   * The result of a load for a call that did not start it. Its arguments were equal then; if those of the load have
   * changed meanwhile, and with them perhaps its result, the call gets a load with its own.
   */
  #join(flight: Flight, promise: Promise<unknown> | undefined, call: Pick<Flight, 'key' | 'self' | 'args'>): unknown {
    if (flight.args === call.args || (this.#settings.key === undefined && call.args.every(isPrimitive))) return promise;
    return promise?.then((value) => {
      flight.isMoved ??= !this.#hasKey(flight);
      return flight.isMoved && this.#hasKey(call) ? this.#loadOwn(call) : value;
    });
  }

  #loadOwn(call: Pick<Flight, 'key' | 'self' | 'args'>): unknown {
    const { key, self, args } = call;
    const running = this.#flights.joinable(key);
    if (running !== undefined) running.isPinned = true;
    if (running !== undefined) return this.#join(running, running.promise, call);
    const flight = this.#flights.start(key, self, args, 'load');
    flight.isPinned = true;
    return this.#loader.load(flight);
  }

  #hasKey({ key, self, args }: Pick<Flight, 'key' | 'self' | 'args'>): boolean {
    try {
      return this.keyOf(self, args) === key;
    } catch {
      return false;
    }
  }

  /** Whether an entry that is not fresh answers calls still; if not, counts its end. */
  #checkUse(key: CallKey, entry: Entry): boolean {
    const now = this.clock.now();
    if (now < servedUntil(entry, this.#settings)) return true;
    if ((entry.flags & EntryFlag.expired) === 0) this.counters.expirations++;
    entry.flags |= EntryFlag.expired;
    if (!isUseful(entry, now, this.#settings)) this.#table.delete(key, 'expired');
    return false;
  }

  /** Runs the function for this call alone. */
  #bypass(key: CallKey, self: unknown, args: readonly unknown[]): unknown {
    return this.#loader.run(this.#startAlone(key, self, args));
  }

  /** Starts a load of which no other call knows. */
  #startAlone(key: CallKey, self: unknown, args: readonly unknown[]): Flight {
    this.counters.misses++;
    const flight: Flight = this.#flights.start(key, self, args, 'load');
    this.#flights.detach(key);
    return flight;
  }

  #serveError(entry: Entry): Promise<never> {
    this.counters.hits++;
    this.counters.savedMicros += entry.loadTime;
    if (isAsync(entry)) return Promise.reject(entry.answer);
    throw entry.answer;
  }

  #serveStale(entry: Entry, key: CallKey, self: unknown, args: readonly unknown[]): unknown {
    this.counters.staleHits++;
    this.counters.savedMicros += entry.loadTime;
    if (!this.#flights.has(key)) this.#loader.refresh(key, self, args);
    return entry.answer;
  }
}
