import type { BookRow, DecisionRow, SignalRow, TableName } from './rows.js';

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

/** How a bot lived through faults, as it says itself. */
export interface Survival {
  /** Times that an update was missing from an order book. */
  readonly gaps: number;
  /** Times that a book was made complete again. */
  readonly recoveries: number;
  /** Frames of trades known to have come before, and left out. */
  readonly tradesDropped: number;
  /** Market time for which it said that it has no current price, summed over symbols, in milliseconds. */
  readonly staleMs: number;
  /** The boundaries of which it said so, once for each symbol; in a session with faults only. */
  readonly staleAt: readonly number[];
  /** Failures that it noted and lived on after: of the connection, of REST, of the database. */
  readonly failures: number;
}

/** What a bot asked to have explained and what it told its owner. */
export interface Told {
  /** Explanations, with the market time from the decision until they were there, in milliseconds. */
  readonly reasons: { ts: number; symbol: string; text: string; delay: number }[];
  /** Texts of the alerts, one for each. */
  readonly alerts: string[];
}

/** The figures a bot is watched by, under the names that its users know. */
export interface Efficiency {
  /** Market frames taken apart. */
  readonly total_updates: number;
  /** Share of the calls of cached functions that the cache answered, 0 to 1. */
  readonly cache_hit_rate: number;
  /** Statements sent to the database. */
  readonly db_writes: number;
  /** Connections, subscribe requests and REST requests. */
  readonly api_calls: number;
  readonly signals_generated: number;
  /** Symbols with a price. */
  readonly active_symbols: number;
  /** Models that are served. */
  readonly total_subscribers: number;
  /** Bars and results held. */
  readonly memory_usage: {
    readonly level_ii_history: number;
    readonly price_history: number;
    /** In the bot's own thread. */
    readonly cached_entries: number;
  };
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
  /** Times the ledger was asked for a position. */
  readonly positionChecks: number;
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
  /** Tops of books that it meant to store. */
  readonly bookRows: readonly BookRow[];
  readonly survival: Survival;
  /** With services only. */
  readonly told?: Told | undefined;
  /** Of the optimised version, from its own registry of metrics. */
  readonly efficiency?: Efficiency | undefined;
  /** The optimised version keeps one. */
  readonly trace?: BotTrace;
}

/** Levels of a side in a {@link FinalBook}. */
export const FINAL_LEVELS = 10;
