import { type MemoCounters, type MemoStats, newCounters, statsOf } from './memo-stats.js';

/**
 * What a range cache has done so far. Counters only grow; `entries` and `series` go up and down.
 *
 * Of the counters of every cache, `hits` are calls that needed no load, `coalesced` those that waited for running
 * loads only, `misses` the others. `entries`, `evictions` and `expirations` count steps, those without a row
 * included, and `loads` requests. `staleHits`, `savedTimeMs`, `audited` and `mismatches` stay 0.
 */
export interface MemoRangeStats extends MemoStats {
  /** Series held now. */
  readonly series: number;
  /** Rows given to callers. */
  readonly rowsServed: number;
  /** Rows that the venue sent. */
  readonly rowsLoaded: number;
  /** Steps asked of the venue. */
  readonly stepsLoaded: number;
  /** Rows the venue sent that were not asked for. */
  readonly rowsDropped: number;
  /** Rows the venue sent twice in one answer. */
  readonly duplicates: number;
}

/** The counters behind {@link MemoRangeStats}. */
export interface RangeCounters {
  /** Those of every cache. */
  readonly memo: MemoCounters;
  /** Rows given to callers. */
  rowsServed: number;
  /** Rows that the venue sent. */
  rowsLoaded: number;
  /** Steps asked of the venue. */
  stepsLoaded: number;
  /** Rows that were not asked for. */
  rowsDropped: number;
  /** Rows that came twice. */
  duplicates: number;
}

/** Makes counters at zero. */
export function newRangeCounters(): RangeCounters {
  return { memo: newCounters(), rowsServed: 0, rowsLoaded: 0, stepsLoaded: 0, rowsDropped: 0, duplicates: 0 };
}

/** Makes the snapshot that users see. */
export function rangeStatsOf(
  name: string,
  counters: Readonly<RangeCounters>,
  { entries, size }: { readonly entries: number; readonly size: number },
): MemoRangeStats {
  const { memo, ...own } = counters;
  return { ...statsOf(name, memo, entries), ...own, series: size };
}
