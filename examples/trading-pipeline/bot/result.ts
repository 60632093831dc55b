import type { DecisionRow, SignalRow } from './rows.js';

/** Best levels of a book at the end, best first. */
export interface FinalBook {
  readonly symbol: string;
  /** Which of several equal books of this symbol; the optimised version has one. */
  readonly owner: string;
  /** Price and size as the venue wrote them. */
  readonly bids: readonly (readonly [price: string, size: string])[];
  readonly asks: readonly (readonly [price: string, size: string])[];
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
}

/** Levels of a side in a {@link FinalBook}. */
export const FINAL_LEVELS = 10;
