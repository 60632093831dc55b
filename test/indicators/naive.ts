import type { Bars } from './contenders.js';

/** Slow, obvious twins: each computes the line over bars 0 to `end`, and gives its value there. */
export type Twin = (bars: Bars, end: number, period: number) => number;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const isGap = (value: number): boolean => !(Math.abs(value) <= 1e150);

function window(column: readonly number[], end: number, length: number): number[] | undefined {
  const slice = column.slice(Math.max(0, end - length + 1), end + 1);
  return slice.length < length || slice.some(isGap) ? undefined : slice;
}

function present(column: readonly number[], end: number): number[] {
  return column.slice(0, end + 1).filter((value) => !isGap(value));
}

function deviation(values: readonly number[], ddof: number): number {
  const mean = sum(values) / values.length;
  if (values.length <= ddof) return NaN;
  if (values.every((value) => value === values[0])) return 0;
  return Math.sqrt(sum(values.map((value) => (value - mean) * (value - mean))) / (values.length - ddof));
}

function overWindow(compute: (values: number[]) => number, column: 'close' | 'volume' = 'close', extra = 0): Twin {
  return (bars, end, period) => {
    const values = window(bars[column], end, period + extra);
    return values === undefined ? NaN : compute(values);
  };
}

function change(scale: number): Twin {
  return ({ close }, end, period) => {
    const now = close[end] ?? NaN;
    const before = close[end - period] ?? NaN;
    const found = isGap(now) || isGap(before) ? NaN : (now / before - 1) * scale;
    return Number.isFinite(found) ? found : NaN;
  };
}

function averaged(values: readonly number[], period: number): number {
  if (values.length < period) return NaN;
  let average = sum(values.slice(0, period)) / period;
  for (const value of values.slice(period)) average += (2 / (period + 1)) * (value - average);
  return average;
}

function smoothed(values: readonly number[], period: number): number {
  if (values.length < period) return NaN;
  let average = sum(values.slice(0, period)) / period;
  for (const value of values.slice(period)) average = (average * (period - 1) + value) / period;
  return average;
}

/** The same average, as `average + (value - average) * (1 / period)`. */
function approached(values: readonly number[], period: number): number {
  if (values.length < period) return NaN;
  let average = sum(values.slice(0, period)) / period;
  for (const value of values.slice(period)) average += (value - average) * (1 / period);
  return average;
}

const last = (values: readonly number[]): number => values.at(-1) ?? NaN;

/** By the name of the contender. */
export const TWINS: Readonly<Record<string, Twin>> = {
  sma: overWindow((values) => sum(values) / values.length),
  wma: overWindow((values) => {
    const weights = values.map((_, index) => index + 1);
    return sum(values.map((value, index) => value * (index + 1))) / sum(weights);
  }),
  rollingMin: overWindow((values) => Math.min(...values) + 0),
  rollingMax: overWindow((values) => Math.max(...values) + 0),
  rollingStd: overWindow((values) => deviation(values, 1)),
  'rollingStd, ddof 0': overWindow((values) => deviation(values, 0)),
  zscore: overWindow((values) => {
    const spread = deviation(values, 1);
    return spread > 0 ? (last(values) - sum(values) / values.length) / spread : NaN;
  }),
  bollinger: overWindow((values) => sum(values) / values.length),
  rateOfChange: change(100),
  percentChange: change(1),
  volumeRatio: overWindow((values) => {
    const mean = sum(values) / values.length;
    return mean > 0 ? last(values) / mean : NaN;
  }, 'volume'),
  'vwap of a period': ({ close, volume }, end, period) => {
    const prices = window(close, end, period);
    const volumes = window(volume, end, period);
    if (prices === undefined || volumes === undefined || volumes.some((one) => one < 0) || sum(volumes) === 0)
      return NaN;
    return sum(prices.map((price, index) => price * (volumes[index] ?? NaN))) / sum(volumes);
  },
  'vwap since the first': ({ close, volume }, end) => {
    const isRow = (index: number): boolean =>
      !isGap(close[index] ?? NaN) && (volume[index] ?? NaN) >= 0 && !isGap(volume[index] ?? NaN);
    if (!isRow(end)) return NaN;
    const rows = [...close.keys()].slice(0, end + 1).filter(isRow);
    const total = sum(rows.map((index) => volume[index] ?? NaN));
    return total > 0 ? sum(rows.map((index) => (close[index] ?? NaN) * (volume[index] ?? NaN))) / total : NaN;
  },
  ema: ({ close }, end, period) => (isGap(close[end] ?? NaN) ? NaN : averaged(present(close, end), period)),
  "ema, seed 'first'": ({ close }, end, period) => {
    if (isGap(close[end] ?? NaN)) return NaN;
    const [first = NaN, ...rest] = present(close, end);
    let average = first + 0; // a sum that starts from 0 never is -0
    for (const value of rest) average += (2 / (period + 1)) * (value - average);
    return average;
  },
  rsi: ({ close }, end, period) => {
    if (isGap(close[end] ?? NaN)) return NaN;
    const values = present(close, end);
    const moves = values.slice(1).map((value, index) => value - (values[index] ?? NaN));
    const gain = approached(
      moves.map((move) => Math.max(move, 0)),
      period,
    );
    const loss = approached(
      moves.map((move) => Math.max(-move, 0)),
      period,
    );
    return gain + loss === 0 ? 50 : (100 * gain) / (gain + loss);
  },
  macd: ({ close }, end, period) =>
    isGap(close[end] ?? NaN) ? NaN : averaged(present(close, end), period) - averaged(present(close, end), period + 2),
  atr: ({ high, low, close }, end, period) => {
    const isBar = (index: number): boolean => ![high[index], low[index], close[index]].some((one) => isGap(one ?? NaN));
    if (!isBar(end)) return NaN;
    const bars = [...close.keys()].slice(0, end + 1).filter(isBar);
    const ranges = bars.slice(1).map((bar, index) => {
      const before = close[bars[index] ?? NaN] ?? NaN;
      const [top, bottom] = [high[bar] ?? NaN, low[bar] ?? NaN];
      return Math.max(top - bottom, Math.abs(top - before), Math.abs(bottom - before));
    });
    return smoothed(ranges, period);
  },
};
