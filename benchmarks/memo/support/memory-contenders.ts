import { memo } from 'tickwise/memo';
import type { Benchmark, Contender, Instance } from '../../runner/contract.js';
import type { LruModule, MemoizeeModule, QuickLruModule, Store, TtlCacheModule } from './hit-peers.js';

/** Milliseconds that results live: longer than the measurement. */
export const LIFE = 3_600_000;

/** What is stored: always the same object, so that values cost nothing. */
const VALUE = { price: 60_000.5 };

/** Keys as bots have them. Made when the file is loaded, before memory is read. */
const KEYS = Array.from({ length: 100_000 }, (_, i) => Buffer.from(`SYM${i}:1m:ticker:${i * 7}`).toString('latin1'));

/** Makes a cache: a function that answers for a key, given what to call when it has no answer. */
type MakeCache = (load: (key: string) => unknown) => (key: string) => unknown;

/** Asks once for each key, of as many caches as it takes; the answer is whether all keys are held then. */
export function fill(entries: number, make: MakeCache): Instance {
  let done = 0;
  let loads = 0;
  const caches: ((key: string) => unknown)[] = [];
  const load = (): unknown => {
    loads++;
    return VALUE;
  };
  const call = (i: number): unknown => (caches[Math.floor(i / entries)] ??= make(load))(KEYS[i] ?? '');
  return {
    run(operations) {
      for (const end = done + operations; done < end; done++) call(done);
    },
    answer() {
      const loaded = loads;
      const isRight = KEYS.slice(0, done).every((_, i) => call(i) === VALUE);
      return { isRight, loads: loaded, again: loads - loaded };
    },
  };
}

/** A function in front of a store. */
function through(entries: number, make: () => Store<unknown>): Instance {
  return fill(entries, (load) => {
    const store = make();
    return (key) => {
      const stored = store.get(key);
      if (stored !== undefined) return stored;
      const value = load(key);
      store.set(key, value);
      return value;
    };
  });
}

/** How much memory an entry takes in caches of so many; 100 000 are held in all. */
export function memoryBenchmark(entries: number, more: readonly Contender[], note: string): Benchmark {
  return {
    question: `how many bytes does an entry with a time to live take beyond key and value, ${entries} to a cache?`,
    unit: 'bytes',
    operation: 'entry',
    operations: KEYS.length,
    checkOperations: 1_000,
    reference: (operations) => ({ isRight: true, loads: operations, again: 0 }),
    note,
    contenders: [
      {
        name: 'memo, ttl',
        ours: true,
        setup: () => fill(entries, (load) => memo(load, { ttl: LIFE, maxEntries: entries })),
      },
      {
        name: 'memo, ttl, tinylfu',
        ours: true,
        setup: () => fill(entries, (load) => memo(load, { ttl: LIFE, maxEntries: entries, policy: 'tinylfu' })),
      },
      {
        name: 'memo, ttl, room for 1 000 000',
        ours: true,
        setup: () => fill(entries, (load) => memo(load, { ttl: LIFE, maxEntries: 1_000_000 })),
      },
      ...peers(entries),
      ...more,
      {
        name: 'Map, no time to live, no bound',
        floor: true,
        setup: () => through(entries, () => new Map<string, unknown>()),
      },
    ],
  };
}

function peers(entries: number): Contender[] {
  return [
    {
      name: 'lru-cache, ttl',
      package: 'lru-cache',
      setup: ({ LRUCache }: LruModule) => through(entries, () => new LRUCache<unknown>({ max: entries, ttl: LIFE })),
    },
    {
      name: '@isaacs/ttlcache',
      package: '@isaacs/ttlcache',
      setup: ({ TTLCache }: TtlCacheModule) =>
        through(entries, () => new TTLCache<unknown>({ max: entries, ttl: LIFE })),
    },
    {
      name: 'quick-lru, maxAge',
      package: 'quick-lru',
      setup: ({ default: QuickLRU }: QuickLruModule) =>
        through(entries, () => new QuickLRU<unknown>({ maxSize: entries, maxAge: LIFE })),
    },
    {
      name: 'memoizee, maxAge',
      package: 'memoizee',
      setup: ({ default: memoizee }: MemoizeeModule) =>
        fill(entries, (load) => memoizee(load, { maxAge: LIFE, max: entries, length: 1, primitive: true })),
    },
  ];
}
