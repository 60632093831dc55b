import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { crc32 as nodeCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../src/batch/journal/crc32.js';
import { writeFlatRow } from '../../../src/batch/journal/flat-row.js';
import { segmentName } from '../../../src/batch/journal/journal-files.js';
import { RowQueue } from '../../../src/batch/journal/row-queue.js';
import { SequenceSet } from '../../../src/batch/journal/sequence-set.js';

describe('crc32', () => {
  it('agrees with that of Node, for any bytes, part of them and start', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), fc.nat(), fc.nat(), (array, cut, before) => {
        const bytes = Buffer.from(array);
        const start = bytes.length === 0 ? 0 : cut % bytes.length;
        expect(crc32(bytes, start, bytes.length, before)).toBe(nodeCrc32(bytes.subarray(start), before));
      }),
    );
  });

  it('has the known value of "123456789"', () => {
    expect(crc32(Buffer.from('123456789'), 0, 9, 0)).toBe(0xcbf43926);
  });
});

describe('writeFlatRow', () => {
  const value = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.constantFrom(-0, 0, Number.NaN, Infinity, -Infinity, 2 ** 53, 2 ** 31, -(2 ** 31) - 1, 1e300),
    fc.string({ maxLength: 80 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.boolean(),
    fc.constantFrom(null, undefined),
  );
  const name = fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom('ts', 'price', '__proto__', 'constructor', ''));

  it('writes what v8.deserialize reads as the row, or says that it does not', () => {
    let flat = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 12 }), (entries) => {
        const row: Record<string, unknown> = {};
        for (const [key, held] of entries) {
          Object.defineProperty(row, key, { value: held, enumerable: true, configurable: true, writable: true });
        }
        const bytes = Buffer.alloc(16_384, 0xee);
        const end = writeFlatRow(row, bytes, 3);
        if (end === -1) return;
        flat++;
        expect(end).toBeGreaterThan(3);
        const read: unknown = deserialize(bytes.subarray(3, end));
        expect(isDeepStrictEqual(read, deserialize(serialize(row)))).toBe(true);
        expect(Object.is(Object.values(Object(read))[0], Object.values(row)[0])).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    expect(flat).toBeGreaterThan(300);
  });

  it('never writes beyond its bytes, and asks for more', () => {
    const row = { symbol: 'BTCUSDT', text: 'x'.repeat(50), price: 1.5, size: 3, isMaker: true, note: null };
    const whole = Buffer.alloc(1_000);
    const end = writeFlatRow(row, whole, 0);
    for (let length = 0; length < end; length++) {
      const bytes = Buffer.alloc(length + 64, 0xee);

      const result = writeFlatRow(row, bytes.subarray(0, length), 0);

      expect(result).toBe(-2);
      expect(bytes.subarray(length).every((byte) => byte === 0xee)).toBe(true);
    }
  });

  it.each([
    ['an array', [1, 2]],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a row with an object', { a: {} }],
    ['a row with a big integer', { a: 1n }],
    ['a row with a text of two bytes per character', { a: 'ℵ' }],
    ['a row with a long such text', { a: `${'x'.repeat(40)}ℵ` }],
    ['a row whose names are indices', { 1: 'a' }],
    [
      'an instance of a class',
      new (class Trade {
        readonly price = 1;
      })(),
    ],
    ['an object without prototype', Object.create(null)],
    ['null', null],
    ['a number', 5],
    ['a text', 'row'],
  ])('leaves %s to v8.serialize', (_, row) => {
    expect(writeFlatRow(row, Buffer.alloc(200), 0)).toBe(-1);
  });
});

