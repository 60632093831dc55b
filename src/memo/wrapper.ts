/**
 * Wrappers around cached functions. Calls with up to three arguments make no array of them: `arguments`
 * is only counted or passed on whole, both of which V8 does without making it an object.
 */
import type { AnyFunction } from './function-types.js';
import type { MemoCache } from './memo-cache.js';
import type { MethodCaches } from './method-caches.js';
import type { MemoSettings, UncheckedCallback } from './memo-settings.js';

/** Most arguments that are not put into an array. */
const FEW = 3;

/** Wraps a function with one cache. With an `instance`, calls are made on it whatever their `this`. */
export function wrapFunction(cache: MemoCache, { key }: MemoSettings, instance: object | undefined): UncheckedCallback {
  function callMany(this: unknown, ...args: unknown[]): unknown {
    return cache.callMany(instance ?? this, args);
  }
  if (key !== undefined) return callMany;
  return function callFew(this: unknown, first?: unknown, second?: unknown, third?: unknown): unknown {
    if (arguments.length > FEW) return Reflect.apply(callMany, this, arguments);
    return cache.callFew(instance ?? this, arguments.length, first, second, third);
  };
}

/** Wraps a method with a cache per instance. */
export function wrapMethod(caches: MethodCaches, hasKey: boolean): UncheckedCallback {
  function callMany(this: unknown, ...args: unknown[]): unknown {
    return caches.of(this).callMany(this, args);
  }
  if (hasKey) return callMany;
  return function callFew(this: unknown, first?: unknown, second?: unknown, third?: unknown): unknown {
    if (arguments.length > FEW) return Reflect.apply(callMany, this, arguments);
    return caches.of(this).callFew(this, arguments.length, first, second, third);
  };
}

/** Gives a wrapper the name and the parameter count of what it wraps. */
export function dressAs(fn: AnyFunction, wrapper: UncheckedCallback): UncheckedCallback {
  Object.defineProperty(wrapper, 'name', { value: fn.name, configurable: true });
  Object.defineProperty(wrapper, 'length', { value: fn.length, configurable: true });
  return wrapper;
}
