import * as fc from 'fast-check';
import { RollingStats } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { seeded, twoPass } from './naive.js';

const market = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
  { weight: 2, arbitrary: fc.constantFrom(0, -0, 1, 1, 100.1) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, 1e200) },
  { weight: 1, arbitrary: fc.constantFrom(1e12, -1e12, 5e-324, 1e-300) },
);

function isPresent(value: number): boolean {
  return Math.abs(value) <= 1e150;
}

describe('RollingStats', () => {
  it('runs its example', () => {
    const stats = new RollingStats({ window: 3 });

    for (const price of [10, 11, 12]) stats.push(price);

    expect(stats.mean).toBe(11);
    expect(stats.zscore).toBe(1);
  });

  it('has a count of 0 and nothing else before the first value', () => {
    const stats = new RollingStats({ window: 2, minPeriods: 1 });

    const { count, sum, mean, variance, std, zscore, min, max } = stats;

    expect(count).toBe(0);
    expect([sum, mean, variance, std, zscore, min, max]).toEqual(Array.from({ length: 7 }, () => NaN));
  });

  it('waits for a full window by default', () => {
    const stats = new RollingStats({ window: 3 });

    stats.push(1);
    stats.push(2);

    expect(stats.count).toBe(2);
    expect(stats.mean).toBeNaN();
    expect(stats.sum).toBeNaN();
  });

  it('speaks from minPeriods on', () => {
    const stats = new RollingStats({ window: 10, minPeriods: 2 });

    stats.push(1);
    stats.push(2);

    expect(stats.mean).toBe(1.5);
    expect(stats.sum).toBe(3);
    expect(stats.variance).toBe(0.5);
    expect(stats.min).toBe(1);
    expect(stats.max).toBe(2);
  });

  it('equals the two-pass formula over the window, for any history, gaps and amended values', () => {
    const step = fc.record({ value: market, amends: fc.array(market, { maxLength: 2 }) });
    const settings = fc.record({ window: fc.integer({ min: 1, max: 12 }), ddof: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 60 }), ({ window, ddof }, steps) => {
        const stats = new RollingStats({ window, minPeriods: 1, ddof });
        const history: number[] = [];
        for (const { value, amends } of steps) {
          stats.push(value);
          for (const amended of amends) {
            void stats.variance;
            stats.amend(amended);
          }
          history.push(amends.at(-1) ?? value);

          expectClose(stats, history.slice(-window), ddof);
        }
      }),
    );
  });

  it('never has a negative variance, nor an infinity', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 50 }), fc.integer({ min: 1, max: 5 }), (values, window) => {
        const stats = new RollingStats({ window, minPeriods: 1 });
        for (const value of values) {
          stats.push(value);

          expect(stats.variance < 0).toBe(false);
          for (const found of [stats.mean, stats.variance, stats.std, stats.zscore, stats.min, stats.max, stats.sum]) {
            expect(Math.abs(found)).not.toBe(Infinity);
          }
        }
      }),
    );
  });

  it('has a variance of exactly 0 and no z-score when all values are equal, whatever the constant', () => {
    fc.assert(
      fc.property(
        market.filter(isPresent),
        market.filter(isPresent),
        fc.integer({ min: 2, max: 30 }),
        (before, value, window) => {
          const stats = new RollingStats({ window });
          stats.push(before);
          for (let bar = 0; bar < window; bar++) stats.push(value);

          expect(stats.variance).toBe(0);
          expect(stats.std).toBe(0);
          expect(stats.zscore).toBeNaN();
        },
      ),
    );
  });

  it('forgets an outlier the moment it leaves', () => {
    const stats = new RollingStats({ window: 3 });

    for (const value of [1e140, -1e140, 1, 2, 4]) stats.push(value);

    expect(stats.mean).toBe(7 / 3);
    expect(stats.variance).toBe(7 / 3); // two passes miss it by one digit
  });

  it.each([NaN, Infinity, -Infinity, 1e151, -1e151])('treats %d as a gap that leaves with the window', (gap) => {
    const stats = new RollingStats({ window: 3, minPeriods: 2 });

    stats.push(1);
    stats.push(gap);
    stats.push(3);
    const during = [stats.count, stats.mean, stats.min, stats.max];
    stats.push(5);
    stats.push(7);

    expect(during).toEqual([2, 2, 1, 3]);
    expect([stats.count, stats.mean]).toEqual([3, 5]);
  });

  it('has no z-score while the newest value is a gap', () => {
    const stats = new RollingStats({ window: 3, minPeriods: 2 });

    for (const value of [1, 2, NaN]) stats.push(value);

    expect(stats.zscore).toBeNaN();
    expect(stats.mean).toBe(1.5);
  });

  it('has no variance when the count is not above ddof', () => {
    const stats = new RollingStats({ window: 3, minPeriods: 1, ddof: 3 });

    for (const value of [1, 2, 3]) stats.push(value);

    expect(stats.mean).toBe(2);
    expect(stats.variance).toBeNaN();
    expect(stats.zscore).toBeNaN();
  });

  it('works with a window of 1', () => {
    const stats = new RollingStats({ window: 1, ddof: 0 });

    stats.push(7);

    expect([stats.mean, stats.variance, stats.min, stats.max, stats.sum, stats.count]).toEqual([7, 0, 7, 7, 7, 1]);
  });

  it('takes an amended value as though it alone had been seen', () => {
    const amended = new RollingStats({ window: 4 });
    const direct = new RollingStats({ window: 4 });
    for (const value of [1, 2, 3]) {
      amended.push(value);
      direct.push(value);
    }

    amended.push(100);
    for (let change = 0; change < 100; change++) amended.amend(change / 7);
    amended.amend(0.1);
    direct.push(0.1);

    expect(amended.variance).toBe(direct.variance);
    expect(amended.mean).toBe(direct.mean);
  });

  it('stays exact over 100 000 values of a large mean and a small spread', () => {
    const random = seeded(20_261);
    const stats = new RollingStats({ window: 200 });
    const history: number[] = [];
    for (let bar = 0; bar < 100_000; bar++) {
      const value = 1e5 + Math.round((random() - 0.5) * 200) / 1e4;
      history.push(value);
      stats.push(value);
    }

    expect(Math.abs(stats.variance / twoPass(history.slice(-200), 1).variance - 1)).toBeLessThan(1e-12);
  });

  it('refuses to amend before the first value', () => {
    const stats = new RollingStats({ window: 3 });

    expect(() => stats.amend(1)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it.each(['1', null, undefined, {}, 1n])('refuses the value %o and changes nothing', (value) => {
    const stats = new RollingStats({ window: 2, minPeriods: 1 });
    stats.push(5);

    expect(() => stats.push(value as number)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect(() => stats.amend(value as number)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));

    expect([stats.count, stats.mean]).toEqual([1, 5]);
  });

  describe('options', () => {
    const wrong = [undefined, null, '3', NaN, 0, -1, 1.5, Infinity, 2 ** 24 + 1];

    it.each(wrong)('refuses the window %o', (window) => {
      expect(() => new RollingStats({ window: window as number })).toThrow(/RollingStats: window must be .*, got /);
    });

    it.each([null, '3', NaN, 0, -1, 1.5, Infinity, 11])('refuses minPeriods %o for a window of 10', (minPeriods) => {
      expect(() => new RollingStats({ window: 10, minPeriods: minPeriods as number })).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringMatching(/minPeriods must be .*, got/) }),
      );
    });

    it.each([null, '1', NaN, -1, 0.5, Infinity])('refuses ddof %o', (ddof) => {
      expect(() => new RollingStats({ window: 10, ddof: ddof as number })).toThrow(/ddof must be .*, got/);
    });

    it.each([null, 5, 'x', []])('refuses %o in place of options', (options) => {
      expect(() => new RollingStats(options as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
    });

    it('refuses an unknown name', () => {
      expect(() => new RollingStats({ window: 3, windows: 3 } as never)).toThrow(/unknown option 'windows'/);
    });

    it('takes an undefined option as absent', () => {
      const stats = new RollingStats({ window: 2, ddof: undefined, minPeriods: undefined } as never);

      stats.push(1);
      stats.push(3);

      expect(stats.variance).toBe(2);
    });
  });
});

