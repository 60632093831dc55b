import { ArgumentError } from '../core/errors.js';
import { register } from '../core/registry.js';
import { show } from '../core/show.js';
import { linksOf } from './cache-links.js';
import type { AnyFunction } from './function-types.js';
import { MemoCache } from './memo-cache.js';
import { controlsOf } from './memo-controls.js';
import { type MemoDefaults, settingsOf, type UncheckedCallback } from './memo-settings.js';
import type { Memoized } from './memoized.js';
import { readMemoOptions } from './option-schema.js';
import { dressAs, wrapFunction } from './wrapper.js';

/** What a preset or an instance says about a function's cache. */
interface MemoContext extends Partial<Pick<MemoDefaults, 'name' | 'ttl'>> {
  /** The instance that every call is made on, whatever its `this`. */
  readonly instance?: object;
}

/**
 * Gives a function a cache.
 * @throws ConfigError when an option is wrong or unknown; ArgumentError when `fn` is not a function.
 */
export function createMemoized<F extends AnyFunction>(fn: F, options: unknown, context: MemoContext): Memoized<F> {
  if (typeof fn !== 'function') throw new ArgumentError(`memo needs a function, got ${show(fn)}`);
  const { instance, name = fn.name || 'anonymous', ttl = Infinity } = context;
  const isMethod = instance !== undefined;
  const settings = settingsOf(readMemoOptions(`memo ${name}`, options), { name, ttl, isMethod });
  // A function of any parameters is called with the arguments that its typed wrapper was called with.
  const cached = fn as unknown as UncheckedCallback;
  const links = linksOf(cached, settings, {
    invalidate: (key) => cache.invalidate(key),
    invalidateTag: (tag) => cache.invalidateTag(tag),
    clear: () => cache.clear(),
  });
  const cache: MemoCache = new MemoCache(cached, settings, { clock: settings.clock, isPerInstance: isMethod, links });
  register('memo', cache);
  const wrapper = dressAs(fn, wrapFunction(cache, settings, instance));
  Object.assign(wrapper, controlsOf(cache, settings, instance), {
    forThis: (self: object) => controlsOf(cache, settings, self),
  });
  // The wrapper passes calls on unchanged, so that it has the type of the function besides its members.
  return wrapper as unknown as Memoized<F>;
}
