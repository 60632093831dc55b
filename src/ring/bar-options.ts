import * as z from 'zod/mini';
import type { Callback } from '../core/callback.js';
import type { ErrorHandler } from '../core/failures.js';
import { callback, numberWithin, oneOf, readOptions, wholeNumber } from '../core/options.js';
import type { OhlcvBar } from './bar.js';
import type { BarErrorContext } from './deliver.js';
import { MAX_PERIOD } from './market-time.js';
import { LARGEST, SMALLEST } from './require-within.js';

/** What becomes of periods without any data. */
export type GapPolicy = 'fill' | 'leave';

/** Options of a `BarBuilder` for all kinds of bars. */
export interface CommonBarOptions {
  /**
   * Takes each bar as it closes, oldest first. The bar is an object of its own, yours to keep.
   *
   * The builder refuses what it is told by `onBar` itself: add trades after it has returned.
   */
  readonly onBar: Callback<[bar: OhlcvBar]>;
  /**
   * What becomes of a trade older than the newest one of the open bar. 'merge' takes it into the open bar, as
   * if it had come in order. 'reject' refuses it. One that belongs to a closed bar is refused either way.
   * @default 'merge'
   */
  readonly late?: 'merge' | 'reject';
  /** Is told of each refused trade; of a refused quote with its mid price and quantity 0. */
  readonly onLate?: Callback<[ts: number, price: number, quantity: number]>;
  /**
   * Which prices there are. 'any' takes prices of 0 and below too, as spreads and power have them.
   * @default 'positive'
   */
  readonly prices?: 'positive' | 'any';
  /**
   * Receives what a callback throws or rejects with.
   * @default a process warning, the first at once, then one count per minute
   */
  readonly onError?: ErrorHandler<BarErrorContext>;
}

/** Options for bars of equal time, aligned to the epoch. */
export interface TimeBarOptions extends CommonBarOptions {
  /** The kind of bars. */
  readonly by: 'time';
  /** Length of a bar in milliseconds, a whole number from 1 to 1e11. */
  readonly period: number;
  /**
   * What becomes of periods without a trade. 'fill' makes an empty bar of each: volume 0, and the close
   * before as its prices. 'leave' makes none.
   * @default 'fill'
   */
  readonly gaps?: GapPolicy;
  /**
   * Most empty bars made at once. A longer gap is left as a whole and counted in `unfilled`, so that a wrong
   * time cannot make millions of bars.
   * @default 1440
   * @remarks A whole number from 0 to 1000000. 1440 minutes are a day.
   */
  readonly maxFill?: number;
}

/** Options for bars of equal activity. Each closes with the trade that brings it to its size, never split. */
export interface SizedBarOptions extends CommonBarOptions {
  /** The kind of bars: equal number of trades or quotes, equal quantity, or equal turnover. */
  readonly by: 'tick' | 'volume' | 'dollar';
  /**
   * What a bar holds: trades and quotes (a whole number from 1 to 4294967295), quantity, or turnover (price
   * times quantity; of prices below 0 without the sign), both from 1e-100 to 1e100.
   *
   * What is less by a rounding error reaches it, so that 0.7 + 0.2 + 0.1 make 1.
   */
  readonly size: number;
}

/** Options of a `BarBuilder`. */
export type BarBuilderOptions = TimeBarOptions | SizedBarOptions;

/** Options with defaults applied. */
export type BarSettings = ReturnType<typeof readBarOptions>;

/** Options that a builder and an aligner share. */
export const GAP_OPTIONS = {
  gaps: z._default(oneOf('fill', 'leave'), 'fill'),
  maxFill: z._default(wholeNumber(0, 1_000_000), 1_440),
};

const COMMON = {
  onBar: callback<CommonBarOptions['onBar']>(),
  late: z._default(oneOf('merge', 'reject'), 'merge'),
  onLate: z.optional(callback<NonNullable<CommonBarOptions['onLate']>>()),
  prices: z._default(oneOf('positive', 'any'), 'positive'),
  onError: z.optional(callback<ErrorHandler<BarErrorContext>>()),
};

const TIME = z.strictObject({ by: oneOf('time'), period: wholeNumber(1, MAX_PERIOD), ...GAP_OPTIONS, ...COMMON });
const TICK = z.strictObject({ by: oneOf('tick'), size: wholeNumber(1, 2 ** 32 - 1), ...COMMON });
const AMOUNT = z.strictObject({
  by: oneOf('time', 'tick', 'volume', 'dollar'),
  size: numberWithin(SMALLEST, LARGEST),
  ...COMMON,
});

/** Checks the options of a `BarBuilder`. @throws ConfigError that names the option. */
export function readBarOptions(owner: string, options: BarBuilderOptions) {
  // An object that is none, or has another kind, is explained by the last schema, which knows all kinds.
  const by: unknown = Object(options).by;
  if (by === 'time') return { size: Infinity, ...readOptions(owner, TIME, options) };
  const sized = by === 'tick' ? readOptions(owner, TICK, options) : readOptions(owner, AMOUNT, options);
  return { period: 0, gaps: 'leave' as const, maxFill: 0, ...sized };
}
