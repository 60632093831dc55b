import { createMemoized } from './create-memoized.js';
import type { AnyFunction } from './function-types.js';
import type { MemoOptionsOf } from './memo-options.js';
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
 * Cost: a hit on one string or number makes no key text, one with several arguments makes one; with a finite
 * `ttl` the clock is read.
 * @throws ConfigError when an option is wrong or unknown; ArgumentError when `fn` is not a function.
 * @throws UnsupportedKeyError (from calls; async ones reject) when an argument cannot be part of a key.
 * @example
 * const features = memo((symbol: string, bars: number) => computeFeatures(symbol, bars), { ttl: 60_000 });
 * features('BTCUSDT', 200); // computes
 * features('BTCUSDT', 200); // a hit
 */
export function memo<F extends AnyFunction>(fn: F, options?: MemoOptionsOf<F>): Memoized<F> {
  return createMemoized(fn, options, {});
}
