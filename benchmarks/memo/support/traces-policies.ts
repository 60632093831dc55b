import { memo } from 'tickwise/memo';
import type { Benchmark, Instance } from '../../runner/contract.js';
import { clairvoyantHits } from './traces-belady.js';
import { CALLS, type Trace, TRACES } from './traces.js';

/** lru-cache 11. */
interface LruModule {
  readonly LRUCache: new <V>(options: { readonly max: number }) => {
    get(key: number): V | undefined;
    set(key: number, value: V): void;
  };
}

/** What is computed for a key. */
function valueOf(key: number): number {
  return (key * 7_919) % 1_000_003;
}

/** Asks for the keys of a trace in order; `make` returns a function that answers, given what to call on a miss. */
function walk({ keys }: Trace, make: (load: (key: number) => number) => (key: number) => number): Instance {
  let done = 0;
  let sum = 0;
  let loads = 0;
  const answer = make((key) => {
    loads++;
    return valueOf(key);
  });
  return {
    run(operations) {
      const before = loads;
      for (const end = done + operations; done < end; done++) sum += answer(keys[done] ?? 0);
      return loads - before;
    },
    answer: () => sum,
  };
}

/** How often caches of one size miss in a trace. */
export function policyBenchmark(name: keyof typeof TRACES, note?: string): Benchmark {
  const trace = TRACES[name]();
  const { keys, capacity } = trace;
  const cached = (policy: 'lru' | 'tinylfu'): Instance =>
    walk(trace, (load) => memo(load, { maxEntries: capacity, policy }));
  return {
    question: `how many of 1 000 calls miss in a cache of ${capacity} entries: ${name}?`,
    unit: 'misses',
    operation: 'call',
    operations: CALLS,
    checkOperations: 20_000,
    reference: (operations) => keys.subarray(0, operations).reduce((sum, key) => sum + valueOf(key), 0),
    ...(note !== undefined && { note }),
    contenders: [
      { name: 'memo, tinylfu', ours: true, setup: () => cached('tinylfu') },
      { name: 'memo, lru', ours: true, setup: () => cached('lru') },
      {
        name: 'lru-cache',
        package: 'lru-cache',
        setup: ({ LRUCache }: LruModule) =>
          walk(trace, (load) => {
            const cache = new LRUCache<number>({ max: capacity });
            return (key) => {
              const stored = cache.get(key);
              if (stored !== undefined) return stored;
              const value = load(key);
              cache.set(key, value);
              return value;
            };
          }),
      },
      { name: 'a cache that knows the future', floor: true, setup: () => clairvoyant(trace) },
    ],
  };
}

function clairvoyant(trace: Trace): Instance {
  const hits = clairvoyantHits(trace.keys, trace.capacity);
  let call = 0;
  return walk(trace, (load) => (key) => (hits[call++] === 1 ? valueOf(key) : load(key)));
}
