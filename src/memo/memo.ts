import { createMemoized } from './create-memoized.js';
import type { AbortableFunction, AnyFunction } from './function-types.js';
import type { AsyncMemoOptions, MemoOptionsOf } from './memo-options.js';
import type { Memoized } from './memoized.js';

/**
 * Gives a function a cache. A sync function stays sync; calls of an async one that come while it loads share
 * the load and its error.
 *
 * Calls are told apart by the exact content of all arguments, and by `this` when it is an object. Errors are not
 * cached unless `errorTtl` says so. Results are shared: who changes one changes it for all (see `freeze`).
 *
 * Whether a function is async shows in what it returns. A function that is not declared `async` and throws
 * before it ever returned a promise throws; from then on, or with a `timeout`, its throws are rejections.
 *
 * Cost: a hit on up to three primitives makes no text and allocates nothing; with a finite `ttl` the clock is read. At
 * over 50 000 hits per second on the system clock, a thread of its own keeps the time in shared memory, so that
 * a value may be served for the 1 ms more that this lags behind, plus what the thread waits for a core.
 * @throws ConfigError when an option is wrong or unknown; ArgumentError when `fn` is not a function.
 * @throws UnsupportedKeyError (from calls; async ones reject) when an argument cannot be part of a key.
 * @example
 * const features = memo((symbol: string, bars: number) => computeFeatures(symbol, bars), { ttl: 60_000 });
 * features('BTCUSDT', 200); // computes
 * features('BTCUSDT', 200); // a hit
 */
export function memo<Args extends readonly unknown[], Result>(
  fn: AbortableFunction<Args, Result>,
  options: AsyncMemoOptions<Args, Result> & { readonly abortable: true },
): Memoized<(...args: Args) => Promise<Result>>;
export function memo<F extends AnyFunction>(fn: F, options?: MemoOptionsOf<F>): Memoized<F>;
export function memo(fn: AnyFunction, options?: unknown): unknown {
  return createMemoized(fn, options, {});
}
