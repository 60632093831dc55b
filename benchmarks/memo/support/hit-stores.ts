import type { Contender, Instance } from '../../runner/contract.js';
import { CAPACITY, type Result, TTL } from './hit-drive.js';
import type { LruModule, QuickLruModule, Store, TtlCacheModule } from './hit-peers.js';

/** A cache of a peer, empty. */
interface StoreContender extends Omit<Contender, 'setup'> {
  make(module: unknown): Store<Result>;
}

/** Everybody who keeps values by text for some time, and leaves it to the user to wrap a function: `wrap` does. */
export function storeContenders(wrap: (store: Store<Result>) => Instance, suffix = ''): readonly Contender[] {
  const contenders: Contender[] = [];
  for (const { name, ...contender } of STORES)
    contenders.push({ ...contender, name: name + suffix, setup: (module) => wrap(contender.make(module)) });
  return contenders;
}

const STORES: readonly StoreContender[] = [
  {
    name: 'lru-cache, ttl',
    package: 'lru-cache',
    make: ({ LRUCache }: LruModule) => new LRUCache<Result>({ max: CAPACITY, ttl: TTL }),
  },
  {
    name: 'lru-cache, ttl, ttlResolution 0',
    package: 'lru-cache',
    make: ({ LRUCache }: LruModule) => new LRUCache<Result>({ max: CAPACITY, ttl: TTL, ttlResolution: 0 }),
  },
  {
    name: '@isaacs/ttlcache',
    package: '@isaacs/ttlcache',
    make: ({ TTLCache }: TtlCacheModule) => new TTLCache<Result>({ max: CAPACITY, ttl: TTL }),
  },
  {
    name: 'quick-lru, maxAge',
    package: 'quick-lru',
    make: ({ default: QuickLRU }: QuickLruModule) => new QuickLRU<Result>({ maxSize: CAPACITY, maxAge: TTL }),
  },
];

/** The time that the floor compares with: looked at once a millisecond, not at every call. */
export const coarse = { now: performance.now() };
setInterval(() => {
  coarse.now = performance.now();
}, 1).unref();

/** The least that a cache with a time to live can do: a Map and a comparison. No bound. */
export class PlainStore implements Store<Result> {
  readonly #entries = new Map<string, { readonly value: Result; readonly until: number }>();

  get(key: string): Result | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && coarse.now < entry.until ? entry.value : undefined;
  }

  set(key: string, value: Result): void {
    this.#entries.set(key, { value, until: coarse.now + TTL });
  }
}
