import * as z from 'zod/mini';
import type { Clock } from '../core/clock.js';
import type { ErrorHandler } from '../core/failures.js';
import { callback, clockOption, duration, oneOf, readOptions, text, wholeNumber } from '../core/options.js';
import type { AnyFunction, ArgumentsOf, ResultOf } from './function-types.js';

/** Where a failure that no caller sees came from. */
export interface MemoErrorContext {
  /** Name of the cache. */
  readonly name: string;
  /**
   * What failed: a load whose caller got a stale value or a timeout instead, a refresh in the background,
   * a load of `warm`, or a callback among the options.
   */
  readonly during: 'load' | 'refresh' | 'warm' | 'ttl' | 'tags' | 'isStorable';
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
   * Most entries kept; the least recently used goes first. Memory grows with the entries there are.
   * @default 10_000
   */
  readonly maxEntries?: number;
  /**
   * What tells calls apart instead of all arguments; any value that {@link structuralKey} takes.
   * @default all arguments
   * @remarks Objects as `this` stay part of the key.
   */
  readonly key?: (...args: Args) => unknown;
  /**
   * How keys are made. 'exact' never merges two argument lists.
   * @default 'exact'
   */
  readonly keyMode?: 'exact';
  /**
   * How long after its `ttl` a value is still returned at once while one refresh runs, in milliseconds.
   * An async function is refreshed at once, a sync one by a timer of 0 ms.
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
   * Clock of `timeout` and of the load times in the statistics.
   * @default systemClock
   */
  readonly ioClock?: Clock;
}

/** Options that a sync function cannot have. */
export interface SyncMemoOptions<
  Args extends readonly unknown[] = readonly unknown[],
  Result = unknown,
> extends MemoOptions<Args, Result> {
  /** For functions that return a promise only. */
  readonly timeout?: never;
  /** For functions that return a promise only. */
  readonly ioClock?: never;
}

/** The options that fit a function: `timeout` and `ioClock` only when it can return a promise. */
export type MemoOptionsOf<F extends AnyFunction> =
  Extract<ResultOf<F>, PromiseLike<unknown>> extends never
    ? SyncMemoOptions<ArgumentsOf<F>, ResultOf<F>>
    : AsyncMemoOptions<ArgumentsOf<F>, Awaited<ResultOf<F>>>;

/** The clock of a decorated method: one for all, or one per instance. */
export type MethodClock = Clock | ((self: object) => Clock);

const SHARED = {
  name: z.optional(text()),
  ttl: z.optional(z.union([duration({ allowInfinity: true }), callback<(...args: unknown[]) => unknown>()])),
  maxEntries: z.optional(wholeNumber(1, 2 ** 24)),
  key: z.optional(callback<(...args: unknown[]) => unknown>()),
  keyMode: z.optional(oneOf('exact')),
  staleWhileRevalidate: z.optional(duration({ allowInfinity: true })),
  staleIfError: z.optional(duration({ allowInfinity: true })),
  errorTtl: z.optional(duration({ allowInfinity: true })),
  tags: z.optional(callback<(...args: unknown[]) => unknown>()),
  isStorable: z.optional(callback<(...args: unknown[]) => unknown>()),
  freeze: z.optional(oneOf('never', 'development', 'always')),
  onError: z.optional(callback<ErrorHandler<MemoErrorContext>>()),
  timeout: z.optional(duration({ allowInfinity: true })),
  ioClock: z.optional(clockOption()),
};

const FUNCTION_SCHEMA = z.strictObject({ ...SHARED, clock: z.optional(clockOption()) });

const METHOD_SCHEMA = z.strictObject({
  ...SHARED,
  clock: z.optional(z.union([clockOption(), callback<(self: object) => Clock>()])),
});

/** Options as checked, without defaults. */
export type CheckedOptions = z.output<typeof FUNCTION_SCHEMA>;

/** Options of a decorated method as checked, without defaults. */
export type CheckedMethodOptions = z.output<typeof METHOD_SCHEMA>;

/** Checks the options of a function's cache. @throws ConfigError */
export function readMemoOptions(owner: string, options: unknown): CheckedOptions {
  return readOptions(owner, FUNCTION_SCHEMA, options ?? {});
}

/** Checks the options of a decorator. @throws ConfigError */
export function readMethodOptions(owner: string, options: unknown): CheckedMethodOptions {
  return readOptions(owner, METHOD_SCHEMA, options ?? {});
}
