import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TinyLfuStore } from '../../src/memo/tinylfu-store.js';
import { entryOf } from './table-rig.js';
import { TinyLfuModel } from './tinylfu-model.js';

interface Step {
  readonly type: 'call' | 'get' | 'set' | 'delete' | 'keys' | 'repeat';
  readonly key: number;
  readonly size: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  type: fc.oneof(
    { weight: 60, arbitrary: fc.constant('call' as const) },
    { weight: 10, arbitrary: fc.constantFrom('get' as const, 'get' as const, 'set' as const) },
    { weight: 2, arbitrary: fc.constantFrom('delete' as const, 'repeat' as const, 'repeat' as const) },
    { weight: 1, arbitrary: fc.constant('keys' as const) },
  ),
  // The square favours small keys, so that some are popular.
  key: fc.tuple(fc.nat(13), fc.nat(13)).map(([a, b]) => a * b),
  size: fc.nat(30),
});

const limits = fc.record({
  maxEntries: fc.constantFrom(1, 2, 3, 5, 10, 25, 60),
  maxBytes: fc.constantFrom(Infinity, Infinity, 40, 200, 900),
  seed: fc.nat(2 ** 31),
  dead: fc.uniqueArray(fc.nat(169), { maxLength: 20 }),
});

describe('the tinylfu store', () => {
  it('hits, misses and gives up in any history what the model over arrays does', () => {
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 1_200, size: 'max' }), (setting, history) => {
        const { maxEntries, maxBytes, seed } = setting;
        const dead = new Set(setting.dead);
        const evicted: unknown[] = [];
        const store = new TinyLfuStore(
          {
            maxEntries,
            maxBytes,
            isDead: ({ answer }) => dead.has(Number(answer)),
            onEvict: (key) => evicted.push(key),
          },
          seed,
        );
        const model = new TinyLfuModel(maxEntries, maxBytes, seed, dead);
        const set = (key: number, size: number): void => {
          store.set(key, entryOf(key), size);
          model.set(key, size);
        };

        for (const { type, key, size } of history) {
          const bytes = Math.min(size, maxBytes);
          switch (type) {
            case 'call':
            case 'get': {
              const isHit = store.get(key) !== undefined;
              expect(isHit).toBe(model.get(key));
              if (type === 'call' && !isHit) set(key, bytes);
              break;
            }
            case 'repeat':
              for (let times = 0; times < size; times++) expect(store.get(key) !== undefined).toBe(model.get(key));
              break;
            case 'set':
              set(key, bytes);
              break;
            case 'delete':
              store.delete(key);
              model.delete(key);
              break;
            case 'keys':
              expect([...store.keys()]).toEqual(model.keys);
          }
          expect(evicted).toEqual(model.evicted);
          expect(store.size).toBe(model.all.length);
        }

        expect([...store.keys()]).toEqual(model.keys);
      }),
      { numRuns: 60 },
    );
  });

  it('agrees with the model over a long history in which the window moves', () => {
    const setting = { maxEntries: 40, maxBytes: Infinity, seed: 7 };
    const evicted: unknown[] = [];
    const store = new TinyLfuStore(
      { ...setting, isDead: () => false, onEvict: (key) => evicted.push(key) },
      setting.seed,
    );
    const model = new TinyLfuModel(setting.maxEntries, setting.maxBytes, setting.seed, new Set());
    const shares = new Set<number>();

    for (let call = 0; call < 20_000; call++) {
      // First a walk through too many keys, then keys that are used twice within a short while.
      const key = call < 8_000 ? call % 70 : 1_000 + (call >> 1) - (((call & 1) * call) % 30);
      const isHit = store.get(key) !== undefined;
      expect(isHit).toBe(model.get(key));
      if (!isHit) {
        store.set(key, entryOf(key), 0);
        model.set(key, 0);
      }
      shares.add(model.climber.share);
    }

    expect(evicted).toEqual(model.evicted);
    expect([...store.keys()]).toEqual(model.keys);
    expect(shares.size).toBeGreaterThan(10);
    expect(Math.max(...shares)).toBeGreaterThan(0.5);
  });
});
