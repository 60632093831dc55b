import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../src/codec/byte-reader.js';
import { ByteWriter } from '../../src/codec/byte-writer.js';
import { chooseDecimals, power, scaled } from '../../src/codec/decimal-grid.js';
import { indexValues, readDictionary, writeDictionary } from '../../src/codec/dictionary-column.js';
import { readRun, writeRun } from '../../src/codec/integer-run.js';
import { readPlanes, writePlanes } from '../../src/codec/planes.js';
import { groupedOrder, plainOrder } from '../../src/codec/row-order.js';

const LIMIT = 2 ** 52;

function hex(writer: ByteWriter): string {
  return Buffer.from(writer.view()).toString('hex');
}

describe('ByteWriter and ByteReader', () => {
  it.each([
    [0, '00'],
    [127, '7f'],
    [128, '8001'],
    [300, 'ac02'],
    [2 ** 31 - 1, 'ffffffff07'],
    [2 ** 31, '8080808008'],
    [2 ** 32, '8080808010'],
    [2 ** 53, '8080808080808010'],
  ])('write %d as the varint %s', (value, bytes) => {
    const writer = new ByteWriter();

    writer.varint(value);

    expect(hex(writer)).toBe(bytes);
    expect(new ByteReader(writer.view()).varint()).toBe(value);
  });

  it.each([
    [0, '00'],
    [-1, '01'],
    [1, '02'],
    [-64, '7f'],
    [64, '8001'],
    [LIMIT, '8080808080808010'],
    [-LIMIT, 'ffffffffffffff0f'],
  ])('write %d as the zigzag %s', (value, bytes) => {
    const writer = new ByteWriter();

    writer.zigzag(value);

    expect(hex(writer)).toBe(bytes);
    expect(new ByteReader(writer.view()).zigzag()).toBe(value);
  });

  it('read what was written, in any order and beyond the first memory', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('byte' as const), value: fc.integer({ min: 0, max: 255 }) }),
      fc.record({ kind: fc.constant('varint' as const), value: fc.maxSafeNat() }),
      fc.record({ kind: fc.constant('zigzag' as const), value: fc.integer({ min: -LIMIT, max: LIMIT }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const writer = new ByteWriter(1);
        for (const { kind, value } of steps) writer[kind](value);
        const reader = new ByteReader(writer.view());

        expect(steps.map(({ kind }) => reader[kind]())).toEqual(steps.map(({ value }) => value));
        expect(reader.left).toBe(0);
        expect(reader.offset).toBe(writer.length);
      }),
    );
  });

  it('start over with the same memory', () => {
    const writer = new ByteWriter();
    writer.raw(Uint8Array.of(1, 2, 3));

    writer.clear();
    writer.byte(9);

    expect([...writer.view()]).toEqual([9]);
  });

  it.each(['ff', '8080808080808011', 'ffffffffffffff7f', '808080808080808001'])('refuse the varint %s', (bytes) => {
    expect(() => new ByteReader(Buffer.from(bytes, 'hex')).varint()).toThrow(
      expect.objectContaining({ code: 'ERR_CORRUPT_DATA' }),
    );
  });
});

describe('scaled', () => {
  it.each([
    [0.07, 2, 7],
    [1.005, 3, 1_005],
    [61_800.3, 1, 618_003],
    [-0.01, 2, -1],
    [0, 5, 0],
    [LIMIT, 0, LIMIT],
  ])('gives for %d at %d decimals %d, which divided gives the same double', (value, decimals, integer) => {
    expect(scaled(value, power(decimals))).toBe(integer);
    expect(integer / power(decimals)).toBe(value);
  });

  it.each([-0, Number.NaN, Infinity, -Infinity, 0.1 + 0.2, 1 / 3, LIMIT + 1, 1e300, 5e-324])(
    'gives nothing for %d',
    (value) => {
      for (let decimals = 0; decimals <= 15; decimals++) expect(scaled(value, power(decimals))).toBeNaN();
    },
  );
});

