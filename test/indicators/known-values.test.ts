import {
  Atr,
  atr,
  Bollinger,
  bollinger,
  ema,
  Macd,
  macd,
  percentChange,
  rateOfChange,
  rollingMax,
  rollingMin,
  rollingStd,
  Rsi,
  rsi,
  Sma,
  sma,
  volumeRatio,
  Vwap,
  vwap,
  wma,
  zscore,
} from 'tickwise/indicators';
import { describe, expect, it } from 'vitest';
import { distance } from '../rolling/naive.js';
import { numbers, readCases } from '../rolling/reference.js';

const list = (line: Float64Array): number[] => [...line];

describe('documented examples', () => {
  it.each([
    ['sma', sma([1, 2, 3, 4], 2), [NaN, 1.5, 2.5, 3.5]],
    ['wma', wma([1, 2, 5], 2), [NaN, 5 / 3, 4]],
    ['ema', ema([1, 2, 3, 4], 3), [NaN, NaN, 2, 3]],
    ['rsi', rsi([10, 11, 10, 12], 2), [NaN, NaN, 50, 83.33333333333333]],
    [
      'macd',
      macd([1, 2, 4, 8], { fast: 1, slow: 2, signal: 2 }).macd,
      [NaN, 0.5, 0.8333333333333335, 1.6111111111111107],
    ],
    ['bollinger', bollinger([1, 3], 2).upper, [NaN, 4]],
    ['atr', atr({ high: [2, 3, 5], low: [1, 2, 3], close: [1, 3, 4] }, 2), [NaN, NaN, 2]],
    ['vwap', vwap({ price: [10, 20], volume: [3, 1] }), [10, 12.5]],
    ['rateOfChange', rateOfChange([100, 110, 99], 1), [NaN, 10.000000000000009, -9.999999999999998]],
    ['percentChange', percentChange([100, 110, 99]), [NaN, 0.10000000000000009, -0.09999999999999998]],
    ['zscore', zscore([10, 11, 12], 3), [NaN, NaN, 1]],
    ['rollingMin', rollingMin([3, 1, 2, 5], 2), [NaN, 1, 1, 2]],
    ['rollingMax', rollingMax([3, 1, 2, 5], 2), [NaN, 3, 2, 5]],
    ['rollingStd', rollingStd([1, 3, 3, 3], 2), [NaN, Math.SQRT2, 0, 0]],
    ['volumeRatio', volumeRatio([10, 30], 2), [NaN, 1.5]],
  ])('%s', (_, line, expected) => {
    expect(list(line)).toEqual(expected);
  });
});

interface TalibCase {
  readonly fn: 'RSI' | 'EMA';
  readonly period: number;
  readonly seed?: string;
  readonly x: readonly (number | null)[];
  readonly expected: readonly (number | null)[];
}

describe('TA-Lib reference values', () => {
  const cases = readCases('talib-python.json') as TalibCase[]; // as the table documents

  it.each(cases.map((table) => [`${table.fn}(${table.period}) ${table.seed ?? ''}`, table] as const))(
    'are met within 1e-6: %s',
    (_, { fn, period, seed, x, expected }) => {
      const isFirst = seed?.startsWith('first') === true;
      const found =
        fn === 'RSI' ? rsi(numbers(x), period) : ema(numbers(x), period, { seed: isFirst ? 'first' : 'sma' });

      // TA-Lib leaves a warm-up for both seeds, 'first' here has none.
      const warmUp = isFirst ? period - 1 : 0;
      const errors = numbers(expected).map((value, index) => distance(found[index] ?? NaN, value));
      expect(Math.max(0, ...errors.slice(warmUp))).toBeLessThanOrEqual(1e-6);
    },
  );

  it.each(cases.filter(({ fn }) => fn === 'RSI').map((table) => [table.period, table] as const))(
    'of RSI(%i) are met by 100 000 times the values as well',
    (_, { period, x, expected }) => {
      const found = rsi(
        numbers(x).map((value) => value * 100_000),
        period,
      );

      const errors = numbers(expected).map((value, index) => distance(found[index] ?? NaN, value));
      expect(Math.max(...errors)).toBeLessThanOrEqual(1e-6);
    },
  );

  it('gives the same RSI for values of 1e-7 and of 1e-2', () => {
    const x = Array.from({ length: 60 }, (_, index) => (23 + (index % 3 === 0 ? 1 : 0)) * 1e-8);

    const tiny = rsi(x, 10);
    const large = rsi(
      x.map((value) => value * 100_000),
      10,
    );

    const errors = [...tiny].map((value, index) => distance(value, large[index] ?? NaN));
    expect(Math.max(...errors)).toBeLessThanOrEqual(1e-6);
  });
});

