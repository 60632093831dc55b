import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { AnyFunction } from './function-types.js';
import type { CheckedMethodOptions } from './option-schema.js';
import type { UncheckedCallback } from './memo-settings.js';
import { MethodCaches } from './method-caches.js';
import { dressAs, wrapMethod } from './wrapper.js';

/** The caches behind decorated methods, by the function that replaced the method. */
const cachesByWrapper = new WeakMap<object, MethodCaches>();

/** The caches of a method, when it was decorated. */
export function cachesOf(method: object): MethodCaches | undefined {
  return cachesByWrapper.get(method);
}

/** Whether these are the arguments that a standard decorator is called with. */
export function isStandardUse([, context]: readonly unknown[]): boolean {
  return typeof context === 'object' && context !== null && 'kind' in context && 'addInitializer' in context;
}

/** Whether these are the arguments that a legacy decorator is called with. */
export function isLegacyUse([, key]: readonly unknown[]): boolean {
  return typeof key === 'string' || typeof key === 'symbol';
}

/**
 * Decorates what a decorator was called with. `ttl` is the default.
 * @throws ArgumentError when that is not a method.
 */
export function decorate(use: readonly unknown[], options: CheckedMethodOptions, ttl: number): unknown {
  if (isStandardUse(use)) return decorateStandard(use, options, ttl);
  if (isLegacyUse(use)) return decorateLegacy(use, options, ttl);
  throw new ArgumentError(`memoize decorates methods, got ${show(use[0])}`);
}

function decorateStandard([method, context]: readonly unknown[], options: CheckedMethodOptions, ttl: number): unknown {
  // `isStandardUse` has seen the mark of a context; the protocol says what else it has.
  const { kind, name } = context as DecoratorContext;
  if (kind !== 'method' || typeof method !== 'function') throw notMethod(kind, name);
  const wrapper = wrap(method as AnyFunction, options, ttl, (self) => nameOwner(self, name, wrapper));
  return wrapper;
}

function decorateLegacy(
  [target, key, descriptor]: readonly unknown[],
  options: CheckedMethodOptions,
  ttl: number,
): unknown {
  const method: unknown = (descriptor as PropertyDescriptor | undefined)?.value;
  if (typeof method !== 'function') throw notMethod('field or accessor', key);
  const owner: unknown = typeof target === 'function' ? target : (target as object).constructor;
  const name = `${typeof owner === 'function' ? owner.name : ''}.${String(key)}`;
  const wrapper = wrap(method as AnyFunction, options, ttl, () => name);
  return { ...(descriptor as PropertyDescriptor), value: wrapper };
}

function wrap(
  method: AnyFunction,
  options: CheckedMethodOptions,
  ttl: number,
  nameFor: (self: unknown) => string,
): UncheckedCallback {
  // Called with the arguments that the typed method was called with.
  const caches = new MethodCaches({ fn: method as unknown as UncheckedCallback, nameFor, ttl }, options);
  const wrapper = dressAs(method, wrapMethod(caches, options.key !== undefined));
  cachesByWrapper.set(wrapper, caches);
  return wrapper;
}

/** `Class.method`, by the class that holds the method: the instance may be of a subclass. */
function nameOwner(self: unknown, name: string | symbol | undefined, wrapper: UncheckedCallback): string {
  const key = name ?? '';
  for (let holder: unknown = self; isObject(holder); holder = Object.getPrototypeOf(holder)) {
    if (Object.getOwnPropertyDescriptor(holder, key)?.value === wrapper) return `${classNameOf(holder)}.${String(key)}`;
  }
  return isObject(self) ? `${classNameOf(self)}.${String(key)}` : String(key);
}

function classNameOf(holder: object): string {
  return typeof holder === 'function' ? holder.name : holder.constructor.name;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function notMethod(kind: string, name: unknown): ArgumentError {
  return new ArgumentError(`memoize decorates methods, got the ${kind} ${String(name)}`);
}
