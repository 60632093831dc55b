import type { Contender } from '../../runner/contract.js';
import { askOne, type Calls, CAPACITY, type Result, TTL } from './hit-drive.js';
import type { LruModule, MemoizeeModule, MoizeModule, ObjectHashModule, OhashModule } from './hit-peers.js';

/** Everybody who keys on the content of one object, by making a text of it. */
export function serialisedContenders<A>(calls: Calls<[A]>): readonly Contender[] {
  const store = async (keyOf: (value: A) => string): Promise<(load: (value: A) => Result) => (value: A) => Result> => {
    // The runner imports one package per contender. This is the other one.
    const name: string = 'lru-cache';
    const { LRUCache } = (await import(name)) as LruModule;
    const cache = new LRUCache<Result>({ max: CAPACITY, ttl: TTL });
    return (load) => (value) => {
      const key = keyOf(value);
      const stored = cache.get(key);
      if (stored !== undefined) return stored;
      const result = load(value);
      cache.set(key, result);
      return result;
    };
  };
  return [
    {
      name: 'lru-cache, JSON.stringify',
      package: 'lru-cache',
      setup: async () => askOne(calls, await store((value) => JSON.stringify(value))),
    },
    {
      name: 'lru-cache, object-hash',
      package: 'object-hash',
      setup: async ({ default: objectHash }: ObjectHashModule) =>
        askOne(calls, await store((value) => objectHash(value))),
    },
    {
      name: 'lru-cache, ohash',
      package: 'ohash',
      setup: async ({ hash }: OhashModule) => askOne(calls, await store((value) => hash(value))),
    },
    {
      name: 'moize, isSerialized, maxAge',
      package: 'moize',
      setup: ({ default: moize }: MoizeModule) =>
        askOne(calls, (load) => moize(load, { maxAge: TTL, maxSize: CAPACITY, isSerialized: true })),
    },
    {
      name: 'memoizee, JSON normalizer, maxAge',
      package: 'memoizee',
      setup: ({ default: memoizee }: MemoizeeModule) =>
        askOne(calls, (load) =>
          memoizee(load, { maxAge: TTL, max: CAPACITY, length: 1, normalizer: (args) => JSON.stringify(args[0]) }),
        ),
    },
  ];
}