describe('rsi of a flat series', () => {
  const flatLine = Array.from({ length: 20 }, () => 100);

  it.each([NaN, 0, 50, 100])('is %d where that is asked for', (flat) => {
    expect(rsi(flatLine, 14, { flat }).at(-1)).toBe(flat);
    const stream = new Rsi(14, { flat });
    for (const value of flatLine) stream.push(value);
    expect(stream.value).toBe(flat);
  });

  it('is 50 by default', () => {
    expect(rsi(flatLine, 14).at(-1)).toBe(50);
  });

  it('is 100 after rises alone and 0 after falls alone', () => {
    expect(rsi([1, 2, 3, 4], 3).at(-1)).toBe(100);
    expect(rsi([4, 3, 2, 1], 3).at(-1)).toBe(0);
  });

  it('stays from 0 to 100', () => {
    const values = Array.from({ length: 500 }, (_, index) => Math.sin(index * index) * 10 ** (index % 7));

    for (const value of rsi(values, 14).subarray(14)) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(100);
    }
  });
});

describe('means and deviations', () => {
  it('keeps a standard deviation of exactly 0 for constants that have no exact binary form', () => {
    for (const constant of [0.1, 0.2, 3.3, 1e-7, 61_800.05]) {
      const values = Array.from({ length: 30 }, () => constant);

      expect(rollingStd(values, 20).at(-1)).toBe(0);
      expect(zscore(values, 20).at(-1)).toBeNaN();
      const { upper, middle, lower } = bollinger(values, 20);
      expect(upper.at(-1)).toBe(middle.at(-1));
      expect(lower.at(-1)).toBe(middle.at(-1));
    }
  });

  it('holds a mean of 1e5 and a spread of 1e-2', () => {
    const values = Array.from({ length: 300_000 }, (_, index) => 1e5 + ((index * 7_919) % 201) / 1e4 - 0.01);

    const found = rollingStd(values, 20, { ddof: 0 }).at(-1) ?? NaN;

    const window = values.slice(-20);
    const mean = window.reduce((sum, value) => sum + (value - 1e5), 0) / 20;
    const exact = Math.sqrt(window.reduce((sum, value) => sum + (value - 1e5 - mean) ** 2, 0) / 20);
    expect(Math.abs(found / exact - 1)).toBeLessThan(1e-8);
  });

  it('gives a deviation for a mean of exactly 0', () => {
    expect(rollingStd([5, -5, 5, -5], 4, { ddof: 0 }).at(-1)).toBe(5);
  });

  it('has no deviation when the period is not above ddof', () => {
    expect(list(rollingStd([1, 2, 3], 1))).toEqual([NaN, NaN, NaN]);
    expect(list(rollingStd([1, 2, 3], 1, { ddof: 0 }))).toEqual([0, 0, 0]);
  });

  it('draws bands on the mean when deviations is 0', () => {
    const { middle, upper, lower } = bollinger([1, 2, 4], 3, { deviations: 0 });

    expect(upper).toEqual(middle);
    expect(lower).toEqual(middle);
  });
});

