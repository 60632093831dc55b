import * as fc from 'fast-check';
import { type MissingPolicy, RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { distance, joint, tickCorrelation } from './naive.js';

const SYMBOLS = ['A', 'B', 'C'];
const count = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 90, max: 110 }) },
  { weight: 1, arbitrary: fc.constant(NaN) },
);
const steps = fc.array(
  fc.record({
    row: fc.tuple(count, count, count),
    amends: fc.array(fc.tuple(fc.nat({ max: 2 }), count), { maxLength: 3 }),
  }),
  { maxLength: 40 },
);

/** Rewrites bars as a policy sees them, on whole histories at a time. */
const policies: Record<MissingPolicy, (bars: readonly (readonly number[])[]) => number[][]> = {
  pairwise: (bars) => bars.map((bar) => [...bar]),
  listwise: (bars) => bars.map((bar) => (bar.some(Number.isNaN) ? bar.map(() => NaN) : [...bar])),
  'forward-fill': (bars) => {
    const last = [NaN, NaN, NaN];
    return bars.map((bar) =>
      bar.map((one, symbol) => (last[symbol] = Number.isNaN(one) ? (last[symbol] ?? NaN) : one)),
    );
  },
};

describe.each(['pairwise', 'listwise', 'forward-fill'] as const)('missing values under %s', (missing) => {
  it('equals the plain formula over the bars the policy leaves, for any history and amended values', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 4 }), steps, (window, least, history) => {
        const minPeriods = Math.min(window, least);
        const rolling = new RollingCorrelation({ symbols: SYMBOLS, window, minPeriods, missing, tickSize: 1 });
        const bars: number[][] = [];
        for (const { row, amends } of history) {
          rolling.push(row);
          const final: number[] = [...row];
          for (const [symbol, amended] of amends) {
            final[symbol] = amended;
            rolling.amend(SYMBOLS[symbol] ?? '', amended);
          }
          bars.push(final);

          const seen = policies[missing](bars).slice(-window);
          for (const [left, right] of [
            [0, 1],
            [2, 1],
            [0, 2],
          ] as const) {
            const [x, y] = joint(
              seen.map((bar) => bar[left] ?? NaN),
              seen.map((bar) => bar[right] ?? NaN),
            );
            const expected = x.length < Math.max(2, minPeriods) ? NaN : tickCorrelation(x, y);
            const found = rolling.correlation(SYMBOLS[left] ?? '', SYMBOLS[right] ?? '');
            expect(distance(found, expected)).toBe(0);
          }
        }
      }),
    );
  });

  it('recovers when every value was missing for longer than the window', () => {
    const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window: 3, missing });
    rolling.push([1, 2]);

    for (let bar = 0; bar < 10; bar++) rolling.push([NaN, NaN]);
    const during = rolling.correlation('A', 'B');
    for (const bar of [
      [5, 1],
      [7, 2],
      [8, 4],
    ])
      rolling.push(bar);

    expect(during).toBeNaN();
    expect(rolling.correlation('A', 'B')).toBeCloseTo(13 / 14, 12);
    expect(rolling.stats().gaps).toBe(20);
  });
});

describe('missing values', () => {
  it('does not poison: x = 1, 10, 20, 30 against y = 1, NaN, 20, 30', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 2 });
    const y = [1, NaN, 20, 30];
    const found = [1, 10, 20, 30].map((x, bar) => {
      rolling.push([x, y[bar] ?? NaN]);
      return rolling.correlation('x', 'y');
    });

    expect(found).toEqual([NaN, NaN, NaN, 1]);
    expect(rolling.covariance('x', 'y')).toBe(50);
  });

  it('says too-few-values while the two have not enough bars in common', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 10, minPeriods: 3 });

    for (const bar of [
      [1, 1],
      [2, NaN],
      [NaN, 2],
      [4, 5],
    ])
      rolling.push(bar);
    const before = rolling.reason('x', 'y');
    rolling.push([5, 9]);

    expect(before).toBe('too-few-values');
    expect(rolling.correlation('x', 'y')).toBeGreaterThan(0.9);
  });

  it.each([NaN, Infinity, -Infinity, 1e151, -1e200])('takes %d for missing and counts it', (gap) => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 3, minPeriods: 2 });

    for (const bar of [
      [1, 2],
      [gap, 3],
      [3, 5],
    ])
      rolling.push(bar);

    expect(rolling.correlation('x', 'y')).toBe(1);
    expect(rolling.mean('x')).toBe(2);
    expect(rolling.stats().gaps).toBe(1);
  });

  it('counts the bars that listwise leaves out', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 5, missing: 'listwise' });

    for (const bar of [
      [1, 2],
      [NaN, 3],
      [3, 5],
      [4, NaN],
    ])
      rolling.push(bar);

    expect(rolling.stats()).toMatchObject({ droppedBars: 2, pushes: 4, bars: 4, gaps: 2 });
    expect(rolling.mean('y')).toBe(3.5);
  });

  it('counts the gaps that forward-fill fills, and leaves the first ones open', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 5, missing: 'forward-fill' });

    for (const bar of [
      [NaN, 2],
      [1, NaN],
      [NaN, 5],
    ])
      rolling.push(bar);

    expect(rolling.stats()).toMatchObject({ gaps: 3, filledGaps: 2 });
    expect(rolling.mean('x')).toBe(1);
    expect(rolling.mean('y')).toBe(3);
  });

  it('takes a symbol left out of a record for missing', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 3 });

    rolling.push({ y: 1, x: 10 });
    rolling.push({ y: 2 });
    rolling.push({ x: 20, y: 3 });

    expect(rolling.mean('x')).toBe(15);
    expect(rolling.mean('y')).toBe(2);
    expect(rolling.correlation('y', 'x')).toBe(1);
  });
});
