import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GapSums } from '../../src/rolling/gap-sums.js';

const SIZE = 4;
const cell = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -50, max: 50 }) },
  { weight: 1, arbitrary: fc.constant(NaN) },
);
const bar = fc.array(cell, { minLength: SIZE, maxLength: SIZE });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ does: fc.constant('enter' as const), bar }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('leave' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('replace' as const),
      at: fc.nat({ max: 20 }),
      symbol: fc.nat({ max: SIZE - 1 }),
      value: cell,
    }),
  },
);

/** What a symbol has in the bars in which another has a gap, from the bars themselves. */
function beside(bars: readonly (readonly number[])[], symbol: number, other: number): number[] {
  const values = bars.filter((one) => Number.isNaN(one[other])).map((one) => one[symbol] ?? NaN);
  const present = values.filter((value) => !Number.isNaN(value));
  return [
    present.length,
    present.reduce((sum, value) => sum + value, 0) + 0,
    present.reduce((sum, value) => sum + value * value, 0),
  ];
}

function found(gaps: GapSums, symbol: number, other: number): number[] {
  return [gaps.countBeside(symbol, other), gaps.sumBeside(symbol, other) + 0, gaps.squareBeside(symbol, other)];
}

describe('sums beside gaps', () => {
  it('equal those of the bars, whatever enters, leaves and is replaced', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const gaps = new GapSums(new Float64Array(SIZE).fill(1));
        const bars: number[][] = [];
        for (const one of steps) {
          if (one.does === 'enter') {
            bars.push([...one.bar]);
            gaps.slide(Float64Array.from(one.bar), SIZE, 1);
          } else if (one.does === 'leave') {
            const left = bars.shift();
            if (left !== undefined) gaps.slide(Float64Array.from(left), SIZE, -1);
          } else {
            const target = bars[one.at % Math.max(1, bars.length)];
            if (target === undefined) continue;
            const before = target[one.symbol] ?? NaN;
            target[one.symbol] = one.value;
            gaps.replace(one.symbol, before, one.value, Float64Array.from(target), SIZE);
          }
        }

        for (let symbol = 0; symbol < SIZE; symbol++) {
          for (let other = 0; other < SIZE; other++) {
            if (symbol !== other) expect(found(gaps, symbol, other)).toEqual(beside(bars, symbol, other));
          }
        }
      }),
    );
  });

  it('cost nothing without gaps: no row is made', () => {
    const gaps = new GapSums(new Float64Array(3));

    gaps.slide(Float64Array.of(1, 2, 3), 3, 1);
    gaps.replace(1, 2, 5, Float64Array.of(1, 5, 3), 3);

    expect(gaps.isUsed).toBe(false);
    expect(gaps.symbols).toEqual([]);
    expect(found(gaps, 0, 1)).toEqual([0, 0, 0]);
  });

  it('name the symbols with gaps until their rows are closed', () => {
    const gaps = new GapSums(new Float64Array(3));
    gaps.slide(Float64Array.of(NaN, 2, NaN), 3, 1);
    const during = [gaps.symbols, gaps.error[1]];

    gaps.close(0);
    gaps.close(0);
    gaps.close(2);

    expect(during).toEqual([[0, 2], gaps.error[1] === 0 ? during[1] : NaN]);
    expect(gaps.isUsed).toBe(false);
    expect([...gaps.error]).toEqual([0, 0, 0]);
  });

  it('begin anew when a symbol has gaps again', () => {
    const gaps = new GapSums(new Float64Array(2));
    gaps.slide(Float64Array.of(NaN, 7), 2, 1);
    gaps.close(0);
    gaps.slide(Float64Array.of(NaN, 3), 2, 1);

    expect(found(gaps, 1, 0)).toEqual([1, 3, 9]);
  });

  it('widen their bound with every term, and forget it with the column', () => {
    const gaps = new GapSums(Float64Array.of(100, 100));
    gaps.slide(Float64Array.of(NaN, 5), 2, 1);
    const first = gaps.error[1] ?? NaN;
    gaps.slide(Float64Array.of(NaN, 5), 2, 1);
    const second = gaps.error[1] ?? NaN;
    gaps.clearColumn(1);

    expect(first).toBe(2 ** -51 * 125);
    expect(second).toBe(2 * first);
    expect(gaps.error[1]).toBe(0);
    expect(found(gaps, 1, 0)).toEqual([0, 0, 0]);
  });

  it('follow the symbols that are kept', () => {
    const old = new GapSums(new Float64Array(3));
    old.slide(Float64Array.of(4, 6, NaN), 3, 1);
    const made = new GapSums(new Float64Array(2));

    made.takeOver(old, [1, 2]);

    expect(made.symbols).toEqual([1]);
    expect(found(made, 0, 1)).toEqual([1, 6, 36]);
  });
});
