import { memo } from 'tickwise/memo';
import type { Benchmark } from '../runner/contract.js';
import { threePrimitives } from './support/hit-arguments.js';
import { askThree, CAPACITY, hitAnswer, type Result, TTL, WARMUP } from './support/hit-drive.js';
import type { LruModule, MemoizeeModule, MoizeModule, Store } from './support/hit-peers.js';
import { coarse, storeContenders } from './support/hit-stores.js';

type Load = (symbol: string, frame: string, limit: number) => Result;

/** A function of any arguments in front of a store, as users write it. */
function wrap(store: Store<Result>): (load: Load) => Load {
  return (load) =>
    (...args) => {
      const key = JSON.stringify(args);
      const stored = store.get(key);
      if (stored !== undefined) return stored;
      const result = load(...args);
      store.set(key, result);
      return result;
    };
}

/** Maps in Maps, and a comparison with a coarse clock. No bound. */
function nested(load: Load): Load {
  const bySymbol = new Map<string, Map<string, Map<number, { readonly result: Result; readonly until: number }>>>();
  return (symbol, frame, limit) => {
    const stored = bySymbol.get(symbol)?.get(frame)?.get(limit);
    if (stored !== undefined && coarse.now < stored.until) return stored.result;
    const result = load(symbol, frame, limit);
    const byFrame = bySymbol.get(symbol) ?? new Map<string, Map<number, { result: Result; until: number }>>();
    const byLimit = byFrame.get(frame) ?? new Map<number, { result: Result; until: number }>();
    bySymbol.set(symbol, byFrame.set(frame, byLimit.set(limit, { result, until: coarse.now + TTL })));
    return result;
  };
}

export default {
  question: 'how long does a hit on three primitives take, with a time to live?',
  headline: true,
  operation: 'hit',
  leastWarmup: WARMUP,
  checkOperations: 1_000,
  reference: (operations) => hitAnswer(64, operations),
  contenders: [
    { name: 'memo, ttl', ours: true, setup: () => askThree(threePrimitives, (load) => memo(load, { ttl: TTL })) },
    { name: 'memo, no ttl', ours: true, setup: () => askThree(threePrimitives, (load) => memo(load)) },
    { name: 'Maps in Maps', floor: true, setup: () => askThree(threePrimitives, nested) },
    ...storeContenders((store) => askThree(threePrimitives, wrap(store)), ', JSON key'),
    {
      name: 'lru-cache, ttl, template key',
      package: 'lru-cache',
      setup: ({ LRUCache }: LruModule) =>
        askThree(threePrimitives, (load) => {
          const cache = new LRUCache<Result>({ max: CAPACITY, ttl: TTL });
          return (symbol, frame, limit) => {
            const key = `${symbol}|${frame}|${limit}`;
            const stored = cache.get(key);
            if (stored !== undefined) return stored;
            const result = load(symbol, frame, limit);
            cache.set(key, result);
            return result;
          };
        }),
    },
    {
      name: 'memoizee, primitive, maxAge',
      package: 'memoizee',
      setup: ({ default: memoizee }: MemoizeeModule) =>
        askThree(threePrimitives, (load) => memoizee(load, { maxAge: TTL, max: CAPACITY, length: 3, primitive: true })),
    },
    {
      name: 'moize, maxAge',
      package: 'moize',
      setup: ({ default: moize }: MoizeModule) =>
        askThree(threePrimitives, (load) => moize(load, { maxAge: TTL, maxSize: CAPACITY })),
    },
  ],
  note: 'A template key takes 1 for "1", and ("a|b", "c") for ("a", "b|c"); memoizee with primitive does so too.',
} satisfies Benchmark;
