import {
  Atr,
  atr,
  Bollinger,
  bollinger,
  Ema,
  ema,
  Macd,
  macd,
  PercentChange,
  percentChange,
  RateOfChange,
  rateOfChange,
  RollingMax,
  rollingMax,
  RollingMin,
  rollingMin,
  RollingStd,
  rollingStd,
  Rsi,
  rsi,
  Sma,
  sma,
  VolumeRatio,
  volumeRatio,
  Vwap,
  vwap,
  Wma,
  wma,
  Zscore,
  zscore,
} from 'tickwise/indicators';

/** Columns of bars that every indicator can be fed from. */
export interface Bars {
  readonly high: readonly number[];
  readonly low: readonly number[];
  readonly close: readonly number[];
  readonly volume: readonly number[];
}

/** One indicator in both forms, over bars, with every line it draws. */
export interface Contender {
  readonly name: string;
  /** Bars its newest value depends on; Infinity for those that never forget. */
  readonly reach: (period: number) => number;
  /**
   * What may differ from a recompute over the window alone: nothing when absent, else the last digits of a quantity of
   * the size of the values, or of about 1.
   */
  readonly slack?: 'values' | 'ratio';
  readonly batch: (bars: Bars, period: number) => readonly Float64Array[];
  readonly stream: (period: number) => Stream;
}

/** A streaming indicator fed with bars. */
export interface Stream {
  push(bars: Bars, index: number): number[];
  amend(bars: Bars, index: number): number[];
  value(): number;
}

interface OfCloses {
  push(value: number): number;
  amend(value: number): number;
  readonly value: number;
}

const at = (column: readonly number[], index: number): number => column[index] ?? NaN;

function ofCloses<Indicator extends OfCloses>(
  indicator: Indicator,
  lines: (indicator: Indicator) => number[] = ({ value }) => [value],
  column: 'close' | 'volume' = 'close',
): Stream {
  const feed = (verb: 'push' | 'amend') => (bars: Bars, index: number) => {
    const result = indicator[verb](at(bars[column], index));
    const all = lines(indicator);
    return Object.is(result, all[0]) ? all : [result, NaN, NaN, NaN];
  };
  return { push: feed('push'), amend: feed('amend'), value: () => indicator.value };
}

interface OfColumns {
  push(...columns: number[]): number;
  amend(...columns: number[]): number;
  readonly value: number;
}

function ofBars(indicator: OfColumns, read: (bars: Bars, index: number) => number[]): Stream {
  return {
    push: (bars, index) => [indicator.push(...read(bars, index))],
    amend: (bars, index) => [indicator.amend(...read(bars, index))],
    value: () => indicator.value,
  };
}

const hlc = ({ high, low, close }: Bars, index: number): number[] => [
  at(high, index),
  at(low, index),
  at(close, index),
];
const traded = ({ close, volume }: Bars, index: number): number[] => [at(close, index), at(volume, index)];
const same = (period: number): number => period;
const never = (): number => Infinity;

/** Every indicator of the package. */
export const CONTENDERS: readonly Contender[] = [
  {
    name: 'sma',
    reach: same,
    slack: 'values',
    batch: ({ close }, p) => [sma(close, p)],
    stream: (p) => ofCloses(new Sma(p)),
  },
  {
    name: 'wma',
    reach: same,
    slack: 'values',
    batch: ({ close }, p) => [wma(close, p)],
    stream: (p) => ofCloses(new Wma(p)),
  },
  {
    name: 'rollingMin',
    reach: same,
    batch: ({ close }, p) => [rollingMin(close, p)],
    stream: (p) => ofCloses(new RollingMin(p)),
  },
  {
    name: 'rollingMax',
    reach: same,
    batch: ({ close }, p) => [rollingMax(close, p)],
    stream: (p) => ofCloses(new RollingMax(p)),
  },
  {
    name: 'rollingStd',
    reach: same,
    slack: 'values',
    batch: ({ close }, p) => [rollingStd(close, p)],
    stream: (p) => ofCloses(new RollingStd(p)),
  },
  {
    name: 'rollingStd, ddof 0',
    reach: same,
    slack: 'values',
    batch: ({ close }, p) => [rollingStd(close, p, { ddof: 0 })],
    stream: (p) => ofCloses(new RollingStd(p, { ddof: 0 })),
  },
  {
    name: 'zscore',
    reach: same,
    slack: 'ratio',
    batch: ({ close }, p) => [zscore(close, p)],
    stream: (p) => ofCloses(new Zscore(p)),
  },
  {
    name: 'bollinger',
    reach: same,
    slack: 'values',
    batch: ({ close }, p) => Object.values(bollinger(close, p, { deviations: 2.5 })) as Float64Array[],
    stream: (p) => ofCloses(new Bollinger(p, { deviations: 2.5 }), ({ value, upper, lower }) => [value, upper, lower]),
  },
  {
    name: 'rateOfChange',
    reach: (p) => p + 1,
    batch: ({ close }, p) => [rateOfChange(close, p)],
    stream: (p) => ofCloses(new RateOfChange(p)),
  },
  {
    name: 'percentChange',
    reach: (p) => p + 1,
    batch: ({ close }, p) => [percentChange(close, p)],
    stream: (p) => ofCloses(new PercentChange(p)),
  },
  {
    name: 'volumeRatio',
    reach: same,
    slack: 'ratio',
    batch: ({ volume }, p) => [volumeRatio(volume, p)],
    stream: (p) => ofCloses(new VolumeRatio(p), ({ value }) => [value], 'volume'),
  },
  {
    name: 'vwap of a period',
    reach: same,
    slack: 'values',
    batch: ({ close, volume }, p) => [vwap({ price: close, volume }, p)],
    stream: (p) => ofBars(new Vwap(p), traded),
  },
  {
    name: 'vwap since the first',
    reach: never,
    batch: ({ close, volume }) => [vwap({ price: close, volume })],
    stream: () => ofBars(new Vwap(), traded),
  },
  { name: 'ema', reach: never, batch: ({ close }, p) => [ema(close, p)], stream: (p) => ofCloses(new Ema(p)) },
  {
    name: "ema, seed 'first'",
    reach: never,
    batch: ({ close }, p) => [ema(close, p, { seed: 'first' })],
    stream: (p) => ofCloses(new Ema(p, { seed: 'first' })),
  },
  { name: 'rsi', reach: never, batch: ({ close }, p) => [rsi(close, p)], stream: (p) => ofCloses(new Rsi(p)) },
  {
    name: 'macd',
    reach: never,
    batch: ({ close }, p) => Object.values(macd(close, { fast: p, slow: p + 2, signal: 3 })) as Float64Array[],
    stream: (p) =>
      ofCloses(new Macd({ fast: p, slow: p + 2, signal: 3 }), ({ value, signal, histogram }) => [
        value,
        signal,
        histogram,
      ]),
  },
  {
    name: 'atr',
    reach: never,
    batch: ({ high, low, close }, p) => [atr({ high, low, close }, p)],
    stream: (p) => ofBars(new Atr(p), hlc),
  },
];

/** Most by which a line of a contender may differ from a recompute over the window that ends at `end`. */
export function slackAt({ slack }: Contender, { close, volume }: Bars, end: number, period: number): number {
  if (slack === undefined) return 0;
  if (slack === 'ratio') return 1e-7;
  const window = [...close.slice(Math.max(0, end + 1 - period), end + 1), ...volume.slice(-1)];
  return 1e-12 * Math.max(0, ...window.map((value) => Math.abs(value)).filter((value) => value <= 1e150));
}
