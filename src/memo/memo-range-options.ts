import * as z from 'zod/mini';
import type { Clock } from '../core/clock.js';
import { type ErrorHandler, FailureReporter } from '../core/failures.js';
import { callback, claim, clockOption, duration, oneOf, readOptions, text, wholeNumber } from '../core/options.js';
import { systemClock } from '../core/system-clock.js';
import { isBypassed } from './bypass.js';
import type { MemoErrorContext } from './memo-options.js';
import { usualTime } from './range-rows.js';
import type { RangeBounds } from './range-table.js';

/** Options of {@link memoRange}. */
export interface MemoRangeOptions<Key extends readonly unknown[] = readonly unknown[], Row = unknown> {
  /**
   * Time from one row to the next, in whole milliseconds, or a function of the series that tells it; called once per
   * series. Steps of changing length, such as months, are not supported.
   */
  readonly step: number | ((...key: Key) => number);
  /**
   * A time at which a step begins, in epoch milliseconds.
   * @default 0
   * @remarks Weeks from Monday on begin at `Date.UTC(1970, 0, 5)`, which suits all shorter steps of whole days too.
   */
  readonly anchor?: number;
  /**
   * The time of a row in epoch milliseconds, at which a step must begin.
   * @default `row[0]` of an array, `row.time` of another object
   */
  readonly time?: (row: Row) => number;
  /**
   * How long the row of a step that may still change is served, in milliseconds from the start of its load. 0 loads
   * it for each call; calls that come meanwhile share the load.
   * @default 1_000, or `step` when that is less
   */
  readonly openTtl?: number;
  /**
   * How long after its end the row of a step may change, in milliseconds. It is kept from the first load after.
   * @default 5_000
   * @remarks Has to cover how much the venue's clock is behind this machine's.
   */
  readonly settleTime?: number;
  /**
   * How long a settled step without a row is taken to be empty, in milliseconds. Steps after the last row that the
   * venue has shown are asked for again earlier, at a tenth of the time since their end.
   * @default Infinity
   */
  readonly holeTtl?: number;
  /**
   * Most steps asked for in one load; longer gaps are split. Set it to the rows the venue returns at most: when it
   * returns fewer, what is missing at either end costs further loads.
   * @default 1_000
   */
  readonly limit?: number;
  /**
   * Known steps between two missing ones that are loaded again for the sake of one load instead of two.
   * @default 0
   * @remarks 50 suits venues that limit requests rather than rows.
   */
  readonly mergeGap?: number;
  /**
   * Loads that run at the same time; others wait for their turn.
   * @default 4
   * @remarks A load that waits for another call of the same cache could wait for ever: make hours from minutes outside.
   */
  readonly concurrency?: number;
  /**
   * Most series; the one asked for least recently goes first. Series that are loading may exceed it for so long.
   * @default 1_000
   */
  readonly maxSeries?: number;
  /**
   * Most steps of all series, in blocks of 128, which go in the order they were asked for; at most 127 + 128 more
   * are held. A call for more is refused. A block takes about 2 kB besides its rows.
   * @default 1_000_000
   */
  readonly maxRows?: number;
  /**
   * The same for each series.
   * @default maxRows
   */
  readonly maxRowsPerSeries?: number;
  /**
   * Whether rows are frozen, plain objects and arrays to any depth: calls share them. 'development' freezes unless
   * NODE_ENV is 'production' when the cache is made.
   * @default 'never'
   */
  readonly freeze?: 'never' | 'development' | 'always';
  /**
   * Name in statistics, warnings and `TICKWISE_BYPASS`.
   * @default the function's name
   */
  readonly name?: string;
  /**
   * How long one load may take, in milliseconds of `ioClock`. Its callers then get a TimeoutError, the next call
   * loads again, and a late result is dropped.
   * @default Infinity
   */
  readonly timeout?: number;
  /**
   * Clock that tells which step is open, and of all durations but `timeout`.
   * @default systemClock
   */
  readonly clock?: Clock;
  /**
   * Clock of `timeout` and of the load times in the statistics.
   * @default systemClock
   */
  readonly ioClock?: Clock;
  /**
   * Gets every failure that no caller sees: of loads that had timed out, or whose callers had failed before.
   * @default a process warning, at most one per minute
   */
  readonly onError?: ErrorHandler<MemoErrorContext>;
}

