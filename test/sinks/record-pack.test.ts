import fc from 'fast-check';
import { bucketOf, RecordPack } from 'tickwise/sinks/redis';
import { describe, expect, it } from 'vitest';

const anyNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.integer({ min: -1e7, max: 1e7 }).map((whole) => whole / 1e5),
  fc.constantFrom(
    0,
    -0,
    NaN,
    Infinity,
    -Infinity,
    5e-324,
    1.7976931348623157e308,
    2 ** 53,
    2 ** 51,
    -(2 ** 51),
    0.1 + 0.2,
  ),
);
const anyText = fc.string({ unit: 'grapheme', maxLength: 300 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(fc.option(value, { nil: null }), { nil: undefined });

describe('RecordPack', () => {
  it('gives back every value bit for bit, whatever the decimals', () => {
    fc.assert(
      fc.property(
        fc.record({ price: maybe(anyNumber), symbol: maybe(anyText), size: maybe(anyNumber), whole: maybe(anyNumber) }),
        fc.integer({ min: 0, max: 15 }),
        (record, decimals) => {
          const pack = new RecordPack({ price: decimals, symbol: 'text', size: 2, whole: 0 });

          const found = pack.decode(pack.encode(record));

          const expected = Object.entries(record).filter(([, value]) => value !== undefined);
          expect(Object.entries(found)).toEqual(expected);
          for (const [name, value] of expected) expect(Object.is(found[name], value)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('throws for damaged bytes, and never returns a record of another shape', () => {
    const pack = new RecordPack({ price: 2, symbol: 'text', note: 'text' });
    const whole = pack.encode({ price: 61_250.55, symbol: 'BTC', note: null });

    for (let length = 0; length < whole.length; length++) {
      expect(() => pack.decode(whole.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'ERR_CORRUPT_DATA' }),
      );
    }
    expect(() => pack.decode(Uint8Array.of(...whole, 0))).toThrow('behind its end');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          const { price, symbol, note } = pack.decode(Uint8Array.of(whole[0] ?? 0, ...bytes));
          for (const text of [symbol, note]) expect(['string', 'undefined', 'object']).toContain(typeof text);
          expect(['number', 'undefined', 'object']).toContain(typeof price);
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_CORRUPT_DATA' });
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('tells the records of another field list', () => {
    const bytes = new RecordPack({ price: 2 }).encode({ price: 1 });

    expect(() => new RecordPack({ price: 3 }).decode(bytes)).toThrow('other fields');
    expect(() => new RecordPack({ cost: 2 }).decode(bytes)).toThrow('other fields');
  });

  it('packs usual decimals into few bytes', () => {
    const pack = new RecordPack({ mark: 4, delta: 5, iv: 2 });

    expect(pack.encode({ mark: 0.1234, delta: -0.51234, iv: 61.25 })).toHaveLength(1 + 2 + 3 + 2);
  });

  it.each<readonly [string, object]>([
    ['text in a number', { price: '61250' }],
    ['a bigint in a number', { price: 1n }],
    ['a number in a text', { symbol: 1 }],
    ['a lone surrogate', { symbol: '\ud800' }],
  ])('refuses %s', (_, record) => {
    const pack = new RecordPack({ price: 2, symbol: 'text' });

    expect(() => pack.encode(record)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it.each([{}, { price: -1 }, { price: 16 }, { price: 1.5 }, { price: 'number' as 'text' }])(
    'refuses the fields %j',
    (fields) => {
      expect(() => new RecordPack(fields)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
    },
  );
});

describe('bucketOf', () => {
  it('is the CRC-32 of the UTF-8 bytes, modulo the buckets', () => {
    // The check value of CRC-32.
    expect(bucketOf('123456789', 2 ** 32)).toBe(0xcbf43926);
    expect(bucketOf('123456789', 20)).toBe(0xcbf43926 % 20);
    expect(bucketOf('é', 1)).toBe(0);
  });
});
