import { decorate } from './decorate.js';
import type { AnyFunction } from './function-types.js';
import type { AsyncMemoOptions, AsyncOnly, MemoOptions, MethodClock } from './memo-options.js';
import { readMethodOptions } from './option-schema.js';

/** Options of {@link memoize}. */
export interface MemoizeOptions<Args extends readonly unknown[] = readonly unknown[], Value = unknown> extends Omit<
  MemoOptions<Args, Value>,
  'clock'
> {
  /**
   * Clock of `ttl` and all windows, or a function that gets the instance at its first call and returns its clock.
   * @default systemClock
   */
  readonly clock?: MethodClock;
}

/** Options of {@link memoize} with at least one that only methods which return a promise can have. */
export type AsyncMemoizeOptions<Args extends readonly unknown[] = readonly unknown[], Value = unknown> = MemoizeOptions<
  Args,
  Value
> &
  Pick<AsyncMemoOptions, AsyncOnly> &
  { readonly [Name in AsyncOnly]: Required<Pick<AsyncMemoOptions, Name>> }[AsyncOnly];

/** `F` when its parameters and result fit the callbacks among the options and the promise they ask for; or never. */
export type MethodFor<F extends AnyFunction, Args extends readonly unknown[], Value, Result> = F extends (
  ...args: infer Own
) => infer Returned
  ? [Returned, Awaited<Returned>, (...args: Args) => void] extends [Result, Value, (...args: Own) => void]
    ? F
    : never
  : never;

/** A decorator of methods, for standard and for legacy TypeScript decorators alike. */
export interface MemoizeDecorator<
  Args extends readonly unknown[] = readonly unknown[],
  Value = unknown,
  Result = unknown,
> {
  /** The standard protocol. Typed as returning nothing: a replacement's type would lose a method's type parameters. */
  <F extends AnyFunction>(method: F & MethodFor<F, Args, Value, Result>, context: ClassMethodDecoratorContext): void;
  /** The legacy protocol (`experimentalDecorators`). */
  <F extends AnyFunction>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F & MethodFor<F, Args, Value, Result>>,
  ): TypedPropertyDescriptor<F>;
}

/**
 * Makes a decorator that gives a method a cache per instance (per class for a static method), held no longer than
 * the instance. Standard and legacy TypeScript decorators both work, and so do private methods, methods named by
 * symbols, overrides and `super` calls. One decorator may be used on several methods.
 *
 * The members of an instance's cache are at {@link methodCache}.
 *
 * Cost: a lookup in a WeakMap besides that of {@link memo}.
 * @throws ConfigError when an option is wrong or unknown; ArgumentError when it decorates anything but a method.
 * @example
 * class Model {
 *   @memoize({ ttl: 30_000 })
 *   predict(symbol: string): number { … }
 * }
 */
export function memoize<Args extends readonly unknown[] = readonly unknown[], Value = unknown>(
  options: AsyncMemoizeOptions<Args, Value>,
): MemoizeDecorator<Args, Value, PromiseLike<unknown>>;
export function memoize<Args extends readonly unknown[] = readonly unknown[], Value = unknown>(
  options?: MemoizeOptions<Args, Value>,
): MemoizeDecorator<Args, Value>;
export function memoize(options?: unknown): MemoizeDecorator {
  const checked = readMethodOptions('memoize', options);
  // One function serves both protocols; which one shows in its arguments.
  return ((...use: readonly unknown[]) => decorate(use, checked, Infinity)) as MemoizeDecorator;
}
