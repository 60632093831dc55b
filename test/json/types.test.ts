import { JsonCache, JsonSeries } from 'tickwise/json';
import { SeriesRing } from 'tickwise/ring';
import { describe, expect, expectTypeOf, it } from 'vitest';

const cache = new JsonCache();

describe('JsonCache types', () => {
  it('say that what has JSON gives text and bytes', () => {
    interface Book {
      readonly bids: readonly number[];
    }
    const book: Book = { bids: [1] };

    expectTypeOf(cache.stringify(book)).toEqualTypeOf<string>();
    expectTypeOf(cache.bytes(book)).toEqualTypeOf<Buffer>();
    expectTypeOf(cache.stringify([1, 'a', null])).toEqualTypeOf<string>();
    expectTypeOf(cache.stringify('text')).toEqualTypeOf<string>();
    expectTypeOf(cache.stringify(null)).toEqualTypeOf<string>();
    expectTypeOf(cache.bytes(new Date(0))).toEqualTypeOf<Buffer>();
    expect(cache.stringify(book)).toBe('{"bids":[1]}');
  });

  it('say that what has no JSON gives undefined', () => {
    expectTypeOf(cache.stringify(undefined)).toEqualTypeOf<undefined>();
    expectTypeOf(cache.bytes(() => 1)).toEqualTypeOf<undefined>();
    expectTypeOf(cache.stringify(Symbol('x'))).toEqualTypeOf<undefined>();
    expect(cache.bytes(() => 1)).toBeUndefined();
  });

  it('say both where it cannot be known', () => {
    const maybe = { a: 1 } as { readonly a: number } | undefined;
    const odd = { toJSON: (): string | undefined => undefined };

    expectTypeOf(cache.stringify(maybe)).toEqualTypeOf<string | undefined>();
    expectTypeOf(cache.stringify(JSON.parse('1') as unknown)).toEqualTypeOf<string | undefined>();
    expectTypeOf(cache.bytes(odd)).toEqualTypeOf<Buffer | undefined>();
    expect(cache.bytes(odd)).toBeUndefined();
  });
});

describe('JsonSeries types', () => {
  it('refuse a column that the ring does not have', () => {
    const ring = new SeriesRing({ capacity: 1, columns: { ts: 'f64', close: 'f64' } });

    // @ts-expect-error -- 'clsoe' is no column
    expect(() => new JsonSeries(ring, { columns: ['ts', 'clsoe'] })).toThrow(/'clsoe'/);
    expectTypeOf(new JsonSeries(ring, { columns: ['close'] }).bytes(0)).toEqualTypeOf<Buffer>();
  });
});
