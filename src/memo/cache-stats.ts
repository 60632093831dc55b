import { registered } from '../core/registry.js';
import { addCounters, type MemoCounters, type MemoStats, newCounters, statsOf } from './memo-stats.js';

/** What all caches of the process have done so far. */
export interface CacheStats {
  /** By name; caches of one name are summed. */
  readonly caches: Readonly<Record<string, MemoStats>>;
  /** The sum of all caches, under the name 'total'. */
  readonly total: MemoStats;
}

/**
 * Returns the counts of all caches of the process that are still in use, those of other copies of this package
 * included. A cached function that is garbage takes its counts along; a decorated method keeps those of
 * its collected instances.
 *
 * Cost: one snapshot per cache.
 */
export function cacheStats(): CacheStats {
  const sums = new Map<string, { readonly counters: MemoCounters; entries: number }>();
  const total = { counters: newCounters(), entries: 0 };
  for (const instance of registered('memo')) {
    const stats = (instance as { stats(): MemoStats }).stats(); // What registers as 'memo' has it.
    const sum = sums.get(stats.name) ?? { counters: newCounters(), entries: 0 };
    sums.set(stats.name, sum);
    for (const target of [sum, total]) {
      addCounters(target.counters, { ...stats, savedMicros: stats.savedTimeMs * 1_000 });
      target.entries += stats.entries;
    }
  }
  return {
    caches: Object.fromEntries(Array.from(sums, ([name, sum]) => [name, statsOf(name, sum.counters, sum.entries)])),
    total: statsOf('total', total.counters, total.entries),
  };
}
