import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderOf } from '../../benchmarks/runner/order.js';
import { median, quantile, spread } from '../../benchmarks/runner/statistics.js';

describe('median', () => {
  it.each([
    [[5], 5],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[1, 1, 1, 100], 1],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('of nothing is NaN', () => {
    expect(median([])).toBeNaN();
  });

  it('leaves its input as it is', () => {
    const values = [3, 1, 2];

    median(values);

    expect(values).toEqual([3, 1, 2]);
  });

  it('has as many values below as above', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 30 }), (values) => {
        const middle = median(values);

        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        expect(below).toBeLessThanOrEqual(values.length / 2);
        expect(above).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });
});

describe('quantile', () => {
  it('interpolates between neighbours', () => {
    expect(quantile([0, 10], 0.25)).toBe(2.5);
    expect(quantile([1, 2, 3, 4, 5], 0.25)).toBe(2);
    expect(quantile([1, 2, 3, 4, 5], 1)).toBe(5);
    expect(quantile([1, 2, 3, 4, 5], 0)).toBe(1);
  });
});

describe('spread', () => {
  it('is the range of the middle half over the median', () => {
    expect(spread([1, 2, 3, 4, 5])).toBeCloseTo(2 / 3);
  });

  it('ignores one wild round of five', () => {
    expect(spread([10, 10, 10, 10, 900])).toBe(0);
  });

  it('is 0 for equal values, zeros included', () => {
    expect(spread([7, 7, 7])).toBe(0);
    expect(spread([0, 0])).toBe(0);
  });
});

describe('orderOf', () => {
  it('turns around every round', () => {
    const names = ['a', 'b', 'c'];

    expect([0, 1, 2, 3].map((round) => orderOf(names, round).join(''))).toEqual(['abc', 'cba', 'abc', 'cba']);
    expect(names).toEqual(['a', 'b', 'c']);
  });
});
