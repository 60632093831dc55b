import { memo } from 'tickwise/memo';
import type { Benchmark } from '../runner/contract.js';
import { oneString } from './support/hit-arguments.js';
import { askAsync, CAPACITY, hitAnswer, type Result, TTL, WARMUP } from './support/hit-drive.js';
import type {
  BentoMemoryModule,
  BentoModule,
  CacheableModule,
  LruModule,
  MemoizeeModule,
  MoizeModule,
} from './support/hit-peers.js';

type Load = (symbol: string) => Promise<Result>;

export default {
  question: 'how long does an awaited hit on one string take, with a time to live?',
  operation: 'hit',
  leastWarmup: WARMUP,
  checkOperations: 1_000,
  reference: (operations) => hitAnswer(64, operations),
  contenders: [
    { name: 'memo', ours: true, setup: () => askAsync(oneString, (load) => memo(load, { ttl: TTL })) },
    {
      name: 'a promise in a Map',
      floor: true,
      setup: () =>
        askAsync(oneString, (load) => {
          const promises = new Map<string, Promise<Result>>();
          return (symbol) => {
            const stored = promises.get(symbol);
            if (stored !== undefined) return stored;
            const result = load(symbol);
            promises.set(symbol, result);
            return result;
          };
        }),
    },
    {
      name: 'memoizee, promise, maxAge',
      package: 'memoizee',
      setup: ({ default: memoizee }: MemoizeeModule) =>
        askAsync(oneString, (load) =>
          memoizee(load, { promise: true, maxAge: TTL, max: CAPACITY, length: 1, primitive: true }),
        ),
    },
    {
      name: 'moize, isPromise, maxAge',
      package: 'moize',
      setup: ({ default: moize }: MoizeModule) =>
        askAsync(oneString, (load) => moize(load, { isPromise: true, maxAge: TTL, maxSize: CAPACITY })),
    },
    {
      name: 'lru-cache fetch, ttl',
      package: 'lru-cache',
      setup: ({ LRUCache }: LruModule) =>
        askAsync(oneString, (load) => {
          const cache = new LRUCache<Result>({
            max: CAPACITY,
            ttl: TTL,
            // The context is the function given below.
            fetchMethod: (key, _, { context }) => (context as Load)(key),
          });
          return (symbol) => cache.fetch(symbol, { context: load });
        }),
    },
    {
      name: 'cacheable getOrSet',
      package: 'cacheable',
      setup: ({ Cacheable }: CacheableModule) =>
        askAsync(oneString, (load) => {
          const cache = new Cacheable({ ttl: TTL });
          return (symbol) => cache.getOrSet(symbol, () => load(symbol), { ttl: TTL });
        }),
    },
    {
      name: 'bentocache getOrSet, memory',
      package: 'bentocache',
      setup: async ({ BentoCache, bentostore }: BentoModule) => {
        // A part of the package with an entry of its own.
        const name: string = 'bentocache/drivers/memory';
        const { memoryDriver } = (await import(name)) as BentoMemoryModule;
        return askAsync(oneString, (load) => {
          const stores = { m: bentostore().useL1Layer(memoryDriver({ maxItems: CAPACITY })) };
          const cache = new BentoCache({ default: 'm', stores });
          return (symbol) => cache.getOrSet({ key: symbol, ttl: TTL, factory: () => load(symbol) });
        });
      },
    },
  ],
  note: 'The floor has no bound, no time to live and counts nothing.',
} satisfies Benchmark;
