import { createMemoized } from './create-memoized.js';
import { decorate, isLegacyUse, isStandardUse } from './decorate.js';
import type { AnyFunction } from './function-types.js';
import type { MemoOptionsOf } from './memo-options.js';
import { readMethodOptions } from './option-schema.js';
import type { AsyncMemoizeOptions, MemoizeDecorator, MemoizeOptions } from './memoize.js';
import type { Memoized } from './memoized.js';

/** {@link memo} and {@link memoize} in one, with a `ttl` of its own; the options may say otherwise. */
export interface CachePreset {
  /** As `@preset` on a method, standard decorators. */
  (method: AnyFunction, context: ClassMethodDecoratorContext): void;
  /** As `@preset` on a method, legacy decorators. */
  <F extends AnyFunction>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>;
  /** As `preset(fn, options)`. */
  <F extends AnyFunction>(fn: F, options?: MemoOptionsOf<F> & { readonly kind?: never }): Memoized<F>;
  /** As `@preset({ timeout })`, for methods that return a promise. */
  <Args extends readonly unknown[] = readonly unknown[], Value = unknown>(
    options: AsyncMemoizeOptions<Args, Value>,
  ): MemoizeDecorator<Args, Value, PromiseLike<unknown>>;
  /** As `@preset(options)` or `@preset()`. */
  <Args extends readonly unknown[] = readonly unknown[], Value = unknown>(
    options?: MemoizeOptions<Args, Value>,
  ): MemoizeDecorator<Args, Value>;
}

/** Caches features computed from market data, for 60 s unless `ttl` says otherwise. */
export const cacheFeatures: CachePreset = presetOf('cacheFeatures', 60_000);

/** Caches predictions of models, for 30 s unless `ttl` says otherwise. */
export const cachePredictions: CachePreset = presetOf('cachePredictions', 30_000);

/** Caches the market regime, for 300 s unless `ttl` says otherwise. */
export const cacheRegime: CachePreset = presetOf('cacheRegime', 300_000);

/** Caches trading decisions, for 10 s unless `ttl` says otherwise. */
export const cacheDecision: CachePreset = presetOf('cacheDecision', 10_000);

/** Caches the consensus of several models, for 60 s unless `ttl` says otherwise. */
export const cacheConsensus: CachePreset = presetOf('cacheConsensus', 60_000);

/** Caches written reasoning, for 1 h unless `ttl` says otherwise. */
export const cacheReasoning: CachePreset = presetOf('cacheReasoning', 3_600_000);

function presetOf(owner: string, ttl: number): CachePreset {
  const preset = (...use: readonly unknown[]): unknown => {
    if (isStandardUse(use) || isLegacyUse(use)) return decorate(use, {}, ttl);
    const [first, second] = use;
    // Any function can be cached; its type goes from the caller's argument to the caller's result.
    if (typeof first === 'function') return createMemoized(first as AnyFunction, second, { ttl });
    const options = readMethodOptions(owner, first);
    return (...target: readonly unknown[]): unknown => decorate(target, options, ttl);
  };
  // One function serves every form; which one shows in its arguments.
  return preset as CachePreset;
}
