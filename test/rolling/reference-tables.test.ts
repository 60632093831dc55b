import { RollingCorrelation, RollingStats } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { distance } from './naive.js';
import { numbers, readCases } from './reference.js';

interface CorrelationCase {
  readonly name: string;
  readonly window: number;
  readonly minPeriods: number;
  readonly x: readonly (number | null)[];
  readonly y: readonly (number | null)[];
  readonly corr: readonly (number | null)[];
  readonly cov_ddof1: readonly (number | null)[];
}

interface StatsCase {
  readonly name: string;
  readonly window: number;
  readonly minPeriods: number;
  readonly x: readonly (number | null)[];
  readonly expected: Readonly<Record<string, readonly (number | null)[]>>;
}

const correlations = readCases('rolling-corr.json') as CorrelationCase[]; // as the table documents
const statistics = readCases('rolling-stats.json') as StatsCase[]; // as the table documents

describe('rolling correlation against exact rational arithmetic', () => {
  it.each(correlations.map((table) => [table.name, table] as const))(
    'equals the table within 1e-12: %s',
    (_, table) => {
      const { window, minPeriods } = table;
      const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window, minPeriods });
      const x = numbers(table.x);
      const y = numbers(table.y);

      x.forEach((value, bar) => {
        rolling.push([value, y[bar] ?? NaN]);
        const found = rolling.correlation('x', 'y');
        const expected = table.corr[bar] ?? NaN;

        expect(distance(found, expected), `bar ${bar}`).toBeLessThanOrEqual(1e-12);
        expect(Math.abs(Number.isNaN(found) ? 0 : found)).toBeLessThanOrEqual(1);
      });
    },
  );

  it.each(correlations.map((table) => [table.name, table] as const))('gives the covariance of: %s', (_, table) => {
    const { window, minPeriods } = table;
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window, minPeriods });
    const x = numbers(table.x);
    const y = numbers(table.y);

    x.forEach((value, bar) => {
      rolling.push({ x: value, y: y[bar] ?? NaN });
      const found = rolling.covariance('x', 'y');
      const expected = table.cov_ddof1[bar] ?? NaN;
      const size = Math.max(Math.abs(expected), Math.sqrt(rolling.variance('x')) * Math.sqrt(rolling.variance('y')));
      const limit = Number.isNaN(expected) ? 0 : 1e-12 * Math.max(size, 1e-30);
      expect(distance(found, expected), `bar ${bar}`).toBeLessThanOrEqual(limit);
    });
  });

  it.runIf(correlations.length > 0)('says zero-variance where the table has a constant column', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 5 });

    for (const x of [0.125, 0.625, 0.5, 0.8125, 0.1875]) rolling.push([x, 0.2]);

    expect(rolling.correlation('x', 'y')).toBeNaN();
    expect(rolling.reason('x', 'y')).toBe('zero-variance');
    expect(rolling.covariance('x', 'y')).toBe(0);
    expect(rolling.variance('y')).toBe(0);
  });
});

describe('rolling statistics against exact rational arithmetic', () => {
  const rows = statistics.flatMap((table) => [0, 1].map((ddof) => [table.name, ddof, table] as const));

  it.each(rows)('equals the table: %s, ddof %i', (_, ddof, table) => {
    const { window, minPeriods } = table;
    const stats = new RollingStats({ window, minPeriods, ddof });
    const at = (column: string, bar: number): number => table.expected[column]?.[bar] ?? NaN;

    numbers(table.x).forEach((value, bar) => {
      stats.push(value);

      expectClose(stats.mean, at('mean', bar));
      expectClose(stats.variance, at(`var_ddof${ddof}`, bar));
      expectClose(stats.std, at(`std_ddof${ddof}`, bar));
      expect(stats.min).toBe(at('min', bar));
      expect(stats.max).toBe(at('max', bar));
    });
  });
});

function expectClose(found: number, expected: number): void {
  const limit = Number.isNaN(expected) ? 0 : 1e-12 * Math.abs(expected);
  expect(distance(found, expected)).toBeLessThanOrEqual(limit);
}
