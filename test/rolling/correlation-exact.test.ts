import * as fc from 'fast-check';
import { RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { distance, joint, seeded, tickCorrelation } from './naive.js';

const SYMBOLS = ['A', 'B', 'C'];
const TICK = 0.05;

/** Whole ticks, or a gap. */
const ticks = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: 1_235_900, max: 1_236_100 }) },
  { weight: 2, arbitrary: fc.constant(1_236_000) },
  { weight: 1, arbitrary: fc.constant(NaN) },
);
const triple = fc.tuple(ticks, ticks, ticks);
const steps = fc.array(
  fc.record({ row: triple, amends: fc.array(fc.tuple(fc.nat({ max: 2 }), ticks), { maxLength: 3 }) }),
  {
    maxLength: 60,
  },
);

function toPrices(row: readonly number[]): number[] {
  return row.map((count) => count * TICK);
}

describe('RollingCorrelation with a tick size', () => {
  it('runs its example', () => {
    const correlation = new RollingCorrelation({ symbols: ['BTC', 'ETH'], window: 3, tickSize: 0.5 });

    for (const bar of [
      [100, 10],
      [101, 10.5],
      [103, 11],
    ]) {
      correlation.push(bar);
    }

    expect(correlation.correlation('BTC', 'ETH')).toBe(0.9819805060619657);
    expect(correlation.reason('BTC', 'ETH')).toBeUndefined();
  });

  it('equals the plain formula to the bit, for any history, gaps and amended values, around any anchor', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), steps, fc.nat({ max: 2_000_000 }), (window, history, anchor) => {
        const rolling = new RollingCorrelation({ symbols: SYMBOLS, window, tickSize: TICK });
        const bars: number[][] = [];
        for (const { row, amends } of history) {
          rolling.push(toPrices(row));
          const final: number[] = [...row];
          for (const [symbol, count] of amends) {
            final[symbol] = count;
            rolling.amend(SYMBOLS[symbol] ?? '', count * TICK);
          }
          bars.push(final);

          expect(distanceToTwin(rolling, bars.slice(-window), anchor)).toBe(0);
        }
      }),
    );
  });

  it('does not depend on what was seen before the window', () => {
    const random = seeded(7);
    const symbols = Array.from({ length: 8 }, (_, index) => `S${index}`);
    const seasoned = new RollingCorrelation({ symbols, window: 50, tickSize: 0.01 });
    const fresh = new RollingCorrelation({ symbols, window: 50, tickSize: 0.01 });
    const walk = symbols.map(() => 1_000_000);
    const bars = Array.from({ length: 5_000 }, () =>
      walk.map((count, index) => (walk[index] = count + Math.round(random() * 200 - 99)) / 100),
    );

    for (const bar of bars) seasoned.push(bar);
    for (const bar of bars.slice(-50)) fresh.push(bar);

    expect([...seasoned.matrix()]).toEqual([...fresh.matrix()]);
    for (const a of symbols) {
      expect(seasoned.mean(a)).toBe(fresh.mean(a));
      expect(seasoned.variance(a)).toBe(fresh.variance(a));
      expect(seasoned.beta(a, 'S0')).toBe(fresh.beta(a, 'S0'));
    }
  });

  it('takes a bar amended 100 times as though only its last values had been seen', () => {
    const random = seeded(11);
    const options = { symbols: SYMBOLS, window: 20, tickSize: 0.01 };
    const amended = new RollingCorrelation(options);
    const direct = new RollingCorrelation(options);
    const price = (): number => Math.round(100_000 + random() * 400) / 100;

    for (let bar = 0; bar < 60; bar++) {
      const open = SYMBOLS.map(price);
      amended.push(open);
      for (let change = 0; change < 100; change++) {
        const symbol = change % 3;
        open[symbol] = price();
        amended.amend(SYMBOLS[symbol] ?? '', open[symbol]);
      }
      direct.push(open);

      expect([...amended.matrix()]).toEqual([...direct.matrix()]);
      expect(amended.covariance('A', 'B')).toBe(direct.covariance('A', 'B'));
    }
    expect(amended.stats().amends).toBe(6_000);
  });

  it('keeps 200 000 slid sums equal to a full recompute', () => {
    const random = seeded(5);
    const symbols = Array.from({ length: 40 }, (_, index) => `S${index}`);
    const rolling = new RollingCorrelation({ symbols, window: 100, tickSize: 0.5 });
    const columns = symbols.map((): number[] => []);
    const last = symbols.map(() => 1e6 + Math.floor(random() * 1e6));

    for (let bar = 0; bar < 5_000; bar++) {
      const common = random() - 0.5;
      const counts = last.map((count, index) => (last[index] = count + Math.round(40 * (common + random() - 0.5))));
      counts.forEach((count, index) => columns[index]?.push(count));
      rolling.push(counts.map((count) => count * 0.5));
      if (bar % 500 === 499) expect(differing(rolling, columns), `bar ${bar}`).toBe(0);
    }

    expect(rolling.stats()).toMatchObject({ exactSymbols: 40, floatFallbacks: 0 });
  });

  it.each([
    [0.05, 61_800.25],
    [0.05, 0.05],
    [0.01, 99_999.99],
    [0.1, 61_800.3],
    [1e-8, 0.00001234],
    [1e-8, 61_800.25],
    [0.25, -37.75],
    [5e-7, 0.1234565],
    [3, 3e9],
  ])('finds the grid of %d under the price %d', (tickSize, price) => {
    const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window: 3, tickSize });

    for (const step of [0, 1, 3]) {
      const moved = Number((price + step * tickSize).toPrecision(15));
      rolling.push([moved, step * tickSize]);
    }

    expect(rolling.stats().offGridValues).toBe(0);
    expect(rolling.reason('A', 'B')).toBeUndefined();
    expect(rolling.correlation('A', 'B')).toBe(1);
  });

  it('gives exactly 1 and -1 for proportional columns', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5_000, max: 5_000 }), { minLength: 2, maxLength: 20 }),
        fc.integer({ min: 1, max: 50 }),
        (column, factor) => {
          fc.pre(new Set(column).size > 1);
          const rolling = new RollingCorrelation({ symbols: SYMBOLS, window: column.length, tickSize: 1 });
          for (const count of column) rolling.push([count, count * factor, -count * factor]);

          expect(rolling.correlation('A', 'B')).toBe(1);
          expect(rolling.correlation('A', 'C')).toBe(-1);
          expect(rolling.beta('B', 'A')).toBe(factor);
        },
      ),
    );
  });

  it('has a variance of exactly 0 for equal prices that are different doubles', () => {
    const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window: 3, tickSize: 0.1 });

    rolling.push([0.3, 1]);
    rolling.push([0.1 + 0.2, 2]);
    rolling.push([0.3, 4]);

    expect(rolling.variance('A')).toBe(0);
    expect(rolling.reason('A', 'B')).toBe('zero-variance');
  });

  it('gives variance, covariance, mean and beta in prices', () => {
    const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window: 3, tickSize: { A: 0.5, B: 0.25 } });

    for (const bar of [
      [1, 1],
      [2, 1.5],
      [4.5, 2.25],
    ]) {
      rolling.push(bar);
    }

    expect(rolling.mean('A')).toBe(2.5);
    expect(rolling.variance('A')).toBe(3.25);
    expect(rolling.covariance('A', 'B')).toBe(1.125);
    expect(rolling.covariance('B', 'A')).toBe(1.125);
    expect(rolling.beta('B', 'A')).toBeCloseTo(1.125 / 3.25, 15);
  });
});

