import * as fc from 'fast-check';
import { RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { CorrelationModel } from './correlation-model.js';
import { distance, exactCorrelation } from './naive.js';

const WINDOW = 4;

/** Two symbols in ticks of 1, fed with the same values; the second in the opposite direction. */
function fed(values: readonly number[], window = WINDOW): RollingCorrelation {
  const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window, tickSize: 1 });
  for (const value of values) rolling.push([value, -value]);
  return rolling;
}

describe('the limit of exact sums, window * square <= 2^52', () => {
  it('keeps the anchor as long as the sum of squares is at the limit', () => {
    const rolling = fed([0, 2 ** 25]);

    expect(rolling.stats()).toMatchObject({ rowRecomputes: 0, floatFallbacks: 0, exactSymbols: 2 });
    expect(rolling.correlation('A', 'B')).toBe(-1);
    expect(rolling.variance('A')).toBe(2 ** 49);
  });

  it('moves the anchor to the mean and stays exact when the sum of squares is one step beyond', () => {
    const rolling = fed([0, 2 ** 25 + 1]);

    expect(rolling.stats()).toMatchObject({ rowRecomputes: 2, floatFallbacks: 0, exactSymbols: 2 });
    expect(rolling.reason('A', 'B')).toBeUndefined();
    expect(rolling.correlation('A', 'B')).toBe(-1);
    expect(rolling.mean('A')).toBe(2 ** 24 + 0.5);
  });

  it.each([
    [47_453_132, undefined],
    [47_453_134, 'range-too-wide'],
  ])('says of two values %d ticks apart, one each side of the limit around their mean: %s', (apart, reason) => {
    const rolling = fed([1_000, 1_000 + apart]);

    expect(rolling.reason('A', 'B')).toBe(reason);
    expect(rolling.stats().exactSymbols).toBe(reason === undefined ? 2 : 0);
    expect(rolling.correlation('A', 'B')).toBe(-1);
    expect(rolling.mean('B')).toBe(-1_000 - apart / 2);
  });

  it('returns to ticks only once the spread is below half the limit', () => {
    const rolling = fed([0, 2 ** 26]);
    const reasons = [2 ** 25 + 2 ** 24, 2 ** 25, 2 ** 25 - 1].map((value) => {
      rolling.amend('A', value);
      return rolling.reason('A', 'A');
    });

    expect(reasons).toEqual(['range-too-wide', 'range-too-wide', undefined]);
    expect(rolling.reason('B', 'B')).toBe('range-too-wide');
    expect(rolling.variance('A')).toBe((2 ** 25 - 1) ** 2 / 2);
  });

  it('counts a fallback for each time a symbol leaves its ticks, not for each bar it stays away', () => {
    const rolling = fed([0, 2 ** 27, 5, 6, 7, 8, 9, 2 ** 27, 10, 11, 12, 13]);

    expect(rolling.stats()).toMatchObject({ floatFallbacks: 4, exactSymbols: 2, offGridValues: 0 });
    expect(rolling.reason('A', 'B')).toBeUndefined();
    expect(rolling.variance('A')).toBe(5 / 3);
  });

  it('keeps the largest countable price on the grid and the next one off it', () => {
    const rolling = fed([2 ** 50, 2 ** 50 - 2, 2 ** 50 - 4]);
    const atLimit = [rolling.reason('A', 'B'), rolling.mean('A'), rolling.variance('A')];

    rolling.push([2 ** 50 + 1, 0]);

    expect(atLimit).toEqual([undefined, 2 ** 50 - 2, 4]);
    expect(rolling.reason('A', 'A')).toBe('off-grid');
    expect(rolling.stats().offGridValues).toBe(1);
  });

  it('depends on the window: the same values are exact in a short one and too wide in a long one', () => {
    const values = [0, 2 ** 22, 0, 2 ** 22];

    expect(fed(values, 4).reason('A', 'B')).toBeUndefined();
    expect(fed(values, 1_024).reason('A', 'B')).toBe('range-too-wide');
    expect(fed(values, 1_024).correlation('A', 'B')).toBeCloseTo(-1, 14);
  });

  it('never says exact of what is not: near the limit results equal BigInt sums to the bit, or are flagged', () => {
    const exponent = fc.integer({ min: 20, max: 28 });
    const history = fc.array(
      fc.tuple(fc.integer({ min: -1_000, max: 1_000 }), fc.integer({ min: -1_000, max: 1_000 }), fc.boolean()),
      { minLength: 2, maxLength: 20 },
    );
    fc.assert(
      fc.property(exponent, fc.integer({ min: 2, max: 8 }), history, (power, window, steps) => {
        const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window, tickSize: 1 });
        const options = { window, minPeriods: 2, ddof: 1, input: 'values', missing: 'pairwise', tick: 1 } as const;
        const model = new CorrelationModel(options);
        for (const [a, b, isAmend] of steps) {
          const bar = [Math.round((a * 2 ** power) / 1_000), Math.round((b * 2 ** power) / 1_000)];
          rolling.push(isAmend ? [-(bar[0] ?? 0), 1] : bar);
          if (isAmend) ['A', 'B'].forEach((symbol, index) => rolling.amend(symbol, bar[index] ?? 0));
          model.push(bar);

          const found = rolling.correlation('A', 'B');
          const reason = rolling.reason('A', 'B');
          const isFlagged = reason === 'range-too-wide';
          const expected = isFlagged ? exactCorrelation(model.column(0), model.column(1)) : model.correlation(0, 1);
          expect(distance(found, expected)).toBeLessThanOrEqual(isFlagged ? rolling.errorBound() : 0);
          const spread = Math.max(...[0, 1].map((symbol) => squares(model.column(symbol))));
          if (isFlagged) expect(window * (spread + window)).toBeGreaterThan(2 ** 51);
          else if (reason === undefined) expect(window * spread).toBeLessThanOrEqual(2 ** 52 * 1.000_001);
        }
      }),
      { numRuns: 80 },
    );
  });
});

describe('anchors', () => {
  it('do not show: a drift of any length gives what a start at its end gives', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000_000 }), fc.integer({ min: 20, max: 80 }), (drift, bars) => {
        const values = Array.from({ length: bars }, (_, bar) => bar * drift + ((bar * 37) % 11));
        const seasoned = fed(values);
        const fresh = fed(values.slice(-WINDOW));

        expect([...seasoned.matrix()]).toEqual([...fresh.matrix()]);
        expect(seasoned.mean('A')).toBe(fresh.mean('A'));
        expect(seasoned.beta('A', 'B')).toBe(fresh.beta('A', 'B'));
      }),
      { numRuns: 40 },
    );
  });

  it('are rebuilt for floats after an outlier, so that what follows is within the tolerance', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 5, tolerance: 1e-12 });
    const x = [1, 4, 2, 1e13, 3, 5, 1, 2, 6, 4];
    const y = [2, 3, 1, 5, 4, 4, 2, 1, 5, 6];

    const errors = x.map((value, bar) => {
      rolling.push([value, y[bar] ?? NaN]);
      const from = Math.max(0, bar - 4);
      const expected = bar === 0 ? NaN : exactCorrelation(x.slice(from, bar + 1), y.slice(from, bar + 1));
      return distance(rolling.correlation('x', 'y'), expected);
    });

    expect(Math.max(...errors)).toBeLessThanOrEqual(1.1e-12);
    expect(rolling.stats().rowRecomputes).toBeGreaterThan(0);
  });
});

function squares(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
