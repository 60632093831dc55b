import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  amendTriangle,
  anchoredProduct,
  pairIndex,
  slideTriangle,
  totalOf,
} from '../../src/rolling/co-moment-kernels.js';
import { CoMoments } from '../../src/rolling/co-moments.js';
import { TickGrid } from '../../src/rolling/tick-grid.js';

const count = fc.integer({ min: -1_000, max: 1_000 });

const rows = (size: number): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(count, { minLength: size, maxLength: size }), { minLength: 2, maxLength: 8 });

const grid = (tick: number, window = 100): TickGrid => new TickGrid(Float64Array.of(tick), window);

describe('packed triangle', () => {
  it('has one place for every pair, row after row', () => {
    for (const size of [2, 3, 7, 70]) {
      const places: number[] = [];
      for (let left = 0; left < size; left++) {
        for (let right = left + 1; right < size; right++) places.push(pairIndex(left, right, size));
      }

      expect(places).toEqual(Array.from({ length: (size * (size - 1)) / 2 }, (_, index) => index));
    }
  });

  it('slides and amends as full matrices of products do, for 1 to 12 symbols', () => {
    const history = fc
      .integer({ min: 1, max: 12 })
      .chain((size) => fc.tuple(rows(size), fc.nat({ max: size - 1 }), count));
    fc.assert(
      fc.property(history, ([bars, symbol, after]) => {
        const size = bars[0]?.length ?? 0;
        const triangle = new Float64Array((size * (size - 1)) / 2);
        const none = new Float64Array(size);
        for (const bar of bars) slideTriangle(triangle, Float64Array.from(bar), none);
        slideTriangle(triangle, none, Float64Array.from(bars[0] ?? []));
        const newest = bars.at(-1) ?? [];
        amendTriangle(triangle, Float64Array.from(newest), symbol, newest[symbol] ?? NaN, after);

        newest[symbol] = after;
        const kept = bars.slice(1);
        for (let left = 0; left < size; left++) {
          for (let right = left + 1; right < size; right++) {
            const expected = kept.reduce((sum, bar) => sum + (bar[left] ?? NaN) * (bar[right] ?? NaN), 0);
            expect(triangle[pairIndex(left, right, size)]).toBe(expected);
          }
        }
      }),
    );
  });

  it('adds without the growing error of a plain loop, gaps left out', () => {
    const deviations = Float64Array.from({ length: 10_001 }, (_, index) => (index === 5_000 ? NaN : 0.1));
    const ones = new Float64Array(10_001).fill(3);

    expect(totalOf(deviations)).toBe(1_000);
    expect(anchoredProduct(deviations, ones, 0, 2)).toBe(1_000);
  });
});

describe('CoMoments', () => {
  it('keeps every sum of whole numbers equal to a recompute, to the bit', () => {
    const row = fc.array(fc.oneof(count, fc.constant(NaN)), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.integer({ min: 1, max: 6 }), (bars, window) => {
        const moments = new CoMoments(new Float64Array(4).fill(1), window, 1e-10);
        for (const bar of bars) moments.push(Float64Array.from(bar));

        const kept = bars.slice(-window);
        for (let left = 0; left < 4; left++) {
          for (let right = 0; right < 4; right++) {
            const deviation = (bar: readonly number[], symbol: number): number => {
              const found = (bar[symbol] ?? NaN) - (moments.moments.anchor[symbol] ?? NaN);
              return Number.isNaN(found) ? 0 : found;
            };
            const expected = kept.reduce((sum, bar) => sum + deviation(bar, left) * deviation(bar, right), 0);
            expect(moments.productOf(left, right) + 0).toBe(expected + 0);
          }
        }
      }),
    );
  });

  it('starts a symbol that was away for longer than the window from its next value', () => {
    const moments = new CoMoments(new Float64Array(2), 2, 1e-10);
    for (const bar of [
      [1, 1],
      [NaN, 2],
      [NaN, 3],
      [1e12, 4],
      [1e12 + 1, 6],
    ])
      moments.push(Float64Array.from(bar));

    expect(moments.moments.observed[0]).toBe(2);
    expect(moments.moments.spread(0)).toBeCloseTo(0.5, 12);
    expect(moments.productOf(0, 1)).not.toBeNaN();
  });
});

describe('TickGrid', () => {
  it('holds every decimal price of its grid, and none between', () => {
    const decimals = fc.integer({ min: 0, max: 8 });
    fc.assert(
      fc.property(
        decimals,
        fc.constantFrom(1, 2, 5, 25),
        fc.integer({ min: -1e9, max: 1e9 }),
        (places, step, steps) => {
          const tick = Number((step * 10 ** -places).toFixed(places));
          const price = Number(`${step * steps}e-${places}`);
          const between = Number(`${step * steps * 10 + 3 * step}e-${places + 1}`);

          expect(grid(tick).holds(0, price)).toBe(true);
          expect(grid(tick).toTicks(0, price) + 0).toBe(steps + 0);
          expect(grid(tick).holds(0, between)).toBe(false);
        },
      ),
    );
  });

  it('holds gaps, and everything when there is no tick', () => {
    expect(grid(0.1).holds(0, NaN)).toBe(true);
    expect(grid(0).holds(0, Math.PI)).toBe(true);
    expect(grid(0).isUsed).toBe(false);
    expect(grid(0.1).isUsed).toBe(true);
  });

  it('holds no price of which a window would exceed 2^52 ticks', () => {
    expect(grid(1, 4).holds(0, 2 ** 50)).toBe(true);
    expect(grid(1, 4).holds(0, 2 ** 50 + 1)).toBe(false);
    expect(grid(1e-300, 4).holds(0, 1e100)).toBe(false);
  });
});
