import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import { cachesOf } from './decorate.js';
import type { AnyFunction, ArgumentsOf, ResultOf } from './function-types.js';
import { controlsOf, type MemoControls } from './memo-controls.js';

/** The names of an object's methods. */
export type MethodName<T extends object> = {
  [Name in keyof T]-?: T[Name] extends AnyFunction ? Name : never;
}[keyof T];

/** The members of a method's cache. */
export type MethodControls<F> = F extends AnyFunction ? MemoControls<ArgumentsOf<F>, ResultOf<F>> : never;

/**
 * Returns the members of one instance's cache of a decorated method, to inspect it or to invalidate its entries.
 * For a static method pass the class.
 * @throws ArgumentError when the method is not decorated.
 * @example
 * methodCache(model, 'predict').invalidate('BTCUSDT');
 */
export function methodCache<T extends object, Name extends MethodName<T>>(
  instance: T,
  method: Name,
): MethodControls<T[Name]> {
  const wrapper: unknown = Reflect.get(instance, method);
  const caches = typeof wrapper === 'function' ? cachesOf(wrapper) : undefined;
  if (caches === undefined) throw new ArgumentError(`${String(method)} of ${show(instance)} is not a decorated method`);
  // The controls pass on what their types allow; the types are those of the method.
  return controlsOf(caches.of(instance), caches.settingsFor(instance), instance) as unknown as MethodControls<T[Name]>;
}
