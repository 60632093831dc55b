import * as fc from 'fast-check';
import { RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { distance, exactCorrelation, exactCovariance, joint, seeded } from './naive.js';

const value = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.double({ min: -100, max: 100, noNaN: true }).filter((v) => v === 0 || Math.abs(v) > 1e-60),
  },
  { weight: 3, arbitrary: fc.double({ min: 99_999.99, max: 100_000.01, noNaN: true }) },
  { weight: 2, arbitrary: fc.constantFrom(0.2, 0.2, 0, -0) },
  { weight: 1, arbitrary: fc.constantFrom(1e12, -1e12, 1e9) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, 1e160) },
);
const bar = fc.tuple(value, value);

describe('RollingCorrelation of floats', () => {
  it('is within errorBound of exact arithmetic, for any history with outliers, gaps and amended values', () => {
    const step = fc.record({ bar, amends: fc.array(fc.tuple(fc.nat({ max: 1 }), value), { maxLength: 2 }) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 40 }), (window, history) => {
        const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window });
        const bars: number[][] = [];
        for (const { bar: first, amends } of history) {
          rolling.push(first);
          const final: number[] = [...first];
          for (const [symbol, amended] of amends) {
            final[symbol] = amended;
            rolling.amend(symbol === 0 ? 'x' : 'y', amended);
          }
          bars.push(final);

          const [x, y] = columns(bars.slice(-window));
          const expected = x.length < 2 ? NaN : exactCorrelation(x, y);
          const found = rolling.correlation('x', 'y');
          expect(distance(found, expected)).toBeLessThanOrEqual(rolling.errorBound());
          expect(Math.abs(found) > 1).toBe(false);
          expect(rolling.errorBound()).toBeLessThanOrEqual(1.1e-10);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has covariances within 1e-10 of the product of deviations', () => {
    fc.assert(
      fc.property(fc.array(bar, { minLength: 1, maxLength: 30 }), fc.integer({ min: 0, max: 2 }), (bars, ddof) => {
        const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 5, minPeriods: 1, ddof });
        for (const one of bars) rolling.push(one);

        const [x, y] = columns(bars.slice(-5));
        const expected = exactCovariance(x, y, ddof);
        const found = rolling.covariance('x', 'y');
        const scale = Math.sqrt(exactCovariance(x, x, ddof)) * Math.sqrt(exactCovariance(y, y, ddof));
        expect(distance(found, expected)).toBeLessThanOrEqual(x.length > ddof ? 1e-10 * scale : 0);
      }),
    );
  });

  it('recovers from an outlier the moment it leaves', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 3 });
    const x = [1, 2, 1e12, 1e7, 6, 5, 8, 7];
    const y = [2, 1, 3, -1e12, 4, 7, 6, 9];

    x.forEach((one, index) => rolling.push([one, y[index] ?? NaN]));

    expect(rolling.correlation('x', 'y')).toBeCloseTo(-1 / 7, 12);
    expect(rolling.covariance('x', 'y')).toBeCloseTo(-1 / 3, 12);
    expect(rolling.stats().rowRecomputes).toBeGreaterThan(0);
  });

  it('gives a correlation of 1 for values of 1e-20', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 3 });

    for (const one of [1e-20, 2e-20, 3e-20, 5e-20]) rolling.push([one, one]);

    expect(rolling.correlation('x', 'y')).toBeCloseTo(1, 12);
  });

  it('gives NaN for denormals and recovers after them', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 3 });

    for (const one of [5e-324, 1e-323, 2e-310]) rolling.push([one, -one]);
    const during = rolling.correlation('x', 'y');
    for (const one of [1, 2, 3]) rolling.push([one, -one]);

    expect(during).toBeNaN();
    expect(rolling.correlation('x', 'y')).toBeCloseTo(-1, 12);
  });

  it('never rebuilds what needs no rebuilding', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 100 });
    const random = seeded(3);

    for (let index = 0; index < 10_000; index++) rolling.push([random(), random()]);

    expect(rolling.stats().rowRecomputes).toBeLessThan(10);
  });

  it('rebuilds more often for a smaller tolerance', () => {
    const recomputes = [1e-6, 1e-10, 1e-12].map((tolerance) => {
      const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 50, tolerance });
      const random = seeded(3);
      let price = 100;
      for (let index = 0; index < 20_000; index++) rolling.push([(price += random() - 0.5), random()]);
      return rolling.stats().rowRecomputes;
    });

    expect(recomputes).toEqual([...recomputes].toSorted((a, b) => a - b));
    expect(recomputes[2]).toBeGreaterThan(recomputes[0] ?? Infinity);
  });

  it('keeps the bound through 10 000 amends of one bar', () => {
    const random = seeded(13);
    const rolling = new RollingCorrelation({ symbols: ['x', 'y', 'z'], window: 30 });
    const bars = Array.from({ length: 30 }, () => [random(), 1e4 + random(), random()]);
    for (const one of bars) rolling.push(one);

    for (let change = 0; change < 10_000; change++) rolling.amend('x', change % 100 === 0 ? 1e6 : random());
    rolling.amend('x', 0.5);

    const newest = bars.at(-1) ?? [];
    newest[0] = 0.5;
    for (const other of [1, 2]) {
      const expected = exactCorrelation(
        bars.map((one) => one[0] ?? NaN),
        bars.map((one) => one[other] ?? NaN),
      );
      const found = rolling.correlation('x', ['x', 'y', 'z'][other] ?? '');
      expect(Math.abs(found - expected)).toBeLessThanOrEqual(rolling.errorBound());
    }
    expect(rolling.errorBound()).toBeLessThanOrEqual(1.1e-10);
  });

  it('says that it is not exact for want of a tick size', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 3 });

    rolling.push([1, 2]);
    rolling.push([2, 1]);

    expect(rolling.reason('x', 'y')).toBe('no-tick-size');
    expect(rolling.stats().exactSymbols).toBe(0);
  });
});

function clean(one: number | undefined): number {
  return one !== undefined && Math.abs(one) <= 1e150 ? one : NaN;
}

function columns(bars: readonly (readonly number[])[]): [number[], number[]] {
  return joint(
    bars.map((one) => clean(one[0])),
    bars.map((one) => clean(one[1])),
  );
}
