import * as fc from 'fast-check';
import { RingBuffer } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

/** The obvious twin: an array that drops its first item. */
class ArrayModel<T> {
  items: T[] = [];
  constructor(readonly capacity: number) {}
  push(value: T): T | undefined {
    this.items.push(value);
    return this.items.length > this.capacity ? this.items.shift() : undefined;
  }
  clear(): void {
    this.items = [];
  }
}

describe('RingBuffer', () => {
  it('returns the evicted item once it is full, and undefined before', () => {
    const ring = new RingBuffer<string>(2);

    const evicted = ['a', 'b', 'c', 'd'].map((item) => ring.push(item));

    expect(evicted).toEqual([undefined, undefined, 'a', 'b']);
    expect(ring.toArray()).toEqual(['c', 'd']);
  });

  it('counts positions from the oldest, and from the newest when negative', () => {
    const ring = new RingBuffer<number>(3);
    for (const item of [1, 2, 3, 4]) ring.push(item);

    expect([ring.at(0), ring.at(1), ring.at(2)]).toEqual([2, 3, 4]);
    expect([ring.at(-1), ring.at(-2), ring.at(-3)]).toEqual([4, 3, 2]);
    expect(ring.latest).toBe(4);
  });

  it.each([3, -4, 0.5, -0.5, Number.NaN, Infinity, -Infinity])('gives undefined at position %s of three', (index) => {
    const ring = new RingBuffer<number>(3);
    for (const item of [1, 2, 3, 4]) ring.push(item);

    expect(ring.at(index)).toBeUndefined();
  });

  it('gives undefined for everything while empty', () => {
    const ring = new RingBuffer<number>(3);

    expect(ring.latest).toBeUndefined();
    expect(ring.at(0)).toBeUndefined();
    expect(ring.at(-1)).toBeUndefined();
    expect(ring.toArray()).toEqual([]);
    expect([...ring]).toEqual([]);
  });

  it('holds one item with a capacity of 1', () => {
    const ring = new RingBuffer<number>(1);
    ring.push(1);

    expect(ring.push(2)).toBe(1);
    expect(ring.latest).toBe(2);
    expect(ring.at(0)).toBe(2);
    expect(ring.toArray()).toEqual([2]);
  });

  it('keeps undefined as an item like any other', () => {
    const ring = new RingBuffer<number | undefined>(2);
    ring.push(undefined);
    ring.push(1);

    expect(ring.size).toBe(2);
    expect(ring.toArray()).toEqual([undefined, 1]);
  });

  it('iterates over what it held when the iteration started', () => {
    const ring = new RingBuffer<number>(3);
    for (const item of [1, 2, 3]) ring.push(item);
    const seen: number[] = [];

    for (const item of ring) {
      seen.push(item);
      ring.push(item + 10);
    }

    expect(seen).toEqual([1, 2, 3]);
    expect(ring.toArray()).toEqual([11, 12, 13]);
  });

  it('returns arrays of its own, so that changing one leaves the ring alone', () => {
    const ring = new RingBuffer<number>(3);
    for (const item of [1, 2, 3]) ring.push(item);

    ring.toArray().fill(0);

    expect(ring.toArray()).toEqual([1, 2, 3]);
  });

  it('lets go of its items when cleared', () => {
    const ring = new RingBuffer<number>(3);
    for (const item of [1, 2, 3, 4]) ring.push(item);

    ring.clear();

    expect(ring.size).toBe(0);
    expect(ring.latest).toBeUndefined();
    expect(ring.push(5)).toBeUndefined();
    expect(ring.toArray()).toEqual([5]);
  });

  it('changes its version with every push and every clear that removes something', () => {
    const ring = new RingBuffer<number>(1);
    const versions = [ring.version];
    const note = (): void => void versions.push(ring.version);

    ring.push(1);
    note();
    ring.push(1);
    note();
    ring.clear();
    note();
    ring.clear();

    expect(new Set(versions).size).toBe(4);
    expect(ring.version).toBe(versions.at(-1));
  });

  it('accounts for every item in stats: pushed = size + evicted + cleared', () => {
    const ring = new RingBuffer<number>(2);
    for (const item of [1, 2, 3]) ring.push(item);
    ring.clear();
    ring.push(4);

    const stats = ring.stats();

    expect(stats).toEqual({ pushed: 4, evicted: 1, cleared: 2, size: 1, capacity: 2 });
    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
  });

  it.each([0, -1, 1.5, Number.NaN, Infinity, 2 ** 24 + 1, '5', null, undefined, {}])(
    'refuses a capacity of %s and names the option',
    (capacity) => {
      // The types refuse what is no number; JavaScript callers get the same answer.
      const make = (): unknown => new RingBuffer(capacity as number);

      expect(make).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringContaining('capacity') }),
      );
    },
  );

  it('takes the largest capacity without taking its memory', () => {
    const ring = new RingBuffer<number>(2 ** 24);

    ring.push(1);

    expect(ring.capacity).toBe(2 ** 24);
    expect(ring.toArray()).toEqual([1]);
  });

  it.each([-1, 3, 1.5, Number.NaN, Infinity, '1', null])('refuses to copy %s of two items', (count) => {
    const ring = new RingBuffer<number>(4);
    ring.push(1);
    ring.push(2);

    expect(() => ring.toArray(count as number)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it('equals a plain array through any history of pushes and clears', () => {
    const command = fc.oneof(
      { weight: 12, arbitrary: fc.integer() },
      { weight: 1, arbitrary: fc.constant('clear' as const) },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(command, { maxLength: 60 }), (capacity, commands) => {
        const ring = new RingBuffer<number>(capacity);
        const model = new ArrayModel<number>(capacity);

        for (const value of commands) {
          const evicted = value === 'clear' ? ring.clear() : ring.push(value);
          expect(evicted).toBe(value === 'clear' ? model.clear() : model.push(value));

          const { items } = model;
          expect(ring.size).toBe(items.length);
          expect([...ring]).toEqual(items);
          expect(ring.latest).toBe(items.at(-1));
          for (let n = 0; n <= items.length; n++) {
            expect(ring.toArray(n)).toEqual(items.slice(items.length - n));
            expect(ring.at(n)).toBe(items[n]);
            expect(ring.at(-n - 1)).toBe(items.at(-n - 1));
          }
        }
      }),
    );
  });
});