/** Largest distance of a pair from the plain formula over `bars`. */
function distanceToTwin(rolling: RollingCorrelation, bars: readonly (readonly number[])[], anchor: number): number {
  const column = (symbol: number): number[] => bars.map((one) => one[symbol] ?? NaN);
  const pairs: readonly (readonly [number, number])[] = [
    [0, 1],
    [0, 2],
    [2, 1],
  ];
  const distances = pairs.map(([left, right]) => {
    const [x, y] = joint(column(left), column(right));
    const expected = x.length < 2 ? NaN : tickCorrelation(x, y, anchor, 1_236_000 - anchor);
    return distance(rolling.correlation(SYMBOLS[left] ?? '', SYMBOLS[right] ?? ''), expected);
  });
  return Math.max(...distances);
}

/** How many of the pairs differ by a bit from a full recompute over the newest 100 values. */
function differing(rolling: RollingCorrelation, columns: readonly (readonly number[])[]): number {
  const window = columns.map((column) => column.slice(-100));
  const matrix = rolling.matrix();
  let different = 0;
  for (let left = 0; left < columns.length; left++) {
    for (let right = left + 1; right < columns.length; right++) {
      const expected = tickCorrelation(window[left] ?? [], window[right] ?? [], 1_234_567, 1_765_432);
      if (!Object.is(matrix[left * columns.length + right], expected)) different++;
    }
  }
  return different;
}
