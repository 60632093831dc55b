import { cacheKey, ConfigError } from 'tickwise/core';
import { JsonCache } from 'tickwise/json';
import { SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

/** A book that counts its versions. */
class Book {
  readonly bids: number[][] = [];
  writes = 0;
  serialised = 0;

  add(price: number, size: number): void {
    this.bids.push([price, size]);
    this.writes++;
  }

  [cacheKey](): number {
    return this.writes;
  }

  toJSON(): unknown {
    this.serialised++;
    return { bids: this.bids };
  }
}

const counters = (cache: JsonCache): Record<string, number> => {
  const { hits, misses, uncacheable, primitives, failed } = cache.stats();
  return { hits, misses, uncacheable, primitives, failed };
};
const NONE = { hits: 0, misses: 0, uncacheable: 0, primitives: 0, failed: 0 };

describe('JsonCache', () => {
  it('serialises a value once for all who ask', () => {
    const cache = new JsonCache();
    const bars = [{ close: 1 }, { close: 2 }];

    const texts = Array.from({ length: 100 }, () => cache.stringify(bars));

    expect(new Set(texts)).toEqual(new Set(['[{"close":1},{"close":2}]']));
    expect(counters(cache)).toEqual({ ...NONE, hits: 99, misses: 1 });
  });

  it('gives everybody one Buffer until the value changes, and leaves it as it is then', () => {
    const cache = new JsonCache();
    const bars = [{ close: 1 }];
    const first = cache.bytes(bars);
    const again = cache.bytes(bars);
    if (bars[0] !== undefined) bars[0].close = 2;

    const second = cache.bytes(bars);

    expect(again).toBe(first);
    expect(first.toString()).toBe('[{"close":1}]');
    expect(second.toString()).toBe('[{"close":2}]');
  });

  it('makes bytes of a text that was asked for before without serialising', () => {
    const cache = new JsonCache();
    const value = { name: 'é€😀' };
    cache.stringify(value);

    const bytes = cache.bytes(value);

    expect(bytes).toEqual(Buffer.from('{"name":"é€😀"}'));
    expect(counters(cache)).toEqual({ ...NONE, hits: 1, misses: 1 });
  });

  it('serialises an object with a cache key again when its key changes, and only then', () => {
    const cache = new JsonCache();
    const book = new Book();
    book.add(100, 1);
    cache.stringify(book);
    cache.stringify(book);
    book.add(99, 2);

    const text = cache.stringify(book);

    expect(text).toBe('{"bids":[[100,1],[99,2]]}');
    expect(book.serialised).toBe(2);
    expect(counters(cache)).toEqual({ ...NONE, hits: 1, misses: 2 });
  });

  it('asks objects with a cache key inside others for their key', () => {
    const cache = new JsonCache();
    const book = new Book();
    const message = { symbol: 'BTCUSDT', book };
    cache.stringify(message);
    cache.stringify(message);
    book.add(100, 1);

    const text = cache.stringify(message);

    expect(text).toBe('{"symbol":"BTCUSDT","book":{"bids":[[100,1]]}}');
    expect(book.serialised).toBe(2);
  });

  it('does not take another object for one with the same cache key', () => {
    const cache = new JsonCache();
    const message = { book: new Book() };
    const other = new Book();
    other.bids.push([1, 1]);
    cache.stringify(message);
    message.book = other;

    const text = cache.stringify(message);

    expect(text).toBe('{"book":{"bids":[[1,1]]}}');
  });

  it('takes a ring for what JSON.stringify takes it for', () => {
    const ring = new SeriesRing({ capacity: 2, columns: { close: 'f64' } });

    const text = new JsonCache().stringify({ ring });

    expect(text).toBe(JSON.stringify({ ring }));
  });

  it('looks at a frozen value once', () => {
    const cache = new JsonCache();
    const order = Object.freeze({ id: 1, legs: Object.freeze([Object.freeze({ price: 2 })]) });
    cache.stringify(order);

    const { by } = cache.explain(order);

    expect(by).toBe('frozen');
    expect(cache.stringify(order)).toBe('{"id":1,"legs":[{"price":2}]}');
    expect(counters(cache)).toEqual({ ...NONE, hits: 1, misses: 1 });
  });

  it('compares a value that is frozen on the outside only', () => {
    const cache = new JsonCache();
    const order = Object.freeze({ legs: [{ price: 2 }] });
    cache.stringify(order);
    order.legs.push({ price: 3 });

    const text = cache.stringify(order);

    expect(text).toBe('{"legs":[{"price":2},{"price":3}]}');
  });

  it('drops the value used longest ago beyond maxEntries', () => {
    const cache = new JsonCache({ maxEntries: 2 });
    const [a, b, c] = [{ a: 1 }, { b: 1 }, { c: 1 }];
    for (const value of [a, b, a, c, a, b]) cache.stringify(value);

    const { evictions, entries } = cache.stats();

    expect({ evictions, entries }).toEqual({ evictions: 2, entries: 2 });
    expect(counters(cache)).toEqual({ ...NONE, hits: 2, misses: 4 });
  });

  it('keeps within maxBytes', () => {
    const cache = new JsonCache({ maxBytes: 4_000 });
    const values = Array.from({ length: 20 }, (_, i) => ({ text: String(i).repeat(500) }));
    for (const value of values) cache.bytes(value);

    const { heldBytes, entries, evictions } = cache.stats();

    expect(heldBytes).toBeLessThanOrEqual(4_000);
    expect(entries + evictions).toBe(20);
  });

  it('serialises anew what takes more than maxBytes alone', () => {
    const cache = new JsonCache({ maxBytes: 1_000 });
    const value = { text: 'x'.repeat(2_000) };

    const texts = [cache.stringify(value), cache.stringify(value), String(cache.bytes(value))];

    expect(new Set(texts)).toEqual(new Set([JSON.stringify(value)]));
    expect(counters(cache)).toEqual({ ...NONE, uncacheable: 3 });
    expect(cache.stats()).toMatchObject({ entries: 0, heldBytes: 0 });
  });

  it('gives bytes that do not fit beside their text all the same', () => {
    const cache = new JsonCache({ maxBytes: 3_000 });
    const value = { text: 'x'.repeat(2_000) };

    const bytes = [cache.bytes(value), cache.bytes(value)].map(String);

    expect(bytes).toEqual([JSON.stringify(value), JSON.stringify(value)]);
    expect(counters(cache)).toEqual({ ...NONE, hits: 1, misses: 1 });
  });

  it('drops the text of a value that has become one to serialise each time', () => {
    const cache = new JsonCache();
    const value: { at: unknown } = { at: 1 };
    cache.stringify(value);
    value.at = new Date(0);

    cache.stringify(value);

    expect(counters(cache)).toEqual({ ...NONE, misses: 1, uncacheable: 1 });
    expect(cache.stats()).toMatchObject({ entries: 0, heldBytes: 0 });
  });

  it('forgets everything when cleared', () => {
    const cache = new JsonCache();
    const value = { a: 1 };
    cache.stringify(value);

    cache.clear();

    expect(cache.stats()).toMatchObject({ entries: 0, heldBytes: 0, evictions: 0 });
    expect(cache.explain(value)).toMatchObject({ state: 'absent', by: 'comparison' });
  });
});

describe('JsonCache explains', () => {
  it('that a value is kept, changed, or was never seen', () => {
    const cache = new JsonCache();
    const value = { close: 1 };
    const states = [cache.explain(value).state];
    cache.stringify(value);
    states.push(cache.explain(value).state);
    value.close = 2;

    states.push(cache.explain(value).state);

    expect(states).toEqual(['absent', 'kept', 'changed']);
    expect(cache.stats().calls).toBe(1);
  });

  it.each([
    ['a Date', { at: new Date(0) }, /^\.at is .* toJSON/],
    ['a function', { levels: [{ size: () => 1 }] }, /^\.levels\[0\]\.size is a function/],
    ['a BigInt', [1n], /^\[0\] is a BigInt/],
    ['a boxed number', { n: Object(1) as unknown }, /^\.n is .* not that of its properties/],
    ['a window of a ring', new Float64Array(2), /^it is .* not that of its properties/],
    ['a primitive', 'text', /no object/],
  ])('why %s is serialised each time', (_, value, reason) => {
    const explanation = new JsonCache().explain(value);

    expect(explanation).toEqual({ state: 'uncacheable', reason: expect.stringMatching(reason) as string });
  });
});

describe('JsonCache refuses', () => {
  it.each([
    [{ maxEntries: 0 }, /maxEntries must be a whole number from 1 to 16777216, got 0/],
    [{ maxEntries: -1 }, /maxEntries .* got -1/],
    [{ maxEntries: 1.5 }, /maxEntries .* got 1\.5/],
    [{ maxEntries: Number.NaN }, /maxEntries .* got NaN/],
    [{ maxEntries: 2 ** 25 }, /maxEntries .* got 33554432/],
    [{ maxBytes: 0 }, /maxBytes must be a whole number from 1 up, got 0/],
    [{ maxBytes: Infinity }, /maxBytes .* got Infinity/],
    [{ max: 1 }, /unknown option 'max'; known are maxEntries, maxBytes/],
    [5, /options must be an object, got 5/],
  ])('the options %j', (options, message) => {
    const make = (): JsonCache => new JsonCache(options as never);

    expect(make).toThrow(ConfigError);
    expect(make).toThrow(message);
  });
});
