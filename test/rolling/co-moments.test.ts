import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownPart, ownTerms, rowStart } from '../../src/rolling/co-moment-kernels.js';
import { CoMoments } from '../../src/rolling/co-moments.js';
import { kahanSquares, kahanSum } from '../../src/rolling/kahan.js';
import { TickGrid } from '../../src/rolling/tick-grid.js';

const count = fc.integer({ min: -1_000, max: 1_000 });

const grid = (tick: number, window = 100): TickGrid => new TickGrid(Float64Array.of(tick), window);

function momentsOf(size: number, tick: number, window: number): CoMoments {
  return new CoMoments({ ticks: new Float64Array(size).fill(tick), window, tolerance: 1e-10, engine: 'auto' });
}

describe('memory of the kernels', () => {
  it('has rows of an even length that hold all columns left of the diagonal, one behind the other', () => {
    for (let row = 0; row < 200; row++) {
      const length = rowStart(row + 1) - rowStart(row);

      expect(length).toBe(row + (row & 1));
    }
    expect(rowStart(1)).toBe(0);
  });

  it('has a place of its own for every symbol of a bar, and for its terms', () => {
    const parts = Array.from({ length: 9 }, (_, symbol) => ownPart(symbol));
    const terms = Array.from({ length: 9 }, (_, symbol) => ownTerms(symbol));

    expect(parts).toEqual([0, 1, 16, 17, 32, 33, 48, 49, 64]);
    expect(terms).toEqual([0, 1, 8, 9, 16, 17, 24, 25, 32]);
  });
});

describe('Kahan sums', () => {
  it('do not have the growing error of a plain loop', () => {
    const values = new Float64Array(10_000).fill(0.1);

    expect(kahanSum(values)).toBe(1_000);
    expect(kahanSquares(new Float64Array(10_000).fill(Math.sqrt(0.1)))).toBeCloseTo(1_000, 11);
  });

  it('are exact for whole numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -(2 ** 20), max: 2 ** 20 }), { maxLength: 50 }), (values) => {
        const numbers = Float64Array.from(values);

        expect(kahanSum(numbers) + 0).toBe(values.reduce((sum, value) => sum + value, 0) + 0);
        expect(kahanSquares(numbers)).toBe(values.reduce((sum, value) => sum + value * value, 0));
      }),
    );
  });
});

describe('CoMoments', () => {
  it('keeps every sum of whole numbers equal to a recompute, to the bit', () => {
    const row = fc.array(fc.oneof(count, fc.constant(NaN)), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.integer({ min: 1, max: 6 }), (bars, window) => {
        const moments = momentsOf(4, 1, window);
        for (const bar of bars) moments.push(Float64Array.from(bar));

        const kept = bars.slice(-window);
        for (let left = 0; left < 4; left++) {
          for (let right = 0; right < 4; right++) {
            const deviation = (bar: readonly number[], symbol: number): number => {
              const found = (bar[symbol] ?? NaN) - (moments.products.anchors[symbol] ?? NaN);
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
    const moments = momentsOf(2, 0, 2);
    for (const bar of [
      [1, 1],
      [NaN, 2],
      [NaN, 3],
      [1e12, 4],
      [1e12 + 1, 6],
    ])
      moments.push(Float64Array.from(bar));

    expect(moments.moments.observed[0]).toBe(2);
    expect(moments.repair.spread(0)).toBeCloseTo(0.5, 12);
    expect(moments.productOf(0, 1)).not.toBeNaN();
  });
});

const isOn = (on: TickGrid, price: number): boolean => on.holds(0, Float64Array.of(price), 0);

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

          expect(isOn(grid(tick), price)).toBe(true);
          expect(grid(tick).toTicks(0, price) + 0).toBe(steps + 0);
          expect(isOn(grid(tick), between)).toBe(false);
        },
      ),
    );
  });

  it('holds gaps, and everything when there is no tick', () => {
    expect(isOn(grid(0.1), NaN)).toBe(true);
    expect(isOn(grid(0), Math.PI)).toBe(true);
    expect(grid(0).isUsed).toBe(false);
    expect(grid(0.1).isUsed).toBe(true);
  });

  it('holds no price of which a window would exceed 2^52 ticks', () => {
    expect(isOn(grid(1, 4), 2 ** 50)).toBe(true);
    expect(isOn(grid(1, 4), 2 ** 50 + 1)).toBe(false);
    expect(isOn(grid(1e-300, 4), 1e100)).toBe(false);
  });
});
