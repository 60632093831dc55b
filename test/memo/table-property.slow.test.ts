import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/memo/entry.js';
import { tagsOf } from '../../src/memo/entry.js';
import { entryOf, newTable } from './table-rig.js';

/** Something that happens to a table. */
interface Step {
  readonly type: 'get' | 'peek' | 'set' | 'delete' | 'tag' | 'clear';
  readonly key: number;
  readonly size: number;
}

const limits = fc.record({
  maxEntries: fc.constantFrom(1, 2, 3, 8, 20, 70),
  maxBytes: fc.constantFrom(Infinity, Infinity, 12, 100, 700),
});

const steps = (keys: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      type: fc.oneof(
        { weight: 20, arbitrary: fc.constant('get' as const) },
        { weight: 20, arbitrary: fc.constant('set' as const) },
        { weight: 3, arbitrary: fc.constant('delete' as const) },
        { weight: 2, arbitrary: fc.constant('peek' as const) },
        { weight: 1, arbitrary: fc.constantFrom('tag' as const, 'tag' as const, 'tag' as const, 'clear' as const) },
      ),
      key: fc.nat(keys),
      size: fc.nat(20),
    }),
    { maxLength: 800, size: 'max' },
  );

/** What a table holds, as a list from the entry used last to the one to go next: slow and obvious. */
class LruModel {
  entries: { readonly key: number; readonly entry: Entry; readonly size: number }[] = [];
  evicted = 0;

  use(key: number): Entry | undefined {
    const found = this.entries.find((each) => each.key === key);
    if (found === undefined) return undefined;
    this.entries = [found, ...this.entries.filter((each) => each !== found)];
    return found.entry;
  }

  set(key: number, entry: Entry, size: number, maxEntries: number, maxBytes: number): void {
    this.drop((each) => each.key === key);
    if (size > maxBytes) return;
    this.entries.unshift({ key, entry, size: Math.max(size, 1) });
    while (this.entries.length > maxEntries || this.bytes > maxBytes) {
      this.entries.pop();
      this.evicted++;
    }
  }

  drop(isDropped: (each: { readonly key: number; readonly entry: Entry }) => boolean): void {
    this.entries = this.entries.filter((each) => !isDropped(each));
  }

  get bytes(): number {
    return this.entries.reduce((sum, { size }) => sum + size, 0);
  }
}

describe('a table with policy lru', () => {
  it('does in any history what a list in order of use does', () => {
    fc.assert(
      fc.property(limits, steps(120), ({ maxEntries, maxBytes }, history) => {
        const { table, counters } = newTable({ maxEntries, maxBytes });
        const model = new LruModel();

        for (const { type, key, size } of history) {
          const entry = entryOf(key, { tags: [`t${key % 3}`] });
          switch (type) {
            case 'get':
              expect(table.get(key)).toBe(model.use(key));
              break;
            case 'peek':
              expect(table.peek(key)).toBe(model.entries.find((each) => each.key === key)?.entry);
              break;
            case 'set':
              table.set(key, entry, size);
              model.set(key, entry, size, maxEntries, maxBytes);
              break;
            case 'delete':
              table.delete(key, 'invalidated');
              model.drop((each) => each.key === key);
              break;
            case 'tag':
              table.deleteTag(`t${key % 3}`);
              model.drop((each) => tagsOf(each.entry).includes(`t${key % 3}`));
              break;
            case 'clear':
              table.clear();
              model.entries = [];
          }
          expect(table.size).toBe(model.entries.length);
          if (maxBytes !== Infinity) expect(table.bytes).toBe(model.bytes);
        }

        expect(table.recentKeys(1_000)).toEqual(model.entries.map(({ key }) => key));
        expect(counters.evictions).toBe(model.evicted);
      }),
      { numRuns: 70 },
    );
  });
});

/** Everything that ever left a table, and how, next to what has to be in it. */
class Ledger {
  readonly live = new Map<number, { readonly entry: Entry; readonly size: number }>();
  stored = 0;
  replaced = 0;
  deleted = 0;

  set(key: number, entry: Entry, size: number): void {
    if (this.live.has(key)) this.replaced++;
    this.stored++;
    this.live.set(key, { entry, size: Math.max(size, 1) });
  }

  drop(key: number): void {
    if (this.live.delete(key)) this.deleted++;
  }

  get bytes(): number {
    return Array.from(this.live.values()).reduce((sum, { size }) => sum + size, 0);
  }
}

describe.each(['lru', 'tinylfu'] as const)('a table with policy %s', (policy) => {
  it('in any history keeps within its limits, loses nothing silently and returns nothing old', () => {
    fc.assert(
      fc.property(limits, steps(150), ({ maxEntries, maxBytes }, history) => {
        const { table, counters } = newTable({ maxEntries, maxBytes, policy });
        const ledger = new Ledger();

        for (const { type, key, size } of history) {
          const entry = entryOf(key, { tags: [`t${key % 3}`] });
          switch (type) {
            case 'get':
            case 'peek':
              expect(table[type](key)).toBe(ledger.live.get(key)?.entry);
              break;
            case 'set':
              table.set(key, entry, size);
              if (size <= maxBytes) ledger.set(key, entry, size);
              else ledger.drop(key);
              break;
            case 'delete':
              table.delete(key, 'invalidated');
              ledger.drop(key);
              break;
            case 'tag':
              table.deleteTag(`t${key % 3}`);
              for (const each of ledger.live.keys()) if (each % 3 === key % 3) ledger.drop(each);
              break;
            case 'clear':
              table.clear();
              for (const each of ledger.live.keys()) ledger.drop(each);
          }
          // What was evicted is what is missing; it must be counted, and no more than that.
          for (const each of ledger.live.keys()) if (table.peek(each) === undefined) ledger.live.delete(each);
          expect(table.size).toBe(ledger.live.size);
          expect(counters.evictions).toBe(ledger.stored - ledger.replaced - ledger.deleted - ledger.live.size);
          expect(table.size).toBeLessThanOrEqual(maxEntries);
          if (maxBytes !== Infinity) {
            expect(table.bytes).toBe(ledger.bytes);
            expect(table.bytes).toBeLessThanOrEqual(maxBytes);
          }
        }

        expect(new Set(table.recentKeys(1_000))).toEqual(new Set(ledger.live.keys()));
        expect(table.recentKeys(1_000)).toHaveLength(ledger.live.size);
      }),
      { numRuns: 70 },
    );
  });

  it('evicts only when there is no room', () => {
    fc.assert(
      fc.property(limits, steps(60), ({ maxEntries, maxBytes }, history) => {
        const { table, counters } = newTable({ maxEntries, maxBytes, policy });

        for (const { type, key, size } of history) {
          if (type !== 'set' || size > maxBytes) continue;
          const before = { size: table.size, bytes: table.bytes, evictions: counters.evictions };
          const isNew = table.peek(key) === undefined;
          table.set(key, entryOf(key), size);

          const hadRoom = before.size + 1 <= maxEntries && before.bytes + Math.max(size, 1) <= maxBytes;
          if (isNew && hadRoom) expect(counters.evictions).toBe(before.evictions);
          else if (isNew && maxBytes === Infinity) expect(counters.evictions).toBe(before.evictions + 1);
        }
      }),
      { numRuns: 60 },
    );
  });
});
