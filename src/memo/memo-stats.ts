import type { BusStats } from './bus-link.js';
import type { StoreStats } from './second-level.js';

/**
 * What a cache has done so far. Counters only grow; `entries` goes up and down.
 * calls = hits + staleHits + misses + coalesced.
 */
export interface MemoStats {
  /** Name of the cache. */
  readonly name: string;
  /** Calls of the function. Members such as `peek` and `warm` are not calls. */
  readonly calls: number;
  /** Calls answered by a fresh entry, cached errors included. */
  readonly hits: number;
  /** Calls answered by an entry past its ttl while a refresh runs. */
  readonly staleHits: number;
  /** Calls that ran the function. */
  readonly misses: number;
  /** Calls that joined a load already running. */
  readonly coalesced: number;
  /** Runs of the function, by misses, refreshes and `warm`. */
  readonly loads: number;
  /** Loads that threw, rejected or timed out. */
  readonly loadErrors: number;
  /** Live entries given up because the cache was full. */
  readonly evictions: number;
  /** Entries found too old to be served, each counted once. */
  readonly expirations: number;
  /** Entries held now, including expired ones that nobody has asked for since. */
  readonly entries: number;
  /** (hits + staleHits) / calls, from 0 to 1; 0 before the first call. */
  readonly hitRate: number;
  /** Time spent in the function, in milliseconds of `ioClock`. */
  readonly loadTimeMs: number;
  /** Load times of the entries that answered, once per hit, in milliseconds. */
  readonly savedTimeMs: number;
  /** Hits recomputed for comparison. */
  readonly audited: number;
  /** Recomputed hits whose result differed. */
  readonly mismatches: number;
  /** Counts of the second level, when there is one. */
  readonly store?: StoreStats;
  /** Counts of the bus, when there is one. */
  readonly bus?: BusStats;
}

/** The counters behind {@link MemoStats}; saved time in whole microseconds, which the hot path adds up faster. */
export type MemoCounters = Record<
  | 'hits'
  | 'staleHits'
  | 'misses'
  | 'coalesced'
  | 'loads'
  | 'loadErrors'
  | 'evictions'
  | 'expirations'
  | 'loadTimeMs'
  | 'savedMicros'
  | 'audited'
  | 'mismatches',
  number
>;

/** Makes counters at zero. */
export function newCounters(): MemoCounters {
  return {
    hits: 0,
    staleHits: 0,
    misses: 0,
    coalesced: 0,
    loads: 0,
    loadErrors: 0,
    evictions: 0,
    expirations: 0,
    loadTimeMs: 0,
    savedMicros: 0,
    audited: 0,
    mismatches: 0,
  };
}

/** Adds `source` to `target`. */
export function addCounters(target: MemoCounters, source: Readonly<MemoCounters>): void {
  target.hits += source.hits;
  target.staleHits += source.staleHits;
  target.misses += source.misses;
  target.coalesced += source.coalesced;
  target.loads += source.loads;
  target.loadErrors += source.loadErrors;
  target.evictions += source.evictions;
  target.expirations += source.expirations;
  target.loadTimeMs += source.loadTimeMs;
  target.savedMicros += source.savedMicros;
  target.audited += source.audited;
  target.mismatches += source.mismatches;
}

/** Calls counted so far. */
export function callsOf(counters: Readonly<MemoCounters>): number {
  return counters.hits + counters.staleHits + counters.misses + counters.coalesced;
}

/** Makes the snapshot that users see. */
export function statsOf(name: string, counters: Readonly<MemoCounters>, entries: number): MemoStats {
  const calls = callsOf(counters);
  const { savedMicros, ...rest } = counters;
  return {
    name,
    calls,
    ...rest,
    savedTimeMs: savedMicros / 1_000,
    entries,
    hitRate: calls === 0 ? 0 : (counters.hits + counters.staleHits) / calls,
  };
}
