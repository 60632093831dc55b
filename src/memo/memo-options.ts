import type { Clock } from '../core/clock.js';
import type { ErrorHandler } from '../core/failures.js';
import type { CacheStore, InvalidationBus } from './cache-store.js';
import type { Codec } from './codec.js';
import type { AnyFunction, ArgumentsOf, ResultOf } from './function-types.js';
import type { LeaseOptions } from './lease-options.js';

/** Where a failure that no caller sees came from. */
export interface MemoErrorContext {
  /** Name of the cache. */
  readonly name: string;
  /**
   * What failed: a load whose caller got a stale value or a timeout instead, a refresh in the background,
   * a load of `warm` or of `audit`, a callback among the options, the second level, its codec, or the bus.
   */
  readonly during:
    | 'load'
    | 'refresh'
    | 'warm'
    | 'audit'
    | 'ttl'
    | 'tags'
    | 'isStorable'
    | 'sizeOf'
    | 'store'
    | 'codec'
    | 'bus';
}

/** Options of {@link memo} for any function. */
export interface MemoOptions<Args extends readonly unknown[] = readonly unknown[], Result = unknown> {
  /**
   * Name in statistics, warnings and `TICKWISE_BYPASS`.
   * @default the function's name, or `Class.method`
   */
  readonly name?: string;
  /**
   * How long a result is served, in milliseconds of `clock`, or a function of the result and the arguments.
   * @default Infinity
   * @remarks 0 stores nothing, except that stale windows start at once. A function that throws or returns no such
   * number is reported to `onError` and its result is not stored.
   */
  readonly ttl?: number | ((result: Result, ...args: Args) => number);
  /**
   * Most entries kept; `policy` says which go first. Memory grows with the entries there are.
   * @default 10_000
   */
  readonly maxEntries?: number;
  /**
   * Most bytes that all results together may have, as `sizeOf` tells them. A larger result is not stored.
   * @default Infinity
   */
  readonly maxBytes?: number;
  /** Bytes of a result, asked once when it is stored. Needed for `maxBytes`. */
  readonly sizeOf?: (result: Result, ...args: Args) => number;
  /**
   * Which entries are given up when the cache is full: the least recently used, or with 'tinylfu' those asked for least
   * often, which keeps part of a list that is walked again and again and does not fit.
   * @default 'lru'
   */
  readonly policy?: 'lru' | 'tinylfu';
  /**
   * What tells calls apart instead of all arguments; any value that {@link structuralKey} takes.
   * @default all arguments
   * @remarks Objects as `this` stay part of the key.
   */
  readonly key?: (...args: Args) => unknown;
  /**
   * How keys are made. 'exact' never merges two argument lists. 'fingerprint' digests windows of numeric rows,
   * many times faster; two different windows share a key with odds of about 2^-128.
   * @default 'exact'
   */
  readonly keyMode?: 'exact' | 'fingerprint';
  /**
   * How long after its `ttl` a value is still returned at once while one refresh runs, in milliseconds. A sync function
   * is refreshed inline: its caller gets the new value, or the old one when it throws.
   * @default 0
   */
  readonly staleWhileRevalidate?: number;
  /**
   * How long after its `ttl` a value is returned in place of a load's error, in milliseconds. The error goes to
   * `onError`, is not cached, and the next call loads again.
   * @default 0
   */
  readonly staleIfError?: number;
  /**
   * How long an error is cached and given to every caller, in milliseconds. 0 caches none.
   * @default 0
   */
  readonly errorTtl?: number;
  /**
   * Part of the `ttl`, 0 to 1, by which it is shortened at random, so that what was stored together does not
   * expire together.
   * @default 0
   */
  readonly jitter?: number;
  /**
   * Refreshes a value before it expires, at a random moment that is the earlier the longer its load takes: 1 as in
   * "Optimal Probabilistic Cache Stampede Prevention" (Vattani et al., 2015), which `true` means too, more for
   * earlier, 0 for never.
   * @default 0
   */
  readonly earlyRefresh?: boolean | number;
  /**
   * Tags of a result, for `invalidateTag`. At most 100 per result.
   * @default none
   */
  readonly tags?: (result: Result, ...args: Args) => readonly string[];
  /**
   * Whether a result is stored.
   * @default every result
   */
  readonly isStorable?: (result: Result, ...args: Args) => boolean;
  /**
   * Whether stored results are frozen, plain objects and arrays to any depth: hits share one object.
   * 'development' freezes unless NODE_ENV is 'production' when the cache is made.
   * @default 'never'
   */
  readonly freeze?: 'never' | 'development' | 'always';
  /**
   * Part of the hits, 0 to 1, whose result is computed again when the caller has gone on, and compared. Differences are
   * counted as `mismatches` and go to `onError`.
   * @default 0
   */
  readonly audit?: number;
  /**
   * Carries `invalidate`, `invalidateTag`, `set` and `clear` to the other processes with this bus, where they concern the
   * cache of the same `name` and `version`. After a gap in its connection the cache drops everything. Needs `name`.
   * @default none
   */
  readonly bus?: InvalidationBus;
  /**
   * Part of every key of the second level and every message of the bus: change it when results change their form.
   * @default ''
   */
  readonly version?: string;
  /**
   * Clock of `ttl` and all windows.
   * @default systemClock
   */
  readonly clock?: Clock;
  /**
   * Gets every failure that no caller sees.
   * @default a process warning, at most one per minute
   */
  readonly onError?: ErrorHandler<MemoErrorContext>;
}

