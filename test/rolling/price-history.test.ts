import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { depthOf } from '../../src/rolling/bar-intake.js';
import { PriceHistory } from '../../src/rolling/price-history.js';

const price = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 99 }) },
  { weight: 1, arbitrary: fc.constant(NaN) },
);

function filled(bars: readonly (readonly number[])[], depth: number): PriceHistory {
  const history = new PriceHistory(bars[0]?.length ?? 1, depth);
  for (const bar of bars) history.push(Float64Array.from(bar));
  return history;
}

/** The newest value at or before a bar, from all bars. */
function carried(bars: readonly (readonly number[])[], symbol: number, age: number): number {
  const seen = bars.slice(0, Math.max(0, bars.length - age)).map((bar) => bar[symbol] ?? NaN);
  return seen.findLast((value) => !Number.isNaN(value)) ?? NaN;
}

describe('PriceHistory', () => {
  it('has the newest bars, and fills gaps with what was before, however long ago', () => {
    const bars = fc.array(fc.tuple(price, price), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(bars, fc.integer({ min: 1, max: 6 }), (all, depth) => {
        const history = filled(all, depth);

        for (let age = 0; age < Math.min(depth, all.length); age++) {
          for (const symbol of [0, 1]) {
            expect(history.at(symbol, age)).toBe(all[all.length - 1 - age]?.[symbol]);
            expect(history.filledAt(symbol, age)).toBe(carried(all, symbol, age));
          }
        }
      }),
    );
  });

  it('takes a symbol with its values, the older ones as what came before', () => {
    const history = filled([[1], [2], [3]], 2);

    history.addSymbol(Float64Array.of(7, NaN, NaN));

    expect([history.at(1, 0), history.at(1, 1)]).toEqual([NaN, NaN]);
    expect([history.filledAt(1, 0), history.filledAt(1, 1)]).toEqual([7, 7]);
    expect([history.at(0, 0), history.at(0, 1)]).toEqual([3, 2]);
  });

  it('leaves a symbol out, the others where they were', () => {
    const history = filled(
      [
        [1, 10, 100],
        [2, 20, 200],
      ],
      2,
    );

    history.removeSymbol(1);
    history.push(Float64Array.of(3, 300));

    expect([history.at(0, 1), history.at(1, 1), history.at(1, 0)]).toEqual([2, 200, 300]);
  });

  it('goes on where its snapshot was taken', () => {
    const history = filled([[1], [NaN], [3]], 2);
    const other = new PriceHistory(1, 2);
    other.kept.forEach((array, index) => array.set(history.kept[index] ?? []));
    other.restore(history.slot);

    for (const one of [history, other]) one.push(Float64Array.of(NaN));

    expect([other.filledAt(0, 0), other.at(0, 1)]).toEqual([history.filledAt(0, 0), history.at(0, 1)]);
  });

  it.each([
    ['values', 5],
    ['returns', 6],
    ['log-returns', 6],
  ] as const)('needs for a window of five %s a depth of %i', (input, depth) => {
    expect(depthOf(5, input)).toBe(depth);
  });
});
