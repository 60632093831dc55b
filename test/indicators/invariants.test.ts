import * as fc from 'fast-check';
import {
  atr,
  bollinger,
  ema,
  macd,
  percentChange,
  rateOfChange,
  rollingMax,
  rollingMin,
  rollingStd,
  rsi,
  sma,
  volumeRatio,
  vwap,
  wma,
  zscore,
} from 'tickwise/indicators';
import { describe, expect, it } from 'vitest';

type Line = (values: readonly number[], period: number) => Float64Array;

const atrOf: Line = (values, period) =>
  atr({ high: values.map((one) => one + 1), low: values.map((one) => one - 1), close: values }, period);

/** What scales with the values. The true range has its own scale here, which is not that of the values. */
const proportional: readonly (readonly [string, Line])[] = [
  ['sma', sma],
  ['wma', wma],
  ['ema', ema],
  ['rollingMin', rollingMin],
  ['rollingMax', rollingMax],
  ['rollingStd', rollingStd],
  ['macd', (values, period) => macd(values, { fast: period, slow: period + 2, signal: 2 }).macd],
  ['bollinger', (values, period) => bollinger(values, period).upper],
];

/** What does not depend on the unit of the values. */
const relative: readonly (readonly [string, Line])[] = [
  ['rsi', rsi],
  ['zscore', zscore],
  ['rateOfChange', rateOfChange],
  ['percentChange', percentChange],
  ['volumeRatio', volumeRatio],
];

/** What is an average, and lies among what it averages. */
const averages: readonly (readonly [string, Line])[] = [
  ['sma', sma],
  ['wma', wma],
  ['vwap', (values, period) => vwap({ price: values, volume: values.map((_, index) => 1 + (index % 4)) }, period)],
  ['bollinger', (values, period) => bollinger(values, period).middle],
];

const price = fc.double({ min: 1, max: 1_000, noNaN: true });
const gappy = fc.oneof({ weight: 15, arbitrary: price }, { weight: 1, arbitrary: fc.constant(NaN) });
const prices = fc.array(gappy, { maxLength: 30 });
const period = fc.integer({ min: 1, max: 7 });
const RUNS = { numRuns: 50 };

/** Largest distance of two lines, NaN where only one of them is NaN. */
function apart(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const distances = Array.from(found, (value, index) => {
    const twin = expected[index] ?? 0;
    return Object.is(value, twin) ? 0 : Math.abs(value - twin) / Math.max(1, Math.abs(twin));
  });
  return Math.max(0, ...distances);
}

describe('the unit of the values', () => {
  it.each(proportional)('scales %s, to the bit for a power of two', (_, line) => {
    fc.assert(
      fc.property(prices, period, fc.integer({ min: -40, max: 40 }), (values, length, power) => {
        const scaled = values.map((value) => value * 2 ** power);

        expect([...line(scaled, length)]).toEqual([...line(values, length)].map((value) => value * 2 ** power));
      }),
      RUNS,
    );
  });

  it.each(relative)('leaves %s as it is, to the bit for a power of two', (_, line) => {
    fc.assert(
      fc.property(prices, period, fc.integer({ min: -40, max: 40 }), (values, length, power) => {
        const scaled = values.map((value) => value * 2 ** power);

        expect([...line(scaled, length)]).toEqual([...line(values, length)]);
      }),
      RUNS,
    );
  });

  it('cancels in a weighted price when it is that of the volumes', () => {
    fc.assert(
      fc.property(prices, period, fc.integer({ min: -40, max: 40 }), (values, length, power) => {
        const volume = values.map((_, index) => (index % 5) * 2 ** power);
        const plain = values.map((_, index) => index % 5);

        expect(vwap({ price: values, volume }, length)).toEqual(vwap({ price: values, volume: plain }, length));
        expect(vwap({ price: values, volume })).toEqual(vwap({ price: values, volume: plain }));
      }),
      RUNS,
    );
  });
});

describe('values turned upside down', () => {
  it('exchange the smallest and the largest', () => {
    fc.assert(
      fc.property(prices, period, (values, length) => {
        const turned = values.map((value) => -value);

        expect([...rollingMin(turned, length)]).toEqual([...rollingMax(values, length)].map((value) => -value));
      }),
      RUNS,
    );
  });

  it('exchange rises and falls', () => {
    fc.assert(
      fc.property(prices, period, (values, length) => {
        const turned = values.map((value) => -value);

        const mirrored = rsi(values, length).map((value) => 100 - value);
        expect(apart(rsi(turned, length), mirrored)).toBeLessThanOrEqual(1e-12);
      }),
      RUNS,
    );
  });

  it('leave deviations and turn z-scores', () => {
    fc.assert(
      fc.property(prices, period, (values, length) => {
        const turned = values.map((value) => -value);

        expect(rollingStd(turned, length)).toEqual(rollingStd(values, length));
        expect(zscore(turned, length).map((value) => 0 - value)).toEqual(
          zscore(values, length).map((value) => value + 0),
        );
      }),
      RUNS,
    );
  });
});

