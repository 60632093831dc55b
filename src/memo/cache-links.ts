import type { Clock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import { BusLink, type BusLinkSettings, type BusStats } from './bus-link.js';
import { type CallKey, isLocalKey } from './call-key.js';
import type { CacheStore } from './cache-store.js';
import { LazyLevel } from './lazy-level.js';
import type { MemoErrorContext } from './memo-options.js';
import type { MemoSettings, UncheckedCallback } from './memo-settings.js';
import type { StoredResult, StoreStats } from './second-level.js';

/** The caches of one function or method, as seen from other processes. */
export interface LinkedCaches {
  /** Removes a key. */
  invalidate(key: CallKey): void;
  /** Removes what has a tag. */
  invalidateTag(tag: string): void;
  /** Removes everything. */
  clear(): void;
}

/** The functions behind the names of a store, so that two never share one. */
const ownersByStore = new WeakMap<CacheStore, Map<string, WeakRef<UncheckedCallback>>>();

/** What connects the caches of one function or method with other processes: the second level and the bus. */
export class CacheLinks {
  /** The second level, if the options have a store. */
  readonly secondLevel: LazyLevel | undefined;
  readonly #bus: BusLink | undefined;
  readonly #caches: LinkedCaches;

  /**
   * Connects the caches.
   * @throws ConfigError when another function has the store's entries of this name and version.
   */
  constructor(fn: UncheckedCallback, settings: MemoSettings, caches: LinkedCaches) {
    const { name, version, clock, ioClock, store, reporter } = settings;
    this.#caches = caches;
    const report = (error: unknown, during: MemoErrorContext['during']): void =>
      reporter.report(error, { name, during });
    if (store !== undefined) {
      claimName(store.store, settings, fn);
      this.secondLevel = new LazyLevel({
        ...store,
        name,
        version,
        clock,
        ioClock,
        lifetime: lifetimeOf(settings),
        hasTags: settings.tags !== undefined,
        report,
        // Others may have taken from the store what was to be gone.
        onLateInvalidation: () => reporter.watch(this.#bus?.clear(), { name, during: 'bus' }),
      });
    }
    this.#bus = linkBus(settings, caches);
  }

  /**
   * Removes a key from all caches here, which is done when this returns, then from the second level and from other
   * processes. Never rejects: failures are reported.
   */
  async invalidate(key: CallKey): Promise<void> {
    if (isLocalKey(key)) return;
    this.#caches.invalidate(key);
    await (await this.secondLevel?.get())?.remove(key);
    await this.#bus?.invalidateKey(key);
  }

  /** Removes what has a tag, in the same order. Never rejects. */
  async invalidateTag(tag: string): Promise<void> {
    this.#caches.invalidateTag(tag);
    await (await this.secondLevel?.get())?.bumpTag(tag);
    await this.#bus?.invalidateTag(tag);
  }

  /** Removes everything, in the same order. Never rejects. */
  async clear(): Promise<void> {
    this.#caches.clear();
    await (await this.secondLevel?.get())?.clear();
    await this.#bus?.clear();
  }

  /**
   * Removes a key as `invalidate` does, but puts a value in its place in the second level. The cache that it was set in
   * is to store it afterwards. `since` is for a value that was begun earlier, see SecondLevel. Never rejects.
   */
  async replace(key: CallKey, result: StoredResult, since?: Promise<readonly string[] | undefined>): Promise<void> {
    if (isLocalKey(key)) return;
    this.#caches.invalidate(key);
    await (await this.secondLevel?.get())?.replace(key, result, since);
    await this.#bus?.invalidateKey(key);
  }

  /** Resolves when nothing is on its way to the second level. */
  async flush(): Promise<void> {
    await this.secondLevel?.idle();
  }

  /** Counts of the second level and the bus, of those there are. */
  stats(): { readonly store?: StoreStats; readonly bus?: BusStats } {
    return {
      ...(this.secondLevel === undefined ? {} : { store: this.secondLevel.stats() }),
      ...(this.#bus === undefined ? {} : { bus: this.#bus.stats() }),
    };
  }
}

/** The links that the options ask for, if any. @throws ConfigError as the constructor does. */
export function linksOf(fn: UncheckedCallback, settings: MemoSettings, caches: LinkedCaches): CacheLinks | undefined {
  if (settings.isBypassed || (settings.store === undefined && settings.bus === undefined)) return undefined;
  return new CacheLinks(fn, settings, caches);
}

/** The link of caches that may be gone, and the clock of its retries. */
interface HeldLink {
  readonly link: BusLink;
  readonly ioClock: Clock;
}

/** Milliseconds between two looks at whether the link of caches that are gone has anything left to send. */
const LAST_WORDS = 30_000;

const collected = new FinalizationRegistry<HeldLink>(endLink);

/**
 * Links caches with their bus. The bus lives longer than caches that are dropped, so it must keep neither them nor what
 * their `onError` refers to: what it gets has weak references only.
 */
function linkBus(settings: MemoSettings, caches: LinkedCaches): BusLink | undefined {
  const { name, version, ioClock, store, bus, reporter } = settings;
  if (bus === undefined) return undefined;
  const timeout = store?.storeTimeout ?? 1_000;
  const link = new BusLink({ name, version, bus, timeout, ioClock, ...weakHandlers(name, reporter, caches) });
  collected.register(caches, { link, ioClock });
  return link;
}

/** In a function of its own, since functions keep all that is in their scope. */
function weakHandlers(
  name: string,
  strongReporter: MemoSettings['reporter'],
  strongCaches: LinkedCaches,
): Pick<BusLinkSettings, 'report' | 'handlers'> {
  const reporter = new WeakRef(strongReporter);
  const caches = new WeakRef(strongCaches);
  return {
    report: (error, during) => reporter.deref()?.report(error, { name, during }),
    handlers: {
      onKey: (key) => caches.deref()?.invalidate(key),
      onTag: (tag) => caches.deref()?.invalidateTag(tag),
      onClear: () => caches.deref()?.clear(),
      onGap: () => caches.deref()?.clear(),
    },
  };
}

/** Ends the subscription of caches that are gone, once all they had to say is sent. */
function endLink(held: HeldLink): void {
  const { link, ioClock } = held;
  if (link.stats().busUnsent === 0) link[Symbol.dispose]();
  else ioClock.setTimeout(() => endLink(held), LAST_WORDS).unref();
}

function lifetimeOf({ ttl, staleWhileRevalidate, staleIfError }: MemoSettings): number {
  return typeof ttl === 'number' ? ttl + Math.max(staleWhileRevalidate, staleIfError) : Infinity;
}

function claimName(store: CacheStore, { name, version }: MemoSettings, fn: UncheckedCallback): void {
  const owners = ownersByStore.get(store) ?? new Map<string, WeakRef<UncheckedCallback>>();
  ownersByStore.set(store, owners);
  const label = JSON.stringify([name, version]);
  const owner = owners.get(label)?.deref();
  if (owner !== undefined && owner !== fn) {
    throw new ConfigError(
      `memo ${name}: name must be of one function per store and version, got another function of that name`,
    );
  }
  owners.set(label, new WeakRef(fn));
}