/** Options of {@link memo} for functions that return a promise. */
export interface AsyncMemoOptions<
  Args extends readonly unknown[] = readonly unknown[],
  Result = unknown,
> extends MemoOptions<Args, Result> {
  /**
   * How long one load may take, in milliseconds of `ioClock`. Its callers then get a TimeoutError, the next call
   * loads again, and a late result is dropped.
   * @default Infinity
   */
  readonly timeout?: number;
  /**
   * Whether the function takes an AbortSignal as its last argument, which is no part of the key. It is aborted when
   * the load times out, or the last caller of `withSignal` has left and nobody else waits.
   * @default false
   */
  readonly abortable?: boolean;
  /**
   * Second level, shared by processes and kept over restarts. Needs `name`; on methods also `key`.
   * @default none
   * @remarks All processes must give a `name` and `version` the same `ttl` and stale windows, so change `version` with
   * them: an invalidation is remembered for as long as results live where it was made, and an hour.
   */
  readonly store?: CacheStore;
  /**
   * How values become bytes for the `store`.
   * @default v8.serialize and v8.deserialize
   */
  readonly codec?: Codec;
  /**
   * Longest time that one operation of the `store` may take, in milliseconds of `ioClock`.
   * @default 50
   */
  readonly storeTimeout?: number;
  /**
   * Whether only one of all processes with the `store` loads a key at a time, the others waiting for its result.
   * @default false
   */
  readonly lease?: boolean | LeaseOptions;
  /**
   * Clock of `timeout`, of `storeTimeout`, and of the load times in the statistics.
   * @default systemClock
   */
  readonly ioClock?: Clock;
}

/** The names of the options that only functions which return a promise can have. */
export type AsyncOnly = 'timeout' | 'abortable' | 'store' | 'codec' | 'storeTimeout' | 'lease' | 'ioClock';

/** Options of a sync function: those that need a promise are refused. */
export type SyncMemoOptions<Args extends readonly unknown[] = readonly unknown[], Result = unknown> = MemoOptions<
  Args,
  Result
> & { readonly [Name in AsyncOnly]?: never };

/** The options that fit a function: those of {@link AsyncMemoOptions} only when it can return a promise. */
export type MemoOptionsOf<F extends AnyFunction> =
  Extract<ResultOf<F>, PromiseLike<unknown>> extends never
    ? SyncMemoOptions<ArgumentsOf<F>, ResultOf<F>>
    : AsyncMemoOptions<ArgumentsOf<F>, Awaited<ResultOf<F>>>;

/** The clock of a decorated method: one for all, or one per instance. */
export type MethodClock = Clock | ((self: object) => Clock);