describe('bounds', () => {
  it.each(averages)('hold %s between the smallest and the largest of its window', (_, line) => {
    fc.assert(
      fc.property(prices, period, (values, length) => {
        const found = line(values, length);
        const lowest = rollingMin(values, length);
        const highest = rollingMax(values, length);

        found.forEach((value, index) => {
          const [low, high] = [lowest[index] ?? NaN, highest[index] ?? NaN];
          expect(Number.isNaN(value)).toBe(Number.isNaN(low));
          expect(value < low * (1 - 1e-13) || value > high * (1 + 1e-13)).toBe(false);
        });
      }),
      RUNS,
    );
  });

  it('hold a z-score within (n - 1) / sqrt(n) and bands around their middle', () => {
    fc.assert(
      fc.property(prices, fc.integer({ min: 2, max: 8 }), (doubles, length) => {
        // In cents: between doubles that are neighbours the rounding of their mean counts for more.
        const values = doubles.map((value) => Math.round(value * 100));
        const limit = ((length - 1) / Math.sqrt(length)) * (1 + 1e-9);
        const { middle, upper, lower } = bollinger(values, length);

        expect(zscore(values, length).some((value) => Math.abs(value) > limit)).toBe(false);
        expect(middle.some((value, index) => (upper[index] ?? 0) < value || (lower[index] ?? 0) > value)).toBe(false);
      }),
      RUNS,
    );
  });

  it('hold a true range at least at the mean of high less low', () => {
    fc.assert(
      fc.property(prices, period, (values, length) => {
        const line = atrOf(values, length);

        expect(line.some((value) => value < 2 * (1 - 1e-12))).toBe(false);
        expect(line.filter((value) => Number.isFinite(value)).length).toBe(
          Math.max(0, values.filter((value) => !Number.isNaN(value)).length - length),
        );
      }),
      RUNS,
    );
  });
});

describe('simple series', () => {
  const ramp = Array.from({ length: 20 }, (_, index) => 10 + 3 * index);

  it('a period of 1 gives the values themselves', () => {
    for (const line of [sma, wma, ema, rollingMin, rollingMax]) expect([...line(ramp, 1)]).toEqual(ramp);
    expect([...rateOfChange(ramp, 1)]).toEqual([...percentChange(ramp)].map((value) => value * 100));
  });

  it.each([2, 3, 5, 8])('a ramp has averages of period %i that lag by a known number of steps', (length) => {
    const newest = ramp.at(-1) ?? NaN;

    expect(sma(ramp, length).at(-1)).toBeCloseTo(newest - (3 * (length - 1)) / 2, 10);
    expect(wma(ramp, length).at(-1)).toBeCloseTo(newest - (3 * (length - 1)) / 3, 10);
    expect(ema(ramp, length).at(-1)).toBeCloseTo(newest - (3 * (length - 1)) / 2, 10);
  });

  it.each([2, 3, 5, 8])('a ramp has a known spread over %i values, and rises only', (length) => {
    const spread = 3 * Math.sqrt((length * (length + 1)) / 12);

    expect(rollingStd(ramp, length).at(-1)).toBeCloseTo(spread, 10);
    expect(zscore(ramp, length).at(-1)).toBeCloseTo((3 * (length - 1)) / 2 / spread, 10);
    expect(rsi(ramp, length).at(-1)).toBe(100);
    expect(atrOf(ramp, length).at(-1)).toBe(4);
  });

  it('a step is forgotten by windows after their period, and by an ema by its weight each time', () => {
    const step = [...Array.from({ length: 6 }, () => 0), ...Array.from({ length: 8 }, () => 1)];

    const away = [...ema(step, 3)].slice(6).map((value) => 1 - value);
    expect(away).toEqual([2, 4, 8, 16, 32, 64, 128, 256].map((part) => 1 / part));
    expect([...sma(step, 4)].slice(6)).toEqual([0.25, 0.5, 0.75, 1, 1, 1, 1, 1]);
    expect([...wma(step, 3)].slice(6, 10)).toEqual([0.5, 5 / 6, 1, 1]);
  });
});
