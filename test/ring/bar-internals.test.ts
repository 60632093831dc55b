import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompensatedSum } from '../../src/ring/compensated-sum.js';
import { periodOf } from '../../src/ring/market-time.js';
import { RowSlots } from '../../src/ring/row-slots.js';

/** A double as a whole number of 2^-1074, which every double is. */
function exact(value: number): bigint {
  const [bits = 0n] = new BigUint64Array(new Float64Array([value]).buffer);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return bits >> 63n === 0n ? size : -size;
}

function distance(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}

describe('CompensatedSum', () => {
  it('is within a rounding error of the exact sum of values that do not cancel', () => {
    const value = fc.double({ min: 0, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 200 }), (values) => {
        const sum = new CompensatedSum();
        for (const one of values) sum.add(one);
        const total = values.reduce((before, one) => before + exact(one), 0n);

        // One unit in the last place is 2^-52 of a number.
        expect(distance(exact(sum.value), total) << 52n <= total).toBe(true);
      }),
    );
  });

  it('keeps what plain addition loses', () => {
    const sum = new CompensatedSum();

    for (const one of [1, 1e100, 1, -1e100]) sum.add(one);

    expect(sum.value).toBe(2);
  });

  it('starts again from 0', () => {
    const sum = new CompensatedSum();
    for (const one of [1e16, 1, NaN]) sum.add(one);

    sum.reset();

    expect(sum.value).toBe(0);
  });
});

describe('periodOf', () => {
  it('is the period in which a time lies, next to boundaries too', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e11 }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.constantFrom(-1, 0, 1),
        (period, part, side) => {
          const boundary = Math.trunc((part * 8.64e15) / period) * period;
          const time = side === 0 ? boundary : neighbour(boundary, side);

          const found = periodOf(time, period);

          expect(found * period).toBeLessThanOrEqual(time);
          expect((found + 1) * period).toBeGreaterThan(time);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is never -0', () => {
    expect(periodOf(-0, 10)).toBe(0);
  });
});

/** The next double in a direction. */
function neighbour(value: number, direction: number): number {
  if (value === 0) return direction * 1e-300;
  const bits = new BigInt64Array(new Float64Array([value]).buffer);
  bits[0] = (bits[0] ?? 0n) + BigInt(value > 0 ? direction : -direction);
  return new Float64Array(bits.buffer)[0] ?? NaN;
}

describe('RowSlots', () => {
  it('keeps rows of the last periods apart, before the epoch and beyond 2^31 periods too', () => {
    for (const first of [-9, 2 ** 31 - 2, 8.64e15 - 3]) {
      const rows = new RowSlots(4, 2);

      for (let i = 0; i < 4; i++) rows.put(first + i, i % 2, 0, i);

      expect([0, 1, 2, 3].map((i) => rows.value(first + i, i % 2))).toEqual([0, 1, 2, 3]);
      expect([-1, 0, 3, 4].map((i) => rows.updated(first + i))).toEqual([-1, 1, 1, -1]);
    }
  });

  it('starts anew in a slot that another row had', () => {
    const rows = new RowSlots(2, 2);
    rows.put(0, 0, 5, 50);
    rows.put(0, 1, 5, 51);

    rows.put(2, 1, 1, 60);

    expect([rows.updated(0), rows.updated(2)]).toEqual([-1, 1]);
    expect(rows.carry(2, 0, 7)).toBe(true);
    expect(rows.carry(2, 1, 7)).toBe(false);
    expect(rows.copy(2)).toEqual(new Float64Array([7, 60]));
  });

  it('takes an update of a time that is not older', () => {
    const rows = new RowSlots(2, 1);

    expect([rows.put(0, 0, 5, 1), rows.put(0, 0, 4, 2), rows.put(0, 0, 5, 3)]).toEqual([true, false, true]);
    expect([rows.value(0, 0), rows.updated(0)]).toEqual([3, 1]);
  });
});