describe('chooseDecimals', () => {
  it.each([
    ['what all need', [1.25, 1.5, 2], 0, 2],
    ['what all need, from a guess that is too high', [1.25, 1.5, 2], 9, 2],
    ['none for whole numbers', [1, 2, 3], 5, 0],
    ['none for nothing', [], 3, 0],
    ['none for numbers without decimals that end', [Math.PI, Math.E], 0, 0],
    ['one, when a single value of a hundred needs twelve', [...Array<number>(100).fill(1.5), 0.123_456_789_012], 0, 1],
    ['twelve, when many do', Array.from({ length: 50 }, (_, index) => (index * 2 + 1) / 1e12), 0, 12],
  ])('takes %s', (_, values, expected, decimals) => {
    expect(chooseDecimals(Float64Array.from(values), 0, values.length, expected, 12)).toBe(decimals);
  });

  it('comes to the same from every guess', () => {
    const prices = fc.integer({ min: -1e6, max: 1e6 });
    const decimals = fc.integer({ min: 0, max: 6 });
    const values = fc.array(fc.tuple(prices, decimals), { maxLength: 60 });
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 12 }), (pairs, guess) => {
        const column = Float64Array.from(pairs, ([price, places]) => price / 10 ** places);

        expect(chooseDecimals(column, 0, column.length, guess, 12)).toBe(
          chooseDecimals(column, 0, column.length, 0, 12),
        );
      }),
    );
  });
});

describe('writeRun and readRun', () => {
  const written = (values: readonly number[]): ByteWriter => {
    const writer = new ByteWriter();
    writeRun(writer, Float64Array.from(values), 0, values.length);
    return writer;
  };

  it.each([
    ['sizes above their minimum', [5, 1, 9, 2, 300, 1], 0],
    ['prices as differences', [1_000, 1_100, 1_090, 1_210, 1_300, 1_290, 1_400], 1],
    ['times as rises', [1_000_000, 1_000_000, 1_000_007, 1_000_007, 1_000_090], 2],
    ['times at a pace as second differences', [0, 60_000, 120_000, 180_000, 240_000, 300_000], 3],
    ['values too far apart for differences above their minimum', [-LIMIT, LIMIT, -LIMIT], 0],
  ])('store %s', (_, values, way) => {
    const writer = written(values);
    const back = new Float64Array(values.length);

    readRun(new ByteReader(writer.view()), back, 0, back.length);

    expect(writer.view()[0]).toBe(way);
    expect([...back]).toEqual(values);
  });

  it('give back any integers', () => {
    const integers = fc.oneof(fc.integer(), fc.integer({ min: -LIMIT, max: LIMIT }), fc.constantFrom(LIMIT, -LIMIT, 0));
    fc.assert(
      fc.property(fc.array(integers, { minLength: 1, maxLength: 50 }), (values) => {
        const back = new Float64Array(values.length + 2);

        readRun(new ByteReader(written(values).view()), back, 1, values.length + 1);

        expect([...back]).toEqual([0, ...values.map((value) => value + 0), 0]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('writeDictionary and readDictionary', () => {
  it('give back any values, and name them in the order of their first use', () => {
    const words = fc.constantFrom('a', 'b', 'c', '', null, true, false);
    fc.assert(
      fc.property(fc.array(words, { maxLength: 60 }), (values) => {
        const writer = new ByteWriter();
        const indexed = indexValues(
          values.length,
          (position) => values[position],
          () => null,
        );
        const entries = [...new Set(values)];
        writeDictionary(writer, { entries, ids: indexed.ids });

        const back = readDictionary(new ByteReader(writer.view()), values.length);

        expect(Array.from(back.ids, (id) => back.entries[id])).toEqual(values);
        expect(back.entries).toEqual(entries);
      }),
    );
  });
});

describe('writePlanes and readPlanes', () => {
  it('give back any doubles, bytes of one weight side by side', () => {
    fc.assert(
      fc.property(fc.float64Array({ maxLength: 20 }), (values) => {
        const writer = new ByteWriter();

        writePlanes(writer, values);

        expect(readPlanes(new ByteReader(writer.view()), values.length)).toStrictEqual(values);
      }),
    );
    const writer = new ByteWriter();
    writePlanes(writer, Float64Array.of(1, 2));
    expect(hex(writer)).toBe('000000000000000000000000f0003f40');
  });
});

describe('groupedOrder', () => {
  it('puts the rows of a symbol together and keeps their order, as a stable sort does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 20, maxLength: 80 }), (ids) => {
        const { rows, ends } = groupedOrder(Uint32Array.from(ids), 5);

        expect([...rows]).toEqual([...ids.keys()].toSorted((a, b) => (ids[a] ?? 0) - (ids[b] ?? 0) || a - b));
        expect([...ends]).toEqual([0, 1, 2, 3, 4].map((symbol) => ids.filter((id) => id <= symbol).length));
      }),
    );
  });

  it('leaves the rows as they are when symbols have less than four each', () => {
    expect(groupedOrder(Uint32Array.of(0, 1, 0, 1, 0, 1, 0), 2)).toEqual(plainOrder(7));
    expect(groupedOrder(Uint32Array.of(0, 1, 0, 1, 0, 1, 0, 1), 2).ends).toEqual(Uint32Array.of(4, 8));
  });
});
