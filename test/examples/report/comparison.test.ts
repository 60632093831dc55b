import { describe, expect, it } from 'vitest';
import { compareRecords, sumOf } from '../../../examples/trading-pipeline/report/comparison.js';

interface Row {
  readonly key: string;
  readonly value: unknown;
}

const compare = (a: readonly Row[], b: readonly Row[]): { total: number; equal: number } =>
  compareRecords(a, b, (row) => row.key);

describe('comparison of records', () => {
  it('counts equal records whatever their order', () => {
    const rows = [
      { key: 'a', value: 1 },
      { key: 'b', value: 2 },
    ];

    expect(compare(rows, rows.toReversed())).toEqual({ total: 2, equal: 2 });
  });

  it.each([
    ['the last bit of a number', 0.1 + 0.2, 0.3],
    ['the sign of zero', 0, -0],
    ['a number and its text', 1, '1'],
    ['a missing and an undefined-like value', null, undefined],
    ['an element of a list', [['1', '2']], [['1', '3']]],
    ['the length of a list', [1], [1, 2]],
  ])('tells apart %s', (_, a, b) => {
    expect(compare([{ key: 'k', value: a }], [{ key: 'k', value: b }])).toEqual({ total: 1, equal: 0 });
  });

  it.each([[Number.NaN], [[Number.NaN, 'x']], ['text'], [-0]])('finds %s equal to itself', (value) => {
    expect(compare([{ key: 'k', value }], [{ key: 'k', value }])).toEqual({ total: 1, equal: 1 });
  });

  it('counts records that only one side has', () => {
    const naive = [
      { key: 'a', value: 1 },
      { key: 'b', value: 1 },
    ];
    const optimised = [
      { key: 'b', value: 1 },
      { key: 'c', value: 1 },
    ];

    expect(compare(naive, optimised)).toEqual({ total: 3, equal: 1 });
  });

  it('does not call a doubled record equal', () => {
    const once = [{ key: 'a', value: 1 }];

    expect(compare([...once, ...once], once)).toEqual({ total: 2, equal: 1 });
    expect(compare(once, [...once, ...once])).toEqual({ total: 2, equal: 1 });
  });

  it('adds up', () => {
    expect(
      sumOf([
        { total: 2, equal: 1 },
        { total: 3, equal: 3 },
      ]),
    ).toEqual({ total: 5, equal: 4 });
  });
});
