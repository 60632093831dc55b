/** The parts of the peers that the benchmarks use. Declared here, so that type checks work without them installed. */

import type { Contender } from '../../runner/contract.js';
import { batch, type Expected, LIST, list, stream } from './series.js';

type Line = (values: number[], options: { readonly period: number }) => number[];

/** indicatorts 2: batch over plain arrays. */
export type IndicatorTsModule = Readonly<Record<'sma' | 'mstd' | 'mmin' | 'ema' | 'rsi', Line>>;
/** @ixjb94/indicators 1: batch over plain arrays. */
export interface IxjbModule {
  readonly IndicatorsSync: new () => Readonly<
    Record<'sma' | 'stddev' | 'min' | 'ema' | 'rsi', (values: readonly number[], period: number) => number[]>
  >;
}
/** trading-signals 8: one object per indicator, fed one value at a time. */
export type TradingSignalsModule = Readonly<
  Record<'SMA' | 'EMA' | 'RSI', new (period: number) => { update(value: number, replace: boolean): unknown }>
>;
/** technicalindicators 3: batch over plain arrays. */
export type TechnicalModule = Readonly<
  Record<
    'SMA' | 'SD' | 'Lowest' | 'EMA' | 'RSI',
    { calculate(input: { readonly period: number; readonly values: number[] }): number[] }
  >
>;
/** @stdlib/stats-incr-*: a function that takes a value and gives the statistic of the newest window. */
export interface StdlibModule {
  readonly default: (window: number) => (value: number) => number | null;
}

/** tulind 0.8: C, which takes plain arrays and calls back before it returns. */
export interface TulindModule {
  readonly default: {
    readonly indicators: Readonly<
      Record<
        'sma' | 'stddev' | 'min' | 'ema' | 'rsi',
        {
          indicator(
            inputs: readonly (readonly number[])[],
            options: readonly number[],
            done: (error: unknown, outputs: readonly number[][]) => void,
          ): void;
        }
      >
    >;
  };
}

/** indicatorts over the whole series. */
export function indicatorts(name: keyof IndicatorTsModule, period: number, expected: Expected): Contender {
  return {
    name: 'indicatorts, batch',
    package: 'indicatorts',
    setup: (module: IndicatorTsModule) => batch((count) => module[name](list(count), { period }), expected),
  };
}

/** @ixjb94/indicators over the whole series. */
export function ixjb(name: 'sma' | 'stddev' | 'min' | 'ema' | 'rsi', period: number, expected: Expected): Contender {
  return {
    name: '@ixjb94/indicators, batch',
    package: '@ixjb94/indicators',
    setup({ IndicatorsSync }: IxjbModule) {
      const all = new IndicatorsSync();
      return batch((count) => all[name](list(count), period), expected);
    },
  };
}

/** tulind over the whole series, where it is installed. */
export function tulind(name: 'sma' | 'stddev' | 'min' | 'ema' | 'rsi', period: number, expected: Expected): Contender {
  return {
    name: 'tulind (native), batch',
    package: 'tulind',
    setup({ default: { indicators } }: TulindModule) {
      let line: readonly number[] = [];
      return batch((count) => {
        indicators[name].indicator([list(count)], [period], (_, outputs) => (line = outputs[0] ?? []));
        return line;
      }, expected);
    },
  };
}

/** technicalindicators over the whole series. */
export function technical(name: keyof TechnicalModule, period: number, expected: Expected): Contender {
  return {
    name: 'technicalindicators, batch',
    package: 'technicalindicators',
    setup: (module: TechnicalModule) =>
      batch((count) => module[name].calculate({ period, values: list(count) }), expected),
  };
}

/** trading-signals, value by value. */
export function tradingSignals(name: keyof TradingSignalsModule, period: number, expected: Expected): Contender {
  return {
    name: 'trading-signals, stream',
    package: 'trading-signals',
    setup(module: TradingSignalsModule) {
      const live = new module[name](period);
      return stream((from, to, out) => {
        for (let i = from; i < to; i++) out[i] = Number(live.update(LIST[i] ?? 0, false) ?? Number.NaN);
      }, expected);
    },
  };
}

/** A moving accumulator of @stdlib, value by value. */
export function stdlib(name: 'mmean' | 'mstdev' | 'mmin', period: number, expected: Expected): Contender {
  return {
    name: `@stdlib/stats-incr-${name}, stream`,
    package: `@stdlib/stats-incr-${name}`,
    setup({ default: make }: StdlibModule) {
      const live = make(period);
      return stream((from, to, out) => {
        for (let i = from; i < to; i++) out[i] = live(LIST[i] ?? 0) ?? Number.NaN;
      }, expected);
    },
  };
}
