/** The parts of the peers that the benchmarks use. Declared here, so that type checks work without them installed. */

/** A cache with `get` and `set`. */
export interface Store<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): unknown;
}

/** lru-cache 11. */
export interface LruModule {
  readonly LRUCache: new <V>(options: {
    readonly max: number;
    readonly ttl?: number;
    readonly ttlResolution?: number;
    readonly fetchMethod?: (key: string, old: unknown, options: { readonly context: unknown }) => Promise<V>;
  }) => Store<V> & { fetch(key: string, options?: { readonly context: unknown }): Promise<V> };
}

/** @isaacs/ttlcache 2. */
export interface TtlCacheModule {
  readonly TTLCache: new <V>(options: { readonly max: number; readonly ttl: number }) => Store<V>;
}

/** quick-lru 7. */
export interface QuickLruModule {
  readonly default: new <V>(options: { readonly maxSize: number; readonly maxAge: number }) => Store<V>;
}

/** memoizee 0.4, CommonJS. */
export interface MemoizeeModule {
  readonly default: <F>(
    fn: F,
    options: {
      readonly maxAge: number;
      readonly max: number;
      readonly length: number;
      readonly primitive?: boolean;
      readonly promise?: boolean;
      readonly normalizer?: (args: ArrayLike<unknown>) => string;
    },
  ) => F;
}

/** moize 6, CommonJS. */
export interface MoizeModule {
  readonly default: <F>(
    fn: F,
    options: {
      readonly maxAge: number;
      readonly maxSize: number;
      readonly isSerialized?: boolean;
      readonly isPromise?: boolean;
    },
  ) => F;
}

/** memoize 10. */
export interface MemoizeModule {
  readonly default: <F>(
    fn: F,
    options: { readonly maxAge: number; readonly cacheKey?: (args: readonly unknown[]) => string },
  ) => F;
}

/** object-hash 3, CommonJS. */
export interface ObjectHashModule {
  readonly default: (value: unknown) => string;
}

/** ohash 2. */
export interface OhashModule {
  readonly hash: (value: unknown) => string;
}

/** cacheable 2. */
export interface CacheableModule {
  readonly Cacheable: new (options: { readonly ttl: number }) => {
    getOrSet<V>(key: string, load: () => Promise<V>, options: { readonly ttl: number }): Promise<V>;
  };
}

/** bentocache 1. */
export interface BentoModule {
  readonly BentoCache: new (options: { readonly default: 'm'; readonly stores: { readonly m: unknown } }) => {
    getOrSet<V>(options: {
      readonly key: string;
      readonly ttl: number;
      readonly factory: () => Promise<V>;
    }): Promise<V>;
  };
  readonly bentostore: () => { useL1Layer(driver: unknown): unknown };
}

/** bentocache 1, its entry `bentocache/drivers/memory`. */
export interface BentoMemoryModule {
  readonly memoryDriver: (options: { readonly maxItems: number }) => unknown;
}
