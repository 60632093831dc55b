import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEAVES, ProductMatrix } from '../../src/rolling/product-matrix.js';

const SIZE = 5;
const whole = fc.integer({ min: -30, max: 30 });
const line = fc.array(whole, { minLength: SIZE, maxLength: SIZE });
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ does: fc.constant('bar' as const), enters: line, leaves: line }) },
    {
      weight: 2,
      arbitrary: fc.record({ does: fc.constant('revise' as const), symbol: fc.nat({ max: 4 }), value: whole }),
    },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('flush' as const) }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('settle' as const) }) },
  ),
  { maxLength: 30 },
);

function setBar(products: ProductMatrix, symbol: number, enters: number, leaves: number): void {
  const place = products.placeInBar(symbol);
  products.bars[place] = enters;
  products.bars[place + LEAVES] = leaves;
}

function make(engine: 'wasm' | 'js', size = SIZE, window = 4): ProductMatrix {
  return new ProductMatrix('test', engine, size, size, window);
}

describe.each(['wasm', 'js'] as const)('sums of products in %s', (engine) => {
  it('equal those of a plain matrix, wait or no wait', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const products = make(engine);
        const plain = Array.from({ length: SIZE }, () => Array.from({ length: SIZE }, () => 0));
        const kept: { enters: number[]; leaves: number[] }[] = [];
        for (const one of all) {
          if (one.does === 'bar') {
            products.beginBar();
            kept.push({ enters: [...one.enters], leaves: [...one.leaves] });
            one.enters.forEach((value, symbol) => setBar(products, symbol, value, one.leaves[symbol] ?? 0));
          } else if (one.does === 'revise') {
            const newest = kept.at(-1);
            if (newest === undefined || !products.isNewestWaiting) continue;
            newest.enters[one.symbol] = one.value;
            setBar(products, one.symbol, one.value, newest.leaves[one.symbol] ?? 0);
          } else if (one.does === 'flush') products.flush();
          else products.settleOlder();
          expect(products.waiting).toBeLessThanOrEqual(4);
        }
        for (const { enters, leaves } of kept) {
          for (let row = 0; row < SIZE; row++) {
            for (let column = 0; column < SIZE; column++) {
              const change = (enters[row] ?? 0) * (enters[column] ?? 0) - (leaves[row] ?? 0) * (leaves[column] ?? 0);
              (plain[row] ?? [])[column] = (plain[row]?.[column] ?? 0) + change;
            }
          }
        }

        for (let row = 0; row < SIZE; row++) {
          for (let column = 0; column < row; column++) {
            expect(products.product(row, column) + 0).toBe((plain[row]?.[column] ?? NaN) + 0);
            expect(products.product(column, row)).toBe(products.product(row, column));
          }
        }
      }),
    );
  });

  it('are recomputed from the values around the anchors, gaps left out', () => {
    const products = make(engine, 3, 4);
    const values = [
      [1, 2, 3],
      [4, NaN, 6],
      [7, 8, NaN],
      [2, 2, 2],
    ];
    values.forEach((bar, slot) => products.values.set(bar, slot * products.capacity));
    products.anchors.set([1, 2, 3]);
    values.forEach((bar, slot) => (products.deviations[slot] = (bar[0] ?? NaN) - 1));

    products.rebuildRow(0);

    expect(products.product(0, 1)).toBe(6 * 6);
    expect(products.product(2, 0)).toBe(3 * 3 + 1 * -1);
    expect(products.product(1, 2)).toBe(0);
  });

  it('change with a value that is replaced, but for pairs that have a gap there', () => {
    const products = make(engine, 3, 2);
    products.values.set([5, 3, NaN], 0);

    products.replace(0, 0, 2, 7);

    expect(products.product(0, 1)).toBe((7 - 2) * 3);
    expect(products.product(0, 2)).toBe(0);
  });

  it('give a full symmetric matrix of correlations by the terms set, NaN where there is no scale', () => {
    const products = make(engine, 3, 4);
    products.beginBar();
    [3, -1, 2].forEach((value, symbol) => setBar(products, symbol, value, 0));
    products.settleOlder();
    products.setTerms(0, 0, 1 / 6);
    products.setTerms(1, 0, 1);
    products.setTerms(2, 0, NaN);

    const matrix = products.correlate(0).slice();

    expect([matrix[1], matrix[3]]).toEqual([-0.5, -0.5]);
    expect([matrix[2], matrix[5], matrix[6], matrix[7]]).toEqual([NaN, NaN, NaN, NaN]);
    expect([0, 1, 2].map((symbol) => products.hasScale(symbol))).toEqual([true, true, false]);
  });

  it('are cut to -1 and 1', () => {
    const products = make(engine, 2, 4);
    products.beginBar();
    setBar(products, 0, 3, 0);
    setBar(products, 1, -3, 0);
    for (const symbol of [0, 1]) products.setTerms(symbol, 0, 1);

    expect(products.correlate(0)[1]).toBe(-1);
    for (const symbol of [0, 1]) products.setTerms(symbol, 0, 81);
    expect(products.correlate(5)[2]).toBe(-45 / 81);
  });

  it('go over to a matrix of other symbols, values and anchors with them', () => {
    const old = make(engine, 4, 2);
    old.beginBar();
    [1, 2, 3, 4].forEach((value, symbol) => setBar(old, symbol, value, 0));
    old.values.set([1, 2, 3, 4], 0);
    old.anchors.set([10, 20, 30, 40]);
    old.flush();
    const made = make(engine, 2, 2);

    made.takeOver(old, [3, 1]);

    expect(made.product(0, 1)).toBe(8);
    expect([...made.anchors.subarray(0, 2)]).toEqual([40, 20]);
    expect([made.valueAt(0, 0), made.valueAt(1, 0), made.valueAt(0, 1)]).toEqual([4, 2, NaN]);
  });
});
