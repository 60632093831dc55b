import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import {
  asFields,
  fields,
  level,
  levels,
  list,
  number,
  optionalNumber,
  sequenceNumber,
  word,
} from '../../src/feed/guards.js';
import { CORRUPT } from './event-of.js';

describe('number', () => {
  it.each([
    [0, 0],
    [-1.5, -1.5],
    ['1.50', 1.5],
    ['-0.00000001', -1e-8],
    ['1e5', 100_000],
    ['00012.340', 12.34],
  ])('takes %o', (value, expected) => {
    expect(number('x', value)).toBe(expected);
  });

  it.each(['', 'x', '1,5', '1.2.3', 'NaN', 'Infinity', '-Infinity', NaN, Infinity, null, undefined, true, [], {}, 5n])(
    'refuses %o with the name of the field',
    (value) => {
      expect(() => number('price', value)).toThrow(CORRUPT);
      expect(() => number('price', value)).toThrow(/^price must be a finite number, got /);
    },
  );

  it('gives back every double from its shortest text', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(number('x', String(value))).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});

describe('optionalNumber', () => {
  it.each([undefined, null, ''])('takes %o as absent', (value) => {
    expect(optionalNumber('x', value)).toBeUndefined();
  });

  it('is as strict as number otherwise', () => {
    expect(optionalNumber('x', '2')).toBe(2);
    expect(() => optionalNumber('x', 'two')).toThrow(CORRUPT);
  });
});

describe('sequenceNumber', () => {
  it.each([0, 1, -1, Number.MAX_SAFE_INTEGER, '20254869'])('takes %o', (value) => {
    expect(sequenceNumber('u', value)).toBe(Number(value));
  });

  it.each([1.5, 2 ** 53, '9007199254740993', 1e300, 'x', null])('refuses %o, which would be rounded', (value) => {
    expect(() => sequenceNumber('u', value)).toThrow(CORRUPT);
  });
});

describe('word', () => {
  it('takes texts up to 256 characters', () => {
    expect([word('s', 'a'), word('s', 'x'.repeat(256)).length]).toEqual(['a', 256]);
  });

  it.each(['', 'x'.repeat(257), 7, null, undefined, ['a'], {}])('refuses %o', (value) => {
    expect(() => word('s', value)).toThrow(CORRUPT);
  });

  it('names a huge value only in part', () => {
    const message = messageOf(() => word('s', 'x'.repeat(1_000_000)));

    expect(message.length).toBeLessThan(200);
  });
});

describe('objects and arrays', () => {
  it.each([null, undefined, 'x', 7, true, []])('%o is no object', (value) => {
    expect(asFields(value)).toBeUndefined();
    expect(() => fields('data', value)).toThrow(CORRUPT);
  });

  it.each([null, undefined, 'ab', 7, {}, { length: 2 }])('%o is no array', (value) => {
    expect(() => list('data', value)).toThrow(CORRUPT);
  });

  it('are given back as they are', () => {
    const value = { a: 1 };
    const values = [1, 2];

    expect([asFields(value), fields('x', value), list('x', values)]).toEqual([value, value, values]);
    expect(list('x', values)).toBe(values);
  });
});

describe('level', () => {
  it('keeps the texts exactly as sent', () => {
    expect(level('0061800.2000', '1.')).toEqual({
      price: 61_800.2,
      size: 1,
      priceText: '0061800.2000',
      sizeText: '1.',
    });
  });

  it('gives numbers their shortest decimal form as text', () => {
    expect(level('1.0', 2.63)).toMatchObject({ size: 2.63, sizeText: '2.63' });
  });

  it.each([
    ['x', '1'],
    ['1', 'x'],
    ['1', '-0.1'],
    ['1', undefined],
    [undefined, '1'],
    ['', ''],
  ])('refuses the price %o with the size %o', (price, size) => {
    expect(() => level(price, size)).toThrow(CORRUPT);
  });

  it('takes a size of negative zero as a removal', () => {
    expect(level('1', '-0').size === 0).toBe(true);
  });
});

describe('levels', () => {
  it('takes pairs and ignores what follows them', () => {
    expect(
      levels('b', [
        ['1', '2', 'x', {}],
        ['3', '4'],
      ]).map(({ price, size }) => [price, size]),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it.each([null, {}, 'ab', [['1']], [[]], ['12'], [null], [{ 0: '1', 1: '2' }]])('refuses %o', (value) => {
    expect(() => levels('b', value)).toThrow(CORRUPT);
  });
});

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return String(error);
  }
  return '';
}
