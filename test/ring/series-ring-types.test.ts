import { SeriesRing } from 'tickwise/ring';
import { describe, expect, expectTypeOf, it } from 'vitest';

const misuse = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
const ring = new SeriesRing({
  capacity: 4,
  columns: {
    ts: 'f64',
    volume: 'f32',
    price: { type: 'i32', scale: 0.01 },
    flags: 'u32',
    bids: { type: 'f64', length: 2 },
  },
});

describe('SeriesRing types', () => {
  it('refuse an unknown column at compile time', () => {
    // @ts-expect-error -- 'clsoe' is no column
    expect(() => ring.window('clsoe', 0)).toThrow(misuse);
    // @ts-expect-error -- 'clsoe' is no column
    expect(() => ring.at('clsoe', 0)).toThrow(misuse);
    // @ts-expect-error -- 'clsoe' is no column
    expect(() => ring.windowAsOf('clsoe', 0, 0)).toThrow(misuse);
    // @ts-expect-error -- 'clsoe' is no column
    expect(() => ring.amend({ clsoe: 1 })).toThrow(misuse);
  });

  it('refuse a row with a missing column or a wrong value at compile time', () => {
    // @ts-expect-error -- four columns are missing
    expect(() => ring.push({ ts: 1 })).toThrow(misuse);
    // @ts-expect-error -- bids takes an array
    expect(() => ring.push({ ts: 1, volume: 1, price: 1, flags: 1, bids: 1 })).toThrow(misuse);
    // @ts-expect-error -- ts takes a number
    expect(() => ring.push({ ts: '1', volume: 1, price: 1, flags: 1, bids: [1, 2] })).toThrow(misuse);
  });

  it('refuse an unknown kind of column and an unknown layout at compile time', () => {
    // @ts-expect-error -- no such kind
    expect(() => new SeriesRing({ capacity: 1, columns: { x: 'f16' } })).toThrow(/f64/);
    // @ts-expect-error -- no such layout
    expect(() => new SeriesRing({ capacity: 1, columns: { x: 'f64' }, layout: 'flat' })).toThrow(/mirrored/);
  });

  it('give each column its own array type', () => {
    expectTypeOf(ring.window('ts', 0)).toEqualTypeOf<Float64Array>();
    expectTypeOf(ring.window('volume', 0)).toEqualTypeOf<Float32Array>();
    expectTypeOf(ring.window('price', 0)).toEqualTypeOf<Int32Array>();
    expectTypeOf(ring.window('flags', 0)).toEqualTypeOf<Uint32Array>();
    expectTypeOf(ring.window('bids', 0)).toEqualTypeOf<Float64Array>();
    expect(ring.window('volume', 0)).toBeInstanceOf(Float32Array);
  });

  it('give numbers for plain columns and arrays for columns with a length', () => {
    expectTypeOf(ring.at('price', 0)).toEqualTypeOf<number | undefined>();
    expectTypeOf(ring.at('bids', 0)).toEqualTypeOf<Float64Array | undefined>();
    expectTypeOf(ring.row(0)).toEqualTypeOf<
      { ts: number; volume: number; price: number; flags: number; bids: Float64Array } | undefined
    >();
    expect(ring.row(0)).toBeUndefined();
  });

  it('of a restored ring allow any column unless the caller claims which', () => {
    const bytes = ring.snapshot();

    expectTypeOf(SeriesRing.restore(bytes).at('ts', 0)).toEqualTypeOf<number | Float64Array | undefined>();
    expectTypeOf(SeriesRing.restore<{ ts: 'f64' }>(bytes).at('ts', 0)).toEqualTypeOf<number | undefined>();
    expect(SeriesRing.restore(bytes).size).toBe(0);
  });
});
