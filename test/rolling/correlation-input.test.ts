import * as fc from 'fast-check';
import { type CorrelationInput, RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { distance, exactCorrelation, joint } from './naive.js';

const changes: Record<Exclude<CorrelationInput, 'values'>, (before: number, after: number) => number> = {
  returns: (before, after) => after / before - 1,
  'log-returns': (before, after) => (before > 0 && after > 0 ? Math.log(after / before) : NaN),
};

const price = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: 0.5, max: 500, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, 0, -3, 1e-320) },
);

describe.each(['returns', 'log-returns'] as const)('RollingCorrelation of %s', (input) => {
  const change = (before: number | undefined, after: number | undefined): number => {
    const found = changes[input](before ?? NaN, after ?? NaN);
    return Math.abs(found) <= 1e150 ? found : NaN;
  };

  it('equals exact arithmetic on the changes between adjacent bars, also after amends', () => {
    const step = fc.record({
      bar: fc.tuple(price, price),
      amends: fc.array(fc.tuple(fc.nat({ max: 1 }), price), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 30 }), (window, history) => {
        const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window, input });
        const bars: number[][] = [];
        for (const { bar, amends } of history) {
          rolling.push(bar);
          const final: number[] = [...bar];
          for (const [symbol, amended] of amends) {
            final[symbol] = amended;
            rolling.amend(symbol === 0 ? 'x' : 'y', amended);
          }
          bars.push(final);

          const moves = bars
            .slice(1)
            .map((one, index) => one.map((after, symbol) => change(bars[index]?.[symbol], after)));
          const seen = moves.slice(-window);
          const [x, y] = joint(
            seen.map((one) => one[0] ?? NaN),
            seen.map((one) => one[1] ?? NaN),
          );
          const expected = x.length < 2 ? NaN : exactCorrelation(x, y);
          const found = rolling.correlation('x', 'y');
          expect(distance(found, expected)).toBeLessThanOrEqual(rolling.errorBound());
        }
      }),
    );
  });

  it('has no row for the first bar, and takes its amended value for the first change', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 2, minPeriods: 1, input });

    rolling.push([100, 50]);
    const bars = rolling.stats().bars;
    rolling.amend('x', 200);
    rolling.push([100, 100]);

    expect(bars).toBe(0);
    expect(rolling.mean('x')).toBe(change(200, 100));
    expect(rolling.mean('y')).toBe(change(50, 100));
  });

  it('counts no dropped bar for the first one under listwise', () => {
    const rolling = new RollingCorrelation({
      symbols: ['x', 'y'],
      window: 3,
      minPeriods: 1,
      input,
      missing: 'listwise',
    });

    for (const bar of [
      [1, 2],
      [2, 3],
      [NaN, 4],
      [3, 5],
      [4, 6],
    ]) {
      rolling.push(bar);
    }

    expect(rolling.stats()).toMatchObject({ droppedBars: 2, bars: 3, pushes: 5 });
    expect(rolling.mean('y')).toBe(change(5, 6));
  });

  it('loses two changes to one gap, and a change of 0 instead when it is filled', () => {
    const open = new RollingCorrelation({ symbols: ['x', 'y'], window: 10, input });
    const filled = new RollingCorrelation({ symbols: ['x', 'y'], window: 10, input, missing: 'forward-fill' });

    for (const bar of [
      [1, 1],
      [2, 2],
      [NaN, 3],
      [8, 4],
    ]) {
      open.push(bar);
      filled.push(bar);
    }

    expect(open.reason('x', 'x')).toBe('too-few-values');
    expect(filled.mean('x')).toBeCloseTo((change(1, 2) + 0 + change(2, 8)) / 3, 14);
  });

  it('takes a change from or to what is not a price for missing', () => {
    const rolling = new RollingCorrelation({ symbols: ['x', 'y'], window: 10, minPeriods: 1, input });

    for (const x of [1, 0, 5]) rolling.push([x, 1]);

    expect(rolling.mean('x')).toBe(input === 'returns' ? -1 : NaN);
    expect(rolling.mean('y')).toBe(0);
  });

  it('refuses a tick size', () => {
    const options = { symbols: ['x'], window: 2, input, tickSize: 0.1 };

    expect(() => new RollingCorrelation(options)).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIG',
        message: expect.stringContaining(`with input '${input}', got 0.1`),
      }),
    );
  });
});
