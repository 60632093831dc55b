import * as z from 'zod/mini';
import type { Timer } from '../core/clock.js';
import { ArgumentError } from '../core/errors.js';
import { duration, readOptions, wholeNumber } from '../core/options.js';
import { show } from '../core/show.js';
import type { MemoCache } from './memo-cache.js';
import type { MemoSettings } from './memo-settings.js';

/** Options of `warm`. */
export interface WarmOptions {
  /**
   * Loads that run at the same time.
   * @default 8
   */
  readonly concurrency?: number;
  /**
   * Milliseconds of the cache's clock after which it is warmed again, and again, until the report is disposed: then
   * loads what would expire before the next round. The arguments are read anew each time.
   * @default once only
   */
  readonly every?: number;
}

/** What `warm` did, in its first round. Disposing of it ends the rounds. */
export interface WarmReport extends Disposable {
  /** Calls that were loaded. */
  readonly loaded: number;
  /** Calls whose value was fresh, or being loaded, already. */
  readonly present: number;
  /** Calls whose load failed. */
  readonly failed: number;
}

const WARM_SCHEMA = z.strictObject({
  concurrency: z.optional(wholeNumber(1, 10_000)),
  every: z.optional(duration({ min: 1 })),
});

/** Calls of a cache that are to be loaded before somebody makes them. */
interface Warming {
  readonly cache: MemoCache;
  readonly settings: MemoSettings;
  readonly self: unknown;
  readonly argsList: Iterable<readonly unknown[]>;
  readonly concurrency: number;
  /** Milliseconds to the next round; 0 for none. */
  readonly every: number;
}

/** Loads calls now, and with `every` again and again. @throws ConfigError, ArgumentError (rejects) */
export async function warm(
  cache: MemoCache,
  settings: MemoSettings,
  self: unknown,
  argsList: Iterable<readonly unknown[]>,
  options: WarmOptions | undefined,
): Promise<WarmReport> {
  const { concurrency = 8, every = 0 } = readOptions('warm', WARM_SCHEMA, options ?? {});
  const warming = { cache, settings, self, argsList, concurrency, every };
  const counts = await runRound(warming);
  const rounds = every === 0 ? undefined : repeat(warming);
  const dispose = { value: () => rounds?.[Symbol.dispose]() };
  // Not enumerable: printed or compared, a report is its counts. The property just defined is what the type adds.
  return Object.defineProperty(counts, Symbol.dispose, dispose) as WarmReport;
}

/** A call's arguments. @throws ArgumentError */
export function checkList(args: unknown): readonly unknown[] {
  if (!Array.isArray(args)) throw new ArgumentError(`a call is given as an array of its arguments, got ${show(args)}`);
  return [...(args as readonly unknown[])];
}

/** Loads what would not stay fresh until the next round. */
async function runRound({
  cache,
  settings,
  self,
  argsList,
  concurrency,
  every,
}: Warming): Promise<Omit<WarmReport, typeof Symbol.dispose>> {
  const lists = Array.from(argsList, checkList);
  const { default: pLimit } = await import('p-limit');
  const report = { loaded: 0, present: 0, failed: 0 };
  await pLimit(concurrency).map(lists, async (args) => {
    try {
      report[(await cache.warm(self, args, every)) ? 'loaded' : 'present']++;
    } catch (error) {
      report.failed++;
      settings.reporter.report(error, { name: settings.name, during: 'warm' });
    }
  });
  return report;
}

/** Runs round after round; a round that takes longer than `every` delays the next one. */
function repeat(warming: Warming): Disposable {
  const { settings, cache, every } = warming;
  let isOver = false;
  let timer: Timer;
  const wait = (): void => {
    if (isOver) return;
    timer = cache.clock.setTimeout(() => {
      runRound(warming)
        .catch((error: unknown) => settings.reporter.report(error, { name: settings.name, during: 'warm' }))
        .then(wait, wait);
    }, every);
    timer.unref();
  };
  wait();
  return {
    [Symbol.dispose]() {
      isOver = true;
      timer.cancel();
    },
  };
}
