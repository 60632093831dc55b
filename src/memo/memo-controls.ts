import * as z from 'zod/mini';
import { ArgumentError } from '../core/errors.js';
import { readOptions, wholeNumber } from '../core/options.js';
import { show } from '../core/show.js';
import type { MemoExplanation } from './explain.js';
import type { MemoCache } from './memo-cache.js';
import type { MemoSettings } from './memo-settings.js';
import type { MemoStats } from './memo-stats.js';

/** Options of `warm`. */
export interface WarmOptions {
  /**
   * Loads that run at the same time.
   * @default 8
   */
  readonly concurrency?: number;
}

/** What `warm` did. */
export interface WarmReport {
  /** Calls that were loaded. */
  readonly loaded: number;
  /** Calls whose value was fresh, or being loaded, already. */
  readonly present: number;
  /** Calls whose load failed. */
  readonly failed: number;
}

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
   * @throws ConfigError (rejects) for wrong options.
   */
  warm(argsList: Iterable<Args>, options?: WarmOptions): Promise<WarmReport>;
  /** Removes a value at once; a load of it that is running answers its callers but is not stored. */
  invalidate(...args: Args): Promise<void>;
  /** Removes all values with this tag at once; results with it that are being loaded are not stored. */
  invalidateTag(tag: string): Promise<void>;
  /** Removes everything at once; nothing that is being loaded is stored. */
  clear(): Promise<void>;
}

const WARM_SCHEMA = z.strictObject({ concurrency: z.optional(wholeNumber(1, 10_000)) });

/** Makes the controls of a cache for calls on `self`. */
export function controlsOf(cache: MemoCache, settings: MemoSettings, self: unknown): MemoControls {
  return {
    stats: () => cache.stats(),
    explain: (...args) => cache.explain(self, args),
    peek: (...args) => cache.peek(self, args)?.value,
    has: (...args) => cache.peek(self, args) !== undefined,
    set: (args, value) => cache.set(self, checkList(args), value),
    warm: (argsList, options) => warm(cache, settings, self, argsList, options),
    // Asynchronous for the sake of second levels; what is done here is done before they return.
    invalidate(...args) {
      cache.invalidate(self, args);
      return Promise.resolve();
    },
    invalidateTag(tag) {
      cache.invalidateTag(checkTag(tag));
      return Promise.resolve();
    },
    clear() {
      cache.clear();
      return Promise.resolve();
    },
  };
}

async function warm(
  cache: MemoCache,
  settings: MemoSettings,
  self: unknown,
  argsList: Iterable<readonly unknown[]>,
  options: WarmOptions | undefined,
): Promise<WarmReport> {
  const { concurrency = 8 } = readOptions('warm', WARM_SCHEMA, options ?? {});
  const lists = Array.from(argsList, checkList);
  const { default: pLimit } = await import('p-limit');
  const report = { loaded: 0, present: 0, failed: 0 };
  await pLimit(concurrency).map(lists, async (args) => {
    try {
      report[(await cache.warm(self, args)) ? 'loaded' : 'present']++;
    } catch (error) {
      report.failed++;
      settings.reporter.report(error, { name: settings.name, during: 'warm' });
    }
  });
  return report;
}

function checkList(args: unknown): readonly unknown[] {
  if (!Array.isArray(args)) throw new ArgumentError(`a call is given as an array of its arguments, got ${show(args)}`);
  return [...(args as readonly unknown[])];
}

function checkTag(tag: unknown): string {
  if (typeof tag !== 'string') throw new ArgumentError(`tag must be a string, got ${show(tag)}`);
  return tag;
}
