import type { DecisionRow, SignalRow, TableName } from './rows.js';

/** Best levels of a book at the end, best first. */
export interface FinalBook {
  readonly symbol: string;
  /** Which of several equal books of this symbol; the optimised version has one. */
  readonly owner: string;
  /** Price and size as the venue wrote them. */
  readonly bids: readonly (readonly [price: string, size: string])[];
  readonly asks: readonly (readonly [price: string, size: string])[];
}

/** How often each cache was asked since the start, and how often it had the answer, at a moment. */
export interface CacheSample {
  /** Market time, epoch milliseconds. */
  readonly at: number;
  readonly caches: Readonly<Record<string, { readonly calls: number; readonly hits: number }>>;
}

/** What a bot noted about itself while it ran. */
export interface BotTrace {
  /** Oldest first and evenly spaced; a longer run has them further apart, not more of them. */
  readonly cacheSamples: readonly CacheSample[];
  /** Real time that the decisions of one boundary took, in milliseconds. All 0 when there was no boundary. */
  readonly decideMs: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };
  /** Market time from the oldest row of a batch until the batch was stored, in milliseconds. */
  readonly storeDelayMs: Readonly<Record<TableName, { readonly p50: number; readonly p99: number }>>;
  /** Correlations at the end, row by row in the order of `symbols`; `null` where there are too few bars. */
  readonly correlations: { readonly symbols: readonly string[]; readonly values: readonly (number | null)[] };
}

/** What a bot did and what it cost. */
export interface BotResult {
  readonly signals: readonly SignalRow[];
  readonly decisions: readonly DecisionRow[];
  readonly books: readonly FinalBook[];
  /** Texts that were parsed as market data. */
  readonly framesParsed: number;
  /** Frames that could not be read. */
  readonly framesMalformed: number;
  /** Order books that ended early because an update is missing: their symbols get no more signals. */
  readonly booksLost: number;
  /** Statements the database executed; the optimised version's include those that make its tables. */
  readonly statements: number;
  /** Rows stored. */
  readonly rows: number;
  /** CPU in milliseconds: of the whole process, and of it after start-up (loading, connecting, subscribing). */
  readonly cpu: { readonly total: number; readonly trading: number };
  /** Bytes. */
  readonly memory: { readonly peakRss: number; readonly heap: number };
  /** Times a cached result was used, by the cache's name. */
  readonly cacheHits: Readonly<Record<string, { readonly calls: number; readonly hits: number }>>;
  /** The optimised version keeps one. */
  readonly trace?: BotTrace;
}

/** Levels of a side in a {@link FinalBook}. */
export const FINAL_LEVELS = 10;