/** A user's function whose result has to be checked. */
type Unchecked = (...args: readonly unknown[]) => unknown;

/** Options with their defaults. */
export interface RangeSettings extends RangeBounds {
  /** Name in statistics and errors. */
  readonly name: string;
  /** What loads rows. */
  readonly load: Unchecked;
  /** Milliseconds, or what tells them. */
  readonly step: number | Unchecked;
  /** A time at which a step begins. */
  readonly anchor: number;
  /** The time of a row. */
  readonly time: Unchecked;
  /** Milliseconds; undefined for the default, which depends on the step. */
  readonly openTtl: number | undefined;
  /** Milliseconds. */
  readonly settleTime: number;
  /** Milliseconds. */
  readonly holeTtl: number;
  /** Steps per load. */
  readonly limit: number;
  /** Known steps loaded again to save a load. */
  readonly mergeGap: number;
  /** Loads at the same time. */
  readonly concurrency: number;
  /** Whether rows are frozen. */
  readonly isFreezing: boolean;
  /** Whether every call loads. */
  readonly isBypassed: boolean;
  /** Market time. */
  readonly clock: Clock;
  /** Time of loads. */
  readonly ioClock: Clock;
  /** Milliseconds per load; Infinity for no limit. */
  readonly timeout: number;
  /** Where failures go that no caller sees. */
  readonly reporter: FailureReporter<MemoErrorContext>;
}

const MOST_ROWS = 2 ** 24;

const SCHEMA = z.strictObject({
  step: z.union([wholeNumber(1), callback<Unchecked>()]),
  anchor: z.optional(claim<number>('a whole number of epoch milliseconds', Number.isSafeInteger)),
  time: z.optional(callback<Unchecked>()),
  openTtl: z.optional(duration({ allowInfinity: true })),
  settleTime: z.optional(duration()),
  holeTtl: z.optional(duration({ allowInfinity: true })),
  limit: z.optional(wholeNumber(1, MOST_ROWS)),
  mergeGap: z.optional(wholeNumber(0, MOST_ROWS)),
  concurrency: z.optional(wholeNumber(1, 10_000)),
  maxSeries: z.optional(wholeNumber(1, MOST_ROWS)),
  maxRows: z.optional(wholeNumber(1, MOST_ROWS)),
  maxRowsPerSeries: z.optional(wholeNumber(1, MOST_ROWS)),
  freeze: z.optional(oneOf('never', 'development', 'always')),
  name: z.optional(text()),
  timeout: z.optional(duration({ allowInfinity: true })),
  clock: z.optional(clockOption()),
  ioClock: z.optional(clockOption()),
  onError: z.optional(callback<ErrorHandler<MemoErrorContext>>()),
});

/** Checks the options and fills in the defaults. @throws ConfigError */
export function rangeSettingsOf(load: Unchecked, options: unknown): RangeSettings {
  const usualName = load.name || 'anonymous';
  const checked = readOptions(`memoRange ${usualName}`, SCHEMA, options ?? {});
  const { name = usualName, maxRows = 1_000_000, freeze = 'never' } = checked;
  return {
    name,
    load,
    step: checked.step,
    anchor: checked.anchor ?? 0,
    time: checked.time ?? usualTime,
    openTtl: checked.openTtl,
    settleTime: checked.settleTime ?? 5_000,
    holeTtl: checked.holeTtl ?? Infinity,
    limit: checked.limit ?? 1_000,
    mergeGap: checked.mergeGap ?? 0,
    concurrency: checked.concurrency ?? 4,
    maxSeries: checked.maxSeries ?? 1_000,
    maxRows,
    maxRowsPerSeries: Math.min(checked.maxRowsPerSeries ?? maxRows, maxRows),
    isFreezing: freeze === 'always' || (freeze === 'development' && process.env['NODE_ENV'] !== 'production'),
    isBypassed: isBypassed(name),
    clock: checked.clock ?? systemClock,
    ioClock: checked.ioClock ?? systemClock,
    timeout: checked.timeout ?? Infinity,
    reporter: new FailureReporter<MemoErrorContext>(`memo ${name}`, checked.onError),
  };
}
