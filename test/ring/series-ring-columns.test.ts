import * as fc from 'fast-check';
import { SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

const misuse = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

const priced = () => new SeriesRing({ capacity: 4, columns: { price: { type: 'i32', scale: 0.01 } } });

describe('SeriesRing columns with a scale', () => {
  it('store whole units and give back the value that went in', () => {
    const ring = priced();

    ring.push({ price: 101.23 });
    ring.append(-0.07);

    expect([ring.at('price', 0), ring.at('price', 1)]).toEqual([101.23, -0.07]);
    expect(ring.row(0)).toEqual({ price: 101.23 });
    expect(ring.window('price', 2)).toStrictEqual(new Int32Array([10_123, -7]));
  });

  it.each([
    ['off the grid', 1.005],
    ['off the grid by two millionths of a unit', 1 + 2e-8],
    ['out of range', 21_474_836.48],
    ['NaN', Number.NaN],
    ['infinite', Infinity],
  ])('refuse a value that is %s', (_, price) => {
    const ring = priced();

    expect(() => ring.push({ price })).toThrow(misuse);
    expect(ring.size).toBe(0);
  });

  it('take what arithmetic left a hair off the grid', () => {
    const ring = priced();

    ring.push({ price: 0.1 + 0.2 });

    expect(ring.at('price', 0)).toBe(0.3);
  });

  it.each([0.000_01, 0.01, 0.1, 0.125, 0.25, 0.3, 0.5, 1, 2, 2.5, 25, 1_000])(
    'round-trip every multiple of %d over the whole range',
    (scale) => {
      const ring = new SeriesRing({
        capacity: 1,
        columns: { signed: { type: 'i32', scale }, unsigned: { type: 'u32', scale } },
      });
      const units = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
      fc.assert(
        fc.property(units, (unit) => {
          const value = Number((unit * scale).toPrecision(15));
          const far = (2 ** 32 - 1 - Math.abs(unit)) * scale;

          ring.append(value, far);

          expect(ring.window('signed', 1)[0]).toBe(unit);
          expect(ring.at('signed', 0)).toBeCloseTo(value, 9);
          expect(ring.window('unsigned', 1)[0]).toBe(2 ** 32 - 1 - Math.abs(unit));
        }),
      );
    },
  );

  it('give exactly the decimal that went in when the scale is a decimal fraction', () => {
    const ring = priced();
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (cents) => {
        const price = Number(`${cents}e-2`);

        ring.push({ price });

        expect(ring.at('price', -1)).toBe(price === 0 ? 0 : price);
      }),
    );
  });
});

describe.each(['mirrored', 'compact'] as const)('SeriesRing columns with a length, %s', (layout) => {
  const book = () => new SeriesRing({ capacity: 3, columns: { ts: 'f64', bids: { type: 'f64', length: 2 } }, layout });

  it('hold an array per row, row after row in a window', () => {
    const ring = book();

    for (let i = 1; i <= 5; i++) ring.push({ ts: i, bids: [i, i / 2] });

    expect([...ring.window('bids', 3)]).toEqual([3, 1.5, 4, 2, 5, 2.5]);
    expect(ring.row(0)).toEqual({ ts: 3, bids: new Float64Array([3, 1.5]) });
    expect(ring.at('bids', -1)).toEqual(new Float64Array([5, 2.5]));
  });

  it('take typed arrays, in append at their position', () => {
    const ring = book();

    ring.append(1, Float64Array.of(10, 9));

    expect(ring.row(0)).toEqual({ ts: 1, bids: new Float64Array([10, 9]) });
  });

  it('give arrays that own their memory', () => {
    const ring = book();
    ring.append(1, [10, 9]);

    ring.at('bids', 0)?.fill(0);

    expect([...ring.window('bids', 1)]).toEqual([10, 9]);
  });

  it.each([
    [[1]],
    [[1, 2, 3]],
    [[]],
    [5],
    ['12'],
    [null],
    [[1, '2']],
    [[1, undefined]],
    [{ length: 2 }],
    [new DataView(new ArrayBuffer(16))],
  ])('refuse %j and leave the ring unchanged', (bids) => {
    const ring = book();
    for (let i = 1; i <= 4; i++) ring.append(i, [i, i]);

    expect(() => ring.push({ ts: 9, bids: bids as number[] })).toThrow(misuse);

    expect([...ring.window('bids', 3)]).toEqual([2, 2, 3, 3, 4, 4]);
  });

  it('equal a plain list of arrays after every push, amendments included', () => {
    const ring = book();
    const rows: number[][] = [];

    for (let k = 1; k <= 16; k++) {
      ring.append(k, [k, -k]);
      rows.push([k, -k]);
      if (k % 3 === 0) {
        ring.amend({ bids: [k, 0] });
        rows.splice(-1, 1, [k, 0]);
      }

      for (let n = 0; n <= ring.size; n++)
        expect([...ring.window('bids', n)]).toEqual(rows.slice(rows.length - n).flat());
    }
  });

  it('with a length and a scale store whole units', () => {
    const ring = new SeriesRing({ capacity: 2, columns: { bids: { type: 'u32', scale: 0.5, length: 2 } }, layout });

    ring.append([1.5, 2]);

    expect(ring.window('bids', 1)).toEqual(new Uint32Array([3, 4]));
    expect(ring.at('bids', 0)).toEqual(new Float64Array([1.5, 2]));
    expect(() => ring.append([1.5, 2.25])).toThrow(misuse);
  });

  it('of length 1 still take arrays', () => {
    const ring = new SeriesRing({ capacity: 2, columns: { x: { type: 'f64', length: 1 } }, layout });

    ring.append([1]);

    expect(ring.at('x', 0)).toEqual(new Float64Array([1]));
    expect(() => ring.append(1 as unknown as number[])).toThrow(misuse);
  });
});

