import { memo } from 'tickwise/memo';
import { SeriesRing } from 'tickwise/ring';
import type { Benchmark } from '../runner/contract.js';
import { BARS, oneString } from './support/hit-arguments.js';
import { askOne, type Calls, CAPACITY, hitAnswer, type Result, TTL, WARMUP } from './support/hit-drive.js';
import type { LruModule } from './support/hit-peers.js';

type Ring = SeriesRing<{ readonly close: 'f64' }>;

/** Rings of closes, as many as there are strings. */
function ringsOf(count: number): Calls<[Ring]> {
  const rings = Array.from({ length: count }, (_, symbol): [Ring] => {
    const ring = new SeriesRing({ capacity: 1_000, columns: { close: 'f64' } });
    for (let i = 0; i < BARS; i++) ring.append(100 * symbol + i / 7);
    return [ring];
  });
  return { warm: rings, asked: rings };
}

export default {
  question: `how long does a hit on a SeriesRing of ${BARS} bars take, against one on a string?`,
  operation: 'hit',
  leastWarmup: WARMUP,
  checkOperations: 1_000,
  reference: (operations) => hitAnswer(64, operations),
  contenders: [
    {
      name: 'memo, a SeriesRing',
      ours: true,
      setup: () => askOne(ringsOf(64), (load) => memo(load, { ttl: TTL })),
    },
    {
      name: 'memo, one string',
      floor: true,
      setup: () => askOne(oneString, (load) => memo(load, { ttl: TTL })),
    },
    {
      name: 'lru-cache, JSON.stringify of the window',
      package: 'lru-cache',
      setup: ({ LRUCache }: LruModule) =>
        askOne(ringsOf(64), (load) => {
          const cache = new LRUCache<Result>({ max: CAPACITY, ttl: TTL });
          return (ring) => {
            const key = JSON.stringify(Array.from(ring.window('close', BARS)));
            const stored = cache.get(key);
            if (stored !== undefined) return stored;
            const result = load(ring);
            cache.set(key, result);
            return result;
          };
        }),
    },
  ],
  note: 'The floor is our own hit on a string. Nothing is appended between two calls, as when nine models ask at one tick.',
} satisfies Benchmark;
