import { describe, expect, it } from 'vitest';
import { TRACES, type Trace } from '../../benchmarks/memo/support/traces.js';
import type { EntryStore } from '../../src/memo/entry-store.js';
import { LruStore } from '../../src/memo/lru-store.js';
import { TinyLfuStore } from '../../src/memo/tinylfu-store.js';
import { entryOf } from './table-rig.js';

const ENTRY = entryOf(1);

function hitRate(store: EntryStore, { keys }: Trace): number {
  let hits = 0;
  for (const key of keys) {
    if (store.get(key) === undefined) store.set(key, ENTRY, 0);
    else hits++;
  }
  return hits / keys.length;
}

function hitRates(trace: Trace, seed: number): { readonly lru: number; readonly tinylfu: number } {
  const limits = { maxEntries: trace.capacity, maxBytes: Infinity, isDead: () => false, onEvict: () => undefined };
  return { lru: hitRate(new LruStore(limits), trace), tinylfu: hitRate(new TinyLfuStore(limits, seed), trace) };
}

describe('the tinylfu store', () => {
  it.each([1, 2])(
    'hits 45 % of a walk through twice as many keys as it holds, where LRU hits none (seed %i)',
    (seed) => {
      const { lru, tinylfu } = hitRates(TRACES['loop over 1 000 keys'](), seed);

      expect(lru).toBe(0);
      expect(tinylfu).toBeGreaterThanOrEqual(0.45);
    },
  );

  it.each(Object.keys(TRACES) as (keyof typeof TRACES)[])('never misses over 5 %% more than LRU: %s', (name) => {
    const { lru, tinylfu } = hitRates(TRACES[name](), 11);

    expect((1 - tinylfu) / (1 - lru)).toBeLessThanOrEqual(1.05);
  });

  it('misses a tenth less than LRU where some keys are popular', () => {
    const { lru, tinylfu } = hitRates(TRACES['Zipf 0.9'](), 12);

    expect((1 - tinylfu) / (1 - lru)).toBeLessThan(0.9);
  });
});
