import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import { createMemoized } from './create-memoized.js';
import type { AnyFunction } from './function-types.js';
import type { MemoOptionsOf } from './memo-options.js';
import type { Memoized } from './memoized.js';
import type { MethodName } from './method-cache.js';

/** Options per method of an object. */
export type MethodOptions<T extends object, Names extends MethodName<T>> = {
  readonly [Name in Names]: T[Name] extends AnyFunction ? MemoOptionsOf<T[Name]> : never;
};

/** An object whose named methods have caches. */
export type WithMemoized<T extends object, Names extends PropertyKey> = T & {
  readonly [Name in keyof T & Names]: T[Name] extends AnyFunction ? Memoized<T[Name]> : T[Name];
};

/**
 * Gives methods of one object caches, for those who have no decorators, and returns the same object.
 *
 * The methods become properties of the object, not enumerable and bound to it. Either all are replaced or,
 * when an error is thrown, none.
 * @throws ConfigError when an option is wrong or unknown.
 * @throws ArgumentError when a name is not that of a method, or the object cannot be changed.
 * @example
 * const api = memoizeMethods(new VenueApi(), { instruments: { ttl: 3_600_000 } });
 * await api.instruments('linear');
 * api.instruments.stats();
 */
export function memoizeMethods<T extends object, Names extends MethodName<T>>(
  instance: T,
  methods: MethodOptions<T, Names>,
): WithMemoized<T, Names> {
  if (typeof instance !== 'object' || instance === null || !Object.isExtensible(instance)) {
    throw new ArgumentError(`memoizeMethods needs an object that can be changed, got ${show(instance)}`);
  }
  if (typeof methods !== 'object' || methods === null) {
    throw new ArgumentError(`memoizeMethods needs an object of options by method, got ${show(methods)}`);
  }
  const properties = Reflect.ownKeys(methods).map((name): [PropertyKey, PropertyDescriptor] => [
    name,
    { value: memoizeMethod(instance, name, Reflect.get(methods, name)), writable: true, configurable: true },
  ]);
  for (const [name, property] of properties) Object.defineProperty(instance, name, property);
  const memoized: unknown = instance;
  // The properties just defined are the ones that the type names.
  return memoized as WithMemoized<T, Names>;
}

function memoizeMethod(instance: object, name: PropertyKey, options: unknown): unknown {
  const method: unknown = Reflect.get(instance, name);
  if (typeof method !== 'function') throw new ArgumentError(`${show(instance)} has no method ${String(name)}`);
  if (Object.getOwnPropertyDescriptor(instance, name)?.configurable === false) {
    throw new ArgumentError(`the method ${String(name)} of ${show(instance)} cannot be replaced`);
  }
  return createMemoized(method as AnyFunction, options, {
    name: `${instance.constructor?.name ?? 'Object'}.${String(name)}`,
    instance,
  });
}
