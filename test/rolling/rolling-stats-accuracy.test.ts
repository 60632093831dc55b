import * as fc from 'fast-check';
import { RollingCorrelation, RollingStats } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { exactCovariance, seeded, twoPass } from './naive.js';

const price = fc.double({ min: 1, max: 1e5, noNaN: true });
const noisy = fc.oneof(
  { weight: 8, arbitrary: price },
  { weight: 1, arbitrary: fc.constantFrom(1e15, -1e15, 1e140) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, 1e151) },
);
const isPresent = (value: number): boolean => Math.abs(value) <= 1e150;

function fed(values: readonly number[], options: ConstructorParameters<typeof RollingStats>[0]): RollingStats {
  const stats = new RollingStats(options);
  for (const value of values) stats.push(value);
  return stats;
}

function readAll({ count, sum, mean, variance, std, zscore, min, max }: RollingStats): number[] {
  return [count, sum, mean, variance, std, zscore, min, max];
}

describe('RollingStats against exact arithmetic', () => {
  it('has a variance within 1e-12 of the exact one for windows of prices', () => {
    fc.assert(
      fc.property(fc.array(price, { minLength: 2, maxLength: 12 }), fc.integer({ min: 0, max: 1 }), (values, ddof) => {
        const stats = fed(values, { window: values.length, ddof });

        const exact = exactCovariance(values, values, ddof);
        const largest = Math.max(...values);
        expect(Math.abs(stats.variance - exact)).toBeLessThanOrEqual(1e-12 * exact + (1e-14 * largest) ** 2);
      }),
      { numRuns: 60 },
    );
  });

  it.each([1e3, 1e6, 1e9, 1e12])('tells a spread of 1 from a mean of %d', (mean) => {
    const stats = fed([mean, mean + 1, mean + 2], { window: 3 });

    expect([stats.mean, stats.variance, stats.zscore]).toEqual([mean + 1, 1, 1]);
  });
});

describe('RollingStats over a history', () => {
  it('forgets everything that has left the window, outliers and gaps included', () => {
    fc.assert(
      fc.property(
        fc.array(noisy, { maxLength: 30 }),
        fc.array(price, { minLength: 1, maxLength: 9 }),
        (before, recent) => {
          const seasoned = fed([...before, ...recent], { window: recent.length });
          const fresh = fed(recent, { window: recent.length });

          expectAlike(readAll(seasoned), readAll(fresh), recent);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('gives the same whether it is read after every value or once', () => {
    fc.assert(
      fc.property(fc.array(noisy, { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), (values, window) => {
        const often = new RollingStats({ window, minPeriods: 1 });
        for (const value of values) {
          often.push(value);
          readAll(often);
          often.amend(value + 1);
          readAll(often);
          often.amend(value);
        }

        expect(readAll(often)).toEqual(readAll(fed(values, { window, minPeriods: 1 })));
      }),
      { numRuns: 100 },
    );
  });

  it('agrees with two passes over what is present, from minPeriods on and NaN below', () => {
    fc.assert(
      fc.property(
        fc.array(noisy, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        (values, window, least) => {
          const minPeriods = Math.min(window, least);
          const stats = fed(values, { window, minPeriods, ddof: 0 });

          const present = values.slice(-window).filter(isPresent);
          const isReady = present.length >= minPeriods;
          const { mean, variance } = twoPass(present, 0);
          expect(stats.count).toBe(present.length);
          expectAlike([stats.mean, stats.std], isReady ? [mean, Math.sqrt(variance)] : [NaN, NaN], present);
          expect([stats.min, stats.max]).toEqual(isReady ? [Math.min(...present), Math.max(...present)] : [NaN, NaN]);
          if (isReady) expect(stats.min).toBeLessThanOrEqual(stats.max);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('takes a gap back when it is amended to a value, and a value when it is amended to a gap', () => {
    const stats = fed([1, 2, 4], { window: 3 });

    const means = [NaN, 6, Infinity, 4, -1e151, 9].map((value) => {
      stats.amend(value);
      return [stats.count, stats.mean];
    });

    expect(means).toEqual([
      [2, NaN],
      [3, 3],
      [2, NaN],
      [3, 7 / 3],
      [2, NaN],
      [3, 4],
    ]);
  });

  it('is empty again after a window of gaps, and full again after a window of values', () => {
    const stats = fed([1, 2, 3, NaN, NaN, NaN], { window: 3, minPeriods: 1 });
    const during = readAll(stats);

    for (const value of [7, 8, 9]) stats.push(value);

    expect(during).toEqual([0, NaN, NaN, NaN, NaN, NaN, NaN, NaN]);
    expect(readAll(stats)).toEqual([3, 24, 8, 1, 1, 1, 7, 9]);
  });

  it('has a z-score of the sign of the newest value less the mean, and at most (n - 1) / sqrt(n)', () => {
    const random = seeded(77);
    const stats = new RollingStats({ window: 16 });

    for (let bar = 0; bar < 2_000; bar++) {
      const value = random() < 0.05 ? 1e6 * random() : random();
      stats.push(value);
      if (bar < 15) continue;

      expect(Math.sign(stats.zscore)).toBe(Math.sign(value - stats.mean));
      expect(Math.abs(stats.zscore)).toBeLessThanOrEqual((15 / 4) * (1 + 1e-12));
    }
  });
});

describe('mean of a correlated symbol', () => {
  it.each([1e12 / 3, 1e16 / 3, -1e15])('is the value itself when the window is flat again after %d', (outlier) => {
    const matrix = new RollingCorrelation({ symbols: ['A', 'B'], window: 3 });

    for (const value of [0.1, outlier, 0.7, 0.7, 0.7, 0.7]) matrix.push([value, 1]);

    expect(matrix.mean('A')).toBe(0.7);
    expect(matrix.variance('A')).toBe(0);
  });

  it('is right again after an outlier has left and values differ', () => {
    const matrix = new RollingCorrelation({ symbols: ['A', 'B'], window: 3 });

    for (const value of [0.1, 1e16 / 3, 0.7, 0.7, 0.7, 0.8]) matrix.push([value, 1]);

    expect(matrix.mean('A')).toBeCloseTo(2.2 / 3, 9);
  });
});

/** Equal but for the last digits of the largest value. */
function expectAlike(found: readonly number[], expected: readonly number[], values: readonly number[]): void {
  const slack = 1e-9 * Math.max(1, ...values.map(Math.abs));
  found.forEach((value, index) => {
    const twin = expected[index] ?? NaN;
    expect(Object.is(value, twin) || Math.abs(value - twin) <= slack * Math.max(1, Math.abs(twin))).toBe(true);
  });
}
