import type { Clock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import { hasMethods } from '../core/options.js';
import { register } from '../core/registry.js';
import { show } from '../core/show.js';
import { systemClock } from '../core/system-clock.js';
import { type CacheLinks, linksOf } from './cache-links.js';
import { MemoCache } from './memo-cache.js';
import type { CheckedMethodOptions } from './option-schema.js';
import { type MemoSettings, settingsOf, type UncheckedCallback } from './memo-settings.js';
import { addCounters, type MemoCounters, type MemoStats, newCounters, statsOf } from './memo-stats.js';

/** A method to be cached. */
interface CachedMethod {
  /** The method itself. */
  readonly fn: UncheckedCallback;
  /** Names the method once an instance is known: a standard decorator does not see its class. */
  readonly nameFor: (self: unknown) => string;
  /** Milliseconds unless the options say otherwise. */
  readonly ttl: number;
}

/** What stays of an instance's cache when the instance is gone. */
interface Member {
  readonly cache: WeakRef<MemoCache>;
  readonly counters: MemoCounters;
}

/** The caches of one method, one per instance, held no longer than the instance. Calls without an instance share one. */
export class MethodCaches {
  readonly #method: CachedMethod;
  readonly #options: CheckedMethodOptions;
  readonly #byInstance = new WeakMap<object, MemoCache>();
  readonly #members = new Set<Member>();
  readonly #collected = new FinalizationRegistry<Member>((member) => this.#retire(member));
  /** Counts of instances that are gone. */
  readonly #retired = newCounters();
  #links: CacheLinks | undefined;
  #settings: MemoSettings | undefined;
  #withoutInstance: MemoCache | undefined;

  constructor(method: CachedMethod, options: CheckedMethodOptions) {
    this.#method = method;
    this.#options = options;
  }

  /**
   * The cache for calls on `self`. Hot path: one lookup in a WeakMap.
   * @throws ConfigError when the `clock` option returns no clock.
   */
  of(self: unknown): MemoCache {
    if ((typeof self !== 'object' || self === null) && typeof self !== 'function') {
      return (this.#withoutInstance ??= this.#newCache({}, false));
    }
    const cache = this.#byInstance.get(self);
    if (cache !== undefined) return cache;
    const created = this.#newCache(self, true);
    this.#byInstance.set(self, created);
    return created;
  }

  /** Options with defaults, shared by all instances. */
  settingsFor(self: unknown): MemoSettings {
    if (this.#settings !== undefined) return this.#settings;
    const { clock, ...others } = this.#options;
    if (typeof clock === 'function' && others.store !== undefined) {
      throw new ConfigError('memoize: clock must be one Clock for all instances with store, got a function');
    }
    const options = typeof clock === 'function' || clock === undefined ? others : { ...others, clock };
    const { fn, nameFor, ttl } = this.#method;
    const settings = settingsOf(options, { name: nameFor(self), ttl, isMethod: true });
    this.#links = linksOf(fn, settings, {
      invalidate: (key) => this.#eachCache((cache) => cache.invalidate(key)),
      invalidateTag: (tag) => this.#eachCache((cache) => cache.invalidateTag(tag)),
      clear: () => this.#eachCache((cache) => cache.clear()),
    });
    this.#settings = settings;
    register('memo', this);
    return settings;
  }

  /** Counts of all instances, those collected included. */
  stats(): MemoStats {
    const counters = newCounters();
    addCounters(counters, this.#retired);
    let entries = 0;
    for (const member of this.#members) {
      addCounters(counters, member.counters);
      entries += member.cache.deref()?.size ?? 0;
    }
    return { ...statsOf(this.#settings?.name ?? this.#method.fn.name, counters, entries), ...this.#links?.stats() };
  }

  #newCache(self: object, isPerInstance: boolean): MemoCache {
    const settings = this.settingsFor(self);
    const owner = { clock: this.#clockFor(self), isPerInstance, links: this.#links };
    const cache = new MemoCache(this.#method.fn, settings, owner);
    const member = { cache: new WeakRef(cache), counters: cache.counters };
    this.#members.add(member);
    this.#collected.register(cache, member);
    return cache;
  }

  #clockFor(self: object): Clock {
    const { clock } = this.#options;
    if (typeof clock !== 'function') return clock ?? systemClock;
    const own = clock(self);
    if (hasMethods(own, 'now', 'wallTime', 'setTimeout')) return own;
    throw new ConfigError(`memoize: clock must return a Clock (now, wallTime and setTimeout), got ${show(own)}`);
  }

  #eachCache(action: (cache: MemoCache) => void): void {
    for (const { cache } of this.#members) {
      const member = cache.deref();
      if (member !== undefined) action(member);
    }
  }

  #retire(member: Member): void {
    addCounters(this.#retired, member.counters);
    this.#members.delete(member);
  }
}
