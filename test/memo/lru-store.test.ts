import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LruStore } from '../../src/memo/lru-store.js';
import { entryOf } from './table-rig.js';

/** A store of numbers, and what it gave up. */
function storeOf(maxEntries: number): { readonly store: LruStore; readonly evicted: unknown[] } {
  const evicted: unknown[] = [];
  const limits = { maxEntries, maxBytes: Infinity, isDead: () => false };
  return { store: new LruStore({ ...limits, onEvict: (key) => void evicted.push(key) }), evicted };
}

describe('LruStore', () => {
  it('keeps the exact order of use, whatever was used how often', () => {
    const step = fc.record({
      do: fc.oneof(
        { weight: 8, arbitrary: fc.constant('get' as const) },
        { weight: 3, arbitrary: fc.constant('set' as const) },
        fc.constantFrom('delete' as const, 'peek' as const, 'keys' as const),
      ),
      key: fc.nat(7),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 200, size: 'max' }), (room, steps) => {
        const { store, evicted } = storeOf(room);
        let order: number[] = [];
        const lost: number[] = [];
        for (const { do: action, key } of steps) {
          const others = order.filter((other) => other !== key);
          const isHeld = others.length < order.length;
          if (action === 'get') {
            expect(store.get(key) !== undefined).toBe(isHeld);
            if (isHeld) order = [...others, key];
          }
          if (action === 'set') {
            store.set(key, entryOf(key), 0);
            order = [...others, key];
            if (order.length > room) lost.push(...order.splice(0, 1));
          }
          if (action === 'delete') {
            store.delete(key);
            order = others;
          }
          if (action === 'peek') expect(store.peek(key) !== undefined).toBe(isHeld);
          if (action === 'keys') expect([...store.keys()]).toEqual(order.toReversed());
          expect(evicted).toEqual(lost);
          expect(store.size).toBe(order.length);
        }
        expect([...store.keys()]).toEqual(order.toReversed());
      }),
      { numRuns: 200 },
    );
  });

  it.each([1_024, 1_025, 5_000])('keeps it when %i entries are in use', (count) => {
    const { store, evicted } = storeOf(count);
    const keys = Array.from({ length: count }, (_, index) => index);
    for (const key of keys) store.set(key, entryOf(key), 0);
    const answers = Array.from({ length: 3 }, () => keys.map((key) => store.get(key)?.answer));
    for (const key of keys.toReversed()) store.get(key);

    for (let key = count; key < count + 10; key++) store.set(key, entryOf(key), 0);

    expect(answers).toEqual([keys, keys, keys]);
    expect(evicted).toEqual(keys.slice(-10).toReversed());
  });

  it('finds the newest entry of a key in use, and none that is gone', () => {
    const { store } = storeOf(3);
    store.set('a', entryOf(1), 0);
    expect(store.get('a')?.answer).toBe(1);

    store.set('a', entryOf(2), 0);
    expect(store.get('a')?.answer).toBe(2);
    store.delete('a');
    expect(store.get('a')).toBeUndefined();
    store.set('a', entryOf(3), 0);
    expect(store.get('a')?.answer).toBe(3);
    store.clear();
    expect(store.get('a')).toBeUndefined();
    expect(store.size).toBe(0);
  });
});
