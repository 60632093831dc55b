import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import { valueOf } from './entry.js';
import type { MemoExplanation } from './explain.js';
import type { MemoCache } from './memo-cache.js';
import type { MemoSettings } from './memo-settings.js';
import type { MemoStats } from './memo-stats.js';
import { checkList, warm, type WarmOptions, type WarmReport } from './warm.js';

/** What can be done with a cache besides calling its function. Every method makes the key as a call does. */
export interface MemoControls<Args extends readonly unknown[] = readonly unknown[], Result = unknown> {
  /** Returns what the cache has done so far. */
  stats(): MemoStats;
  /** Tells why such a call is answered as it is. Counts nothing. Cost: up to 256 keys are compared. */
  explain(...args: Args): MemoExplanation;
  /** Returns the value a call would get without a load, stale ones included. Counts nothing, loads nothing. */
  peek(...args: Args): Awaited<Result> | undefined;
  /** Whether a call would get a value without a load. Counts nothing. */
  has(...args: Args): boolean;
  /**
   * Stores a value as if it had just been loaded; a load of the same call that is running is not stored.
   *
   * A promise counts as a load: calls wait for it. For a function that returns promises without being declared `async`
   * and was never called, pass a promise, since its calls would get a plain value back.
   */
  set(args: Args, value: Result | Awaited<Result>): void;
  /**
   * Loads the calls whose values are not fresh, `concurrency` at a time. Failures are counted and go to `onError`.
   * @throws ConfigError (rejects) for wrong options, ArgumentError (rejects) when an item is not an array.
   */
  warm(argsList: Iterable<Args>, options?: WarmOptions): Promise<WarmReport>;
  /**
   * Removes a value at once; a load of it that is running answers its callers but is not stored. The promise
   * resolves when the second level and the bus have been told; it never rejects, their failures go to `onError`.
   */
  invalidate(...args: Args): Promise<void>;
  /** Removes all values with this tag at once; results with it that are being loaded are not stored. */
  invalidateTag(tag: string): Promise<void>;
  /** Removes everything at once; nothing that is being loaded is stored. */
  clear(): Promise<void>;
  /** Resolves when the second level has, or has refused, what was loaded so far: callers do not wait for that. */
  flush(): Promise<void>;
  /**
   * Calls the function for a caller that may leave: it gets a rejection with the signal's reason as soon as the signal is
   * aborted. Others who wait for the same load are not concerned; when nobody is left, the load of an `abortable`
   * function is aborted and not stored.
   */
  withSignal(signal: AbortSignal, ...args: Args): Result;
}

/** Makes the controls of a cache for calls on `self`. */
export function controlsOf(cache: MemoCache, settings: MemoSettings, self: unknown): MemoControls {
  const { links } = cache;
  return {
    stats: () => cache.stats(),
    explain: (...args) => cache.explain(self, args),
    peek: (...args) => {
      const entry = cache.peek(self, args);
      return entry === undefined ? undefined : valueOf(entry);
    },
    has: (...args) => cache.peek(self, args) !== undefined,
    set: (args, value) => cache.set(self, checkList(args), value),
    warm: (argsList, options) => warm(cache, settings, self, argsList, options),
    // What is done in this process is done before they return.
    invalidate(...args) {
      const key = cache.keyOf(self, args);
      cache.invalidate(key);
      return links?.invalidate(key) ?? Promise.resolve();
    },
    invalidateTag(tag) {
      cache.invalidateTag(checkTag(tag));
      return links?.invalidateTag(tag) ?? Promise.resolve();
    },
    clear() {
      cache.clear();
      return links?.clear() ?? Promise.resolve();
    },
    flush: () => links?.flush() ?? Promise.resolve(),
    withSignal: (signal, ...args) => cache.callWithSignal(checkSignal(signal), self, args),
  };
}

function checkTag(tag: unknown): string {
  if (typeof tag !== 'string') throw new ArgumentError(`tag must be a string, got ${show(tag)}`);
  return tag;
}

function checkSignal(signal: unknown): AbortSignal {
  if (signal instanceof AbortSignal) return signal;
  throw new ArgumentError(`withSignal needs an AbortSignal, got ${show(signal)}`);
}
