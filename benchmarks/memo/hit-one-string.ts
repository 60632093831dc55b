import { memo } from 'tickwise/memo';
import type { Benchmark } from '../runner/contract.js';
import { oneString } from './support/hit-arguments.js';
import { askOne, CAPACITY, hitAnswer, type Result, TTL, WARMUP } from './support/hit-drive.js';
import type { MemoizeeModule, MemoizeModule, MoizeModule, Store } from './support/hit-peers.js';
import { PlainStore, storeContenders } from './support/hit-stores.js';

/** A function in front of a store, as users write it. */
function wrap(store: Store<Result>): (load: (symbol: string) => Result) => (symbol: string) => Result {
  return (load) => (symbol) => {
    const stored = store.get(symbol);
    if (stored !== undefined) return stored;
    const result = load(symbol);
    store.set(symbol, result);
    return result;
  };
}

export default {
  question: 'how long does a hit on one string take, with a time to live?',
  operation: 'hit',
  leastWarmup: WARMUP,
  checkOperations: 1_000,
  reference: (operations) => hitAnswer(64, operations),
  contenders: [
    { name: 'memo, ttl', ours: true, setup: () => askOne(oneString, (load) => memo(load, { ttl: TTL })) },
    { name: 'memo, no ttl', ours: true, setup: () => askOne(oneString, (load) => memo(load)) },
    {
      name: 'Map.get and a coarse expiry check',
      floor: true,
      setup: () => askOne(oneString, wrap(new PlainStore())),
    },
    ...storeContenders((store) => askOne(oneString, wrap(store))),
    {
      name: 'memoizee, primitive, maxAge',
      package: 'memoizee',
      setup: ({ default: memoizee }: MemoizeeModule) =>
        askOne(oneString, (load) => memoizee(load, { maxAge: TTL, max: CAPACITY, length: 1, primitive: true })),
    },
    {
      name: 'moize, maxAge',
      package: 'moize',
      setup: ({ default: moize }: MoizeModule) =>
        askOne(oneString, (load) => moize(load, { maxAge: TTL, maxSize: CAPACITY })),
    },
    {
      name: 'memoize, maxAge',
      package: 'memoize',
      setup: ({ default: memoize }: MemoizeModule) => askOne(oneString, (load) => memoize(load, { maxAge: TTL })),
    },
  ],
  note: 'The floor has no bound and counts nothing. lru-cache without ttlResolution 0 never expires in a synchronous loop.',
} satisfies Benchmark;
