import { ArgumentError } from '../core/errors.js';
import { register } from '../core/registry.js';
import { show } from '../core/show.js';
import { type MemoRangeOptions, rangeSettingsOf } from './memo-range-options.js';
import { RangeCache } from './range-cache.js';
import type { MemoRangeExplanation } from './range-explain.js';
import type { MemoRangeStats } from './range-stats.js';

/** What can be done with a range cache besides asking it. Times are epoch milliseconds. */
export interface MemoRangeControls<Key extends readonly unknown[], Row> {
  /** Returns what the cache has done so far. */
  stats(): MemoRangeStats;
  /**
   * Tells which steps of a range are kept, holes, unsettled, missing, and so on. Counts nothing, loads nothing.
   * Cost: a visit per step.
   */
  explain(...args: [...key: Key, from: number, to: number]): MemoRangeExplanation;
  /** Returns the rows that a call would get without a load, else undefined. Counts nothing, loads nothing. */
  peek(...args: [...key: Key, from: number, to: number]): Row[] | undefined;
  /**
   * Forgets the steps of a series that overlap `[from, to)`, by default all; loads of them that are running answer
   * their callers but are not stored.
   */
  invalidate(key: Key, from?: number, to?: number): Promise<void>;
  /** Forgets everything at once; nothing that is being loaded is stored. */
  clear(): Promise<void>;
}

/** A function with a range cache. Each call returns a new array of shared rows, ascending by time. */
export type MemoizedRange<Key extends readonly unknown[], Row> = ((
  ...args: [...key: Key, from: number, to: number]
) => Promise<Row[]>) &
  MemoRangeControls<Key, Row>;

/**
 * Gives a function that loads time ranges, such as candles, a cache that loads only what it does not have.
 *
 * The last two parameters are `from` and `to` in epoch milliseconds, all before them name the series (compared by
 * their exact content). A call gets the rows with `from <= time < to`, ascending, whether or not these lie on the
 * grid of `step`; `load` is asked for whole steps. There is one row per step at most: for data without a grid, such as
 * trades, let `load` return one row per step that holds all of that step.
 *
 * - Each missing step is loaded once, however many calls ask for it meanwhile, unless it ends or settles in between. A
 *   failed load rejects the calls that need it, with the same error, and stores nothing.
 * - The row of a step that has not ended and settled is served for `openTtl`; one served after the end of its step was
 *   loaded after it. Steps that begin after the time of `clock` are not loaded.
 * - `load` may return rows in any order, more than asked for, and fewer: whatever is missing before the first and after
 *   the last row is asked for again until the venue has nothing, and only then remembered as empty. What is missing
 *   between two rows of one answer is empty: a load has to return a part of the series without gaps of its own making.
 * - Empty steps before a row that the venue has shown are remembered, later ones for a tenth of their age.
 * - Who changes a row changes it for all (see `freeze`); the arrays are the callers' own.
 *
 * Cost: a hit makes the key, and visits and copies a reference per step; 17 bytes per step besides the rows.
 * @throws ConfigError when an option is wrong or unknown; ArgumentError when `load` is not a function.
 * @throws ArgumentError (rejects) when `from` or `to` is no time, `from` is after `to`, the range has more than
 * `maxRowsPerSeries` steps, or a row has a time at which no step begins.
 * @throws UnsupportedKeyError (rejects) when an argument cannot be part of a key.
 * @throws TimeoutError (rejects) when a load takes longer than `timeout`.
 * @example
 * const candles = memoRange(
 *   (symbol: string, timeframe: string, from: number, to: number) =>
 *     exchange.fetchOHLCV(symbol, timeframe, from, (to - from) / 60_000),
 *   { step: 60_000 },
 * );
 * await candles('BTC/USDT', '1m', now - 500 * 60_000, now); // loads 500 bars
 * await candles('BTC/USDT', '1m', now - 500 * 60_000, now); // a hit; a second later it loads the open bar alone
 */
export function memoRange<Key extends readonly unknown[], Row>(
  load: (...args: [...key: Key, from: number, to: number]) => PromiseLike<readonly Row[]>,
  options: MemoRangeOptions<Key, Row>,
): MemoizedRange<Key, Row> {
  if (typeof load !== 'function') throw new ArgumentError(`memoRange needs a function, got ${show(load)}`);
  // A function of any parameters is called with the arguments that its typed wrapper was called with.
  const settings = rangeSettingsOf(load as unknown as (...args: readonly unknown[]) => unknown, options);
  const cache = new RangeCache(settings);
  register('memo', cache);
  const ask = (...args: readonly unknown[]): Promise<unknown[]> => cache.call(args);
  Object.defineProperty(ask, 'name', { value: settings.name });
  const controls: MemoRangeControls<readonly unknown[], unknown> = {
    stats: () => cache.stats(),
    explain: (...args) => cache.explain(args),
    peek: (...args) => cache.peek(args),
    // Asynchronous as those of other caches; what is done here is done before they return.
    invalidate(key, from, to) {
      if (!Array.isArray(key)) throw new ArgumentError(`key must be an array of arguments, got ${show(key)}`);
      cache.invalidate(key, from, to);
      return Promise.resolve();
    },
    clear() {
      cache.clear();
      return Promise.resolve();
    },
  };
  // The cache hands out the rows of `load` unchanged, so that they have its type.
  return Object.assign(ask, controls) as unknown as MemoizedRange<Key, Row>;
}
