import { RollingCorrelation, RollingStats } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { heldBytes } from '../heap.js';
import { type DriftKind, measureDrift } from '../rolling/drift.js';
import { exactCorrelation, exactCovariance, seeded, tickCorrelation } from '../rolling/naive.js';

const HOUR = 3_600_000;
const exact = {
  ofTicks: (x: readonly number[], y: readonly number[]) => tickCorrelation(x, y, x[0], y[0]),
  ofDoubles: exactCorrelation,
};
// Against whole ticks: what a decimal price loses as a double is part of it, up to 4e-10 where it is large.
const limits: readonly (readonly [DriftKind, number])[] = [
  ['big', 5e-10],
  ['walk', 2e-12],
  ['spike', 5e-10],
];

describe('rolling correlation over 10 000 000 updates', () => {
  it.each(limits)(
    'stays within its bound, and in ticks exact: %s',
    (kind, limit) => {
      const report = measureDrift(kind, 10_000_000, 200, 9_973, exact);

      expect(report.checks).toBeGreaterThan(1_000);
      expect(report).toMatchObject({ beyondBound: 0, notFinite: 0, inexactTicks: 0 });
      expect(report.worst).toBeLessThanOrEqual(limit);
      expect(report.worstOfDoubles).toBeLessThanOrEqual(1e-10);
    },
    HOUR,
  );

  it(
    'keeps 20 000 slides of 200 symbols equal to a full recompute, all 19 900 pairs',
    () => {
      const random = seeded(5);
      const symbols = Array.from({ length: 200 }, (_, index) => `S${index}`);
      const rolling = new RollingCorrelation({ symbols, window: 500, tickSize: 0.01 });
      const columns = symbols.map((): number[] => []);
      const last = symbols.map(() => 1e6 + Math.floor(random() * 1e6));
      for (let bar = 0; bar < 20_000; bar++) {
        const common = random() - 0.5;
        last.forEach((count, index) => {
          last[index] = count + Math.round(40 * (common + random() - 0.5));
          columns[index]?.push(last[index] ?? NaN);
        });
        rolling.push(last.map((count) => count / 100));
      }

      const matrix = rolling.matrix();
      const window = columns.map((column) => column.slice(-500));
      let different = 0;
      for (let left = 0; left < 200; left++) {
        for (let right = left + 1; right < 200; right++) {
          const [x, y] = [window[left] ?? [], window[right] ?? []];
          if (!Object.is(matrix[left * 200 + right], tickCorrelation(x, y, x[0], y[0]))) different++;
        }
      }

      expect(different).toBe(0);
      expect(rolling.stats().exactSymbols).toBe(200);
    },
    HOUR,
  );

  it(
    'holds no memory per update',
    () => {
      const random = seeded(1);
      const symbols = Array.from({ length: 30 }, (_, index) => `S${index}`);
      const rolling = new RollingCorrelation({ symbols, window: 100 });
      const stats = new RollingStats({ window: 100 });
      const bar = new Float64Array(30);
      const run = (updates: number): void => {
        for (let update = 0; update < updates; update++) {
          for (let symbol = 0; symbol < 30; symbol++) bar[symbol] = random();
          rolling.push(bar);
          stats.push(random());
        }
      };
      run(100_000);
      const before = heldBytes();

      run(1_000_000);

      expect(heldBytes() - before).toBeLessThan(1_000_000);
    },
    HOUR,
  );
});

describe('rolling statistics over 10 000 000 updates', () => {
  it(
    'is within 1e-11 of the exact mean and variance, outliers included, and knows when all values are equal',
    () => {
      const random = seeded(2);
      const stats = new RollingStats({ window: 200 });
      let history: number[] = [];
      let checks = 0;
      let worst = 0;
      for (let update = 1; update <= 10_000_000; update++) {
        const isFlat = update % 50_000 < 300;
        const value = update % 50_000 === 20_000 ? 1e13 : isFlat ? 1e5 + 0.1 : 1e5 + (random() - 0.5) / 100;
        stats.push(value);
        history.push(value);
        if (history.length > 1_000) history = history.slice(-200);
        const isAfterOutlier = update % 50_000 > 20_199 && update % 50_000 < 20_210;
        const isAllFlat = update % 50_000 === 250;
        if (update % 99_991 !== 0 && !isAfterOutlier && !isAllFlat) continue;
        const window = history.slice(-200);
        const variance = exactCovariance(window, window, 1);
        checks++;
        worst = Math.max(worst, isAllFlat ? stats.variance : Math.abs(stats.variance / variance - 1));
        worst = Math.max(worst, Math.abs(stats.mean / exactMean(window) - 1));
      }

      expect(checks).toBeGreaterThan(2_000);
      expect(worst).toBeLessThanOrEqual(1e-11);
    },
    HOUR,
  );
});

/** Deviations from 100 000 first: they add up without an error that shows. */
function exactMean(values: readonly number[]): number {
  return 1e5 + values.reduce((sum, value) => sum + (value - 1e5), 0) / values.length;
}
