import { memo } from 'tickwise/memo';
import type { Benchmark, Instance } from '../runner/contract.js';
import type { LruModule } from './support/hit-peers.js';
import { randomFrom } from './support/traces.js';

const KEYS = Array.from({ length: 1_000 }, (_, i) => `SYM${i}/USDT:1m`);
const random = randomFrom(8);
/** Which key each call asks for, over and over: all as often. */
const ORDER = Uint32Array.from({ length: 65_536 }, () => Math.floor(random() * KEYS.length));

/** Fills a full cache, then asks for its keys in random order. */
function hits(make: (load: (key: string) => number) => (key: string) => number): Instance {
  const call = make((key) => key.length);
  for (const key of KEYS) call(key);
  let done = 0;
  let sum = 0;
  return {
    run(operations) {
      for (const end = done + operations; done < end; done++) sum += call(KEYS[ORDER[done & 65_535] ?? 0] ?? '');
      return sum;
    },
    answer: () => sum,
  };
}

export default {
  question: 'what does a hit cost under each policy, in a full cache of 1 000 keys that are all asked for as often?',
  operation: 'hit',
  checkOperations: 1_000,
  reference(operations) {
    let sum = 0;
    for (let i = 0; i < operations; i++) sum += (KEYS[ORDER[i & 65_535] ?? 0] ?? '').length;
    return sum;
  },
  contenders: [
    { name: 'memo, lru', ours: true, setup: () => hits((load) => memo(load, { maxEntries: KEYS.length })) },
    {
      name: 'memo, tinylfu',
      ours: true,
      setup: () => hits((load) => memo(load, { maxEntries: KEYS.length, policy: 'tinylfu' })),
    },
    {
      name: 'lru-cache',
      package: 'lru-cache',
      setup: ({ LRUCache }: LruModule) =>
        hits((load) => {
          const cache = new LRUCache<number>({ max: KEYS.length });
          return (key) => {
            const stored = cache.get(key);
            if (stored !== undefined) return stored;
            const value = load(key);
            cache.set(key, value);
            return value;
          };
        }),
    },
    {
      name: 'Map, no bound',
      floor: true,
      setup: () =>
        hits((load) => {
          const values = new Map<string, number>();
          return (key) => {
            const stored = values.get(key);
            if (stored !== undefined) return stored;
            const value = load(key);
            values.set(key, value);
            return value;
          };
        }),
    },
  ],
  note: 'tinylfu loses here: it counts how often each key is used. What is asked for again at once costs it little.',
} satisfies Benchmark;