function resultsOf({ count, sum, mean, variance, std, zscore, min, max }: RollingStats): number[] {
  return [count, sum, mean, variance, std, zscore, min + 0, max + 0];
}

/** The same numbers by the obvious formulas. */
function twinOf(window: readonly number[], ddof: number): number[] {
  const values = window.filter(isPresent);
  const count = values.length;
  if (count === 0) return [0, NaN, NaN, NaN, NaN, NaN, NaN, NaN];
  const { mean, variance } = twoPass(values, ddof);
  const sum = values.reduce((total, value) => total + value, 0);
  const [min, max] = [Math.min(...values) + 0, Math.max(...values) + 0];
  const newest = window.at(-1) ?? NaN;
  if (count <= ddof) return [count, sum, mean, NaN, NaN, NaN, min, max];
  const std = Math.sqrt(variance);
  const zscore = std > 0 && isPresent(newest) ? (newest - mean) / std : NaN;
  return [count, sum, mean, variance, std, zscore, min, max];
}

/** Count and extremes exactly; the rest to the last digits that the largest value in the window allows. */
function expectClose(stats: RollingStats, window: readonly number[], ddof: number): void {
  const found = resultsOf(stats);
  const expected = twinOf(window, ddof);
  const largest = Math.max(0, ...window.filter(isPresent).map(Math.abs));
  expect(found.map(Number.isNaN)).toEqual(expected.map(Number.isNaN));
  const [count, sum, mean, variance, std, zscore, min, max] = found.map((value, index) =>
    Object.is(value, expected[index]) ? 0 : Math.abs(value - (expected[index] ?? NaN)),
  );
  expect([count, min, max]).toEqual([0, 0, 0]);
  expect(mean).toBeLessThanOrEqual(1e-14 * largest + 1e-150);
  expect(sum).toBeLessThanOrEqual(1e-13 * largest * window.length + 1e-150);
  const deviation = expected[4] ?? NaN;
  // Distances below 1e-150 have squares with few digits left, or none: such spreads count as none, as documented. Scaling
  // them up would take the values, which block sums have replaced, or a second pass over the window.
  const slack = Number.isNaN(deviation) ? 0 : 1e-11 * deviation + 1e-14 * largest + 1e-150;
  expect(std).toBeLessThanOrEqual(slack);
  expect(variance).toBeLessThanOrEqual(3 * slack * (deviation + slack) || 0);
  if (deviation > 1e-6 * largest) expect(zscore).toBeLessThanOrEqual(1e-7);
}