describe('gaps', () => {
  it.each([NaN, Infinity, -Infinity, 1e151])('blank a window with %d and nothing after it', (gap) => {
    expect(list(sma([1, 2, gap, 4, 5, 6], 2))).toEqual([NaN, 1.5, NaN, NaN, 4.5, 5.5]);
    expect(list(rollingMax([1, 2, gap, 4, 5], 2))).toEqual([NaN, 2, NaN, NaN, 5]);
  });

  it('are passed over by recursive indicators', () => {
    expect(list(ema([1, NaN, 2, 3, 4], 3))).toEqual([NaN, NaN, NaN, 2, 3]);
    expect(list(rsi([10, 11, NaN, 10, 12], 2))).toEqual([NaN, NaN, NaN, 50, 83.33333333333333]);
  });

  it('matter to a change only at its two ends', () => {
    expect(list(rateOfChange([1, NaN, 2, 4], 2))).toEqual([NaN, NaN, 100, NaN]);
  });

  it('do not turn into infinities when the earlier value is 0 or the volumes are', () => {
    expect(list(percentChange([0, 5, 10]))).toEqual([NaN, NaN, 1]);
    expect(list(volumeRatio([0, 0, 4], 2))).toEqual([NaN, NaN, 2]);
    expect(list(vwap({ price: [5, 6], volume: [0, 2] }))).toEqual([NaN, 6]);
  });

  it('include negative volumes of a weighted price', () => {
    expect(list(vwap({ price: [5, 6, 7], volume: [1, -2, 1] }))).toEqual([5, NaN, 6]);
    expect(list(vwap({ price: [5, 6, 7, 9], volume: [1, -2, 1, 1] }, 2))).toEqual([NaN, NaN, NaN, 8]);
  });
});

describe('streams of several lines', () => {
  it('gives the three lines of macd', () => {
    const stream = new Macd({ fast: 1, slow: 2, signal: 2 });
    const lines = macd([1, 2, 4, 8], { fast: 1, slow: 2, signal: 2 });

    for (const value of [1, 2, 4, 8]) stream.push(value);

    expect(stream.value).toBe(lines.macd[3]);
    expect(stream.signal).toBe(lines.signal[3]);
    expect(stream.histogram).toBe((lines.macd[3] ?? NaN) - (lines.signal[3] ?? NaN));
    expect(list(lines.signal).map(Number.isNaN)).toEqual([true, true, false, false]);
  });

  it('has periods of 12, 26 and 9 by default', () => {
    const values = Array.from({ length: 60 }, (_, index) => 100 + Math.sin(index));

    expect(macd(values)).toEqual(macd(values, { fast: 12, slow: 26, signal: 9 }));
    expect(macd(values).macd.findIndex((value) => !Number.isNaN(value))).toBe(25);
    expect(macd(values).signal.findIndex((value) => !Number.isNaN(value))).toBe(33);
  });

  it('gives the three lines of bollinger, NaN together', () => {
    const stream = new Bollinger(2);

    const before = [stream.push(1), stream.upper, stream.lower];
    stream.push(3);

    expect(before).toEqual([NaN, NaN, NaN]);
    expect([stream.value, stream.upper, stream.lower]).toEqual([2, 4, 0]);
  });

  it('begins the true range with the second bar', () => {
    const stream = new Atr(1);

    expect(stream.push(10, 5, 7)).toBeNaN();
    expect(stream.push(8, 6, 7)).toBe(2);
    expect(stream.push(20, 18, 19)).toBe(13);
    expect(stream.amend(7, 1, 2)).toBe(6);
  });

  it('weighs a price since the first row or over a period', () => {
    const all = new Vwap();
    const two = new Vwap(2);
    for (const [price, volume] of [
      [10, 1],
      [20, 1],
      [30, 2],
    ] as const) {
      all.push(price, volume);
      two.push(price, volume);
    }

    expect(all.value).toBe(22.5);
    expect(two.value).toBeCloseTo(80 / 3, 12);
    expect(all.amend(60, 1)).toBe(30);
  });

  it('has no value before the first', () => {
    for (const stream of [new Sma(2), new Macd(), new Bollinger(2), new Atr(2), new Vwap(), new Rsi(2)]) {
      expect(stream.value).toBeNaN();
    }
  });
});