describe('SequenceSet', () => {
  it('agrees with a plain set over any history', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant('add' as const), from: fc.nat(60), width: fc.nat(6) }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('below' as const), from: fc.nat(60), width: fc.constant(0) }),
      },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const set = new SequenceSet();
        const model = new Set<number>();
        for (const { do: what, from, width } of steps) {
          if (what === 'add') {
            set.add(from, from + width);
            for (let number = from; number <= from + width; number++) model.add(number);
          } else {
            set.removeBelow(from);
            for (const number of model) if (number < from) model.delete(number);
          }
          for (let number = 0; number < 70; number++) expect(set.has(number)).toBe(model.has(number));
        }
        const ranges = set.ranges();
        for (const [index, [from, to]] of ranges.entries()) {
          expect(from).toBeLessThanOrEqual(to);
          if (index > 0) expect(from).toBeGreaterThan((ranges[index - 1]?.[1] ?? 0) + 1);
        }
        expect(ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0)).toBe(model.size);
      }),
    );
  });

  it('keeps one range for numbers in order, however many', () => {
    const set = new SequenceSet();

    for (let number = 1; number <= 100_000; number++) set.add(number);

    expect(set.ranges()).toEqual([[1, 100_000]]);
  });
});

describe('RowQueue', () => {
  function queueOf() {
    const write = (item: number, bytes: Buffer, at: number): number => {
      if (item < 0) throw new Error('cannot be encoded');
      if (at + item > bytes.length) return -2;
      return at + item;
    };
    return new RowQueue<number>(write, 40_000, 7);
  }

  it('groups rows, and forgets groups that are written or do not matter', () => {
    const queue = queueOf();
    for (let sequence = 1; sequence <= 100; sequence++) queue.add(1_000, sequence);

    for (let sequence = 1; sequence <= 60; sequence++) queue.settle(sequence);
    const groups = queue.begin();
    const written = groups.map(({ first, last }) => [first, last]);
    queue.add(1_000, 101);
    queue.done();

    expect(written[0]?.[0]).toBeGreaterThan(20);
    expect(written.at(-1)?.[1]).toBe(100);
    expect(queue.first).toBe(101);
    expect(queue.bytes).toBe(1_020);
    expect(queue.live).toBe(1);
  });

  it('settles ranges across groups as one row after the other', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 80 }),
        fc.nat(),
        fc.nat(),
        (sizes, a, b) => {
          const [ranges, singles] = [queueOf(), queueOf()];
          for (const [index, size] of sizes.entries())
            for (const queue of [ranges, singles]) queue.add(size, index + 1);
          const from = 1 + (a % sizes.length);
          const to = from + (b % (sizes.length - from + 1));

          ranges.settle(from, to);
          for (let sequence = from; sequence <= to; sequence++) singles.settle(sequence);

          const live = (queue: RowQueue<number>): number[] => queue.begin().map((group) => group.live);
          expect(ranges.live).toBe(sizes.length - (to - from + 1));
          expect(live(ranges)).toEqual(live(singles));
        },
      ),
    );
  });

  it('keeps groups that could not be written until nobody needs them', () => {
    const queue = queueOf();
    for (let sequence = 1; sequence <= 100; sequence++) queue.add(1_000, sequence);
    queue.begin();
    for (let sequence = 1; sequence <= 100; sequence++) queue.settle(sequence);

    queue.failed();

    expect(queue.isEmpty).toBe(true);
    expect(queue.bytes).toBe(0);
  });

  it('takes nothing of a row that cannot be encoded', () => {
    const queue = queueOf();

    expect(() => queue.add(-1, 1)).toThrow('cannot be encoded');
    const isEmpty = queue.isEmpty;
    queue.add(10, 1);

    expect(isEmpty).toBe(true);
    expect(queue.begin().map(({ first, last, live }) => [first, last, live])).toEqual([[1, 1, 1]]);
  });

  it('takes a row larger than a group', () => {
    const queue = queueOf();

    queue.add(1_000_000, 1);

    expect(queue.begin()[0]?.used.length).toBe(1_000_020);
  });
});

describe('segmentName', () => {
  it('sorts by run and index', () => {
    expect([segmentName(7, 12), segmentName(123_456_789, 1_234_567)]).toEqual([
      '00000007-000012.journal',
      '123456789-1234567.journal',
    ]);
  });
});