describe('SeriesRing options', () => {
  const columns = { close: 'f64' } as const;

  it.each([
    ['capacity', { columns }],
    ['capacity', { capacity: 0, columns }],
    ['capacity', { capacity: -1, columns }],
    ['capacity', { capacity: 1.5, columns }],
    ['capacity', { capacity: Number.NaN, columns }],
    ['capacity', { capacity: Infinity, columns }],
    ['capacity', { capacity: '5', columns }],
    ['capacity', { capacity: 2 ** 24 + 1, columns }],
    ['columns', { capacity: 1 }],
    ['columns', { capacity: 1, columns: {} }],
    ['columns', { capacity: 1, columns: null }],
    ['columns', { capacity: 1, columns: 'f64' }],
    ['columns', { capacity: 1, columns: Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`c${i}`, 'f64'])) }],
    ['columns.close', { capacity: 1, columns: { close: 'f16' } }],
    ['columns.close', { capacity: 1, columns: { close: 5 } }],
    ['columns.close', { capacity: 1, columns: { close: null } }],
    ['columns.close', { capacity: 1, columns: { close: {} } }],
    ['columns.close', { capacity: 1, columns: { close: { type: 'i32', scael: 1 } } }],
    ['columns.close', { capacity: 1, columns: { close: { type: 'i32', scale: 0 } } }],
    ['columns.close', { capacity: 1, columns: { close: { type: 'i32', scale: -1 } } }],
    ['columns.close', { capacity: 1, columns: { close: { type: 'i32', scale: Number.NaN } } }],
    ['columns.close', { capacity: 1, columns: { close: { type: 'i32', scale: Infinity } } }],
    ['columns.close', { capacity: 1, columns: { close: { type: 'i32', scale: '1' } } }],
    ['columns.close', { capacity: 1, columns: { close: { type: 'f64', scale: 0.01 } } }],
    ['columns.close', { capacity: 1, columns: { close: { type: 'f64', length: 0 } } }],
    ['columns.close', { capacity: 1, columns: { close: { type: 'f64', length: 1.5 } } }],
    ['columns.close', { capacity: 1, columns: { close: { type: 'f64', length: Number.NaN } } }],
    ['columns.close', { capacity: 1, columns: { close: { type: 'f64', length: 65_537 } } }],
    ['column name', { capacity: 1, columns: { 0: 'f64' } }],
    ['column name', { capacity: 1, columns: { '': 'f64' } }],
    ['column name', { capacity: 1, columns: { ['x'.repeat(129)]: 'f64' } }],
    ['column name', { capacity: 1, columns: JSON.parse('{"__proto__":"f64"}') }],
    ['layout', { capacity: 1, columns, layout: 'mirror' }],
    ['layout', { capacity: 1, columns, layout: null }],
    ['colums', { capacity: 1, columns, colums: columns }],
    ['4 GiB', { capacity: 2 ** 24, columns: { book: { type: 'f64', length: 1_000 } } }],
    ['options', null],
    ['options', undefined],
    ['options', 5],
  ])('refuse a wrong %s: %#', (named, options) => {
    const make = (): unknown => new SeriesRing(options as never);

    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringContaining(named) }));
  });

  it('are read once: changing the object later changes nothing', () => {
    const options = { capacity: 2, columns: { close: { type: 'f64' as const } } };
    const ring = new SeriesRing(options);

    options.capacity = 9;
    Object.assign(options.columns, { open: { type: 'f64' } });
    ring.append(1);

    expect(ring.capacity).toBe(2);
    expect(ring.row(0)).toEqual({ close: 1 });
  });

  it('allow column names that objects inherit', () => {
    const ring = new SeriesRing({
      capacity: 1,
      columns: { constructor: 'f64', toString: 'f64', hasOwnProperty: 'f64' },
    });

    ring.push({ constructor: 1, toString: 2, hasOwnProperty: 3 });

    expect([...ring.window('constructor', 1), ...ring.window('toString', 1)]).toEqual([1, 2]);
    expect(() => ring.push({} as never)).toThrow(misuse);
  });

  it('default to the mirrored layout', () => {
    const explicit = new SeriesRing({ capacity: 9, columns, layout: 'mirrored' });

    expect(new SeriesRing({ capacity: 9, columns }).stats()).toEqual(explicit.stats());
    expect(new SeriesRing({ capacity: 9, columns, layout: 'compact' }).stats().storageBytes).toBe(80);
  });
});
