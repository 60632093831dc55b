import type { Action } from '../models/signal.js';

/** Ticks that a page shows; older ones leave it. */
export const MOST_TICKS = 1_200;

/** What a page has to know before it can draw anything. */
export interface LiveSession {
  readonly name: string;
  readonly kind: 'recorded' | 'synthetic' | 'bars';
  readonly venue: string;
  readonly symbols: readonly string[];
  /** Step of the mid price by symbol: what a chart rounds to. */
  readonly steps: readonly number[];
  readonly models: readonly string[];
  /** Length of a bar in milliseconds. */
  readonly bar: number;
}

/** A trade that was decided. */
export interface LiveTrade {
  /** Position in {@link LiveSession.symbols}. */
  readonly symbol: number;
  readonly action: Action;
}

/** The market and the models at one boundary. */
export interface LiveTick {
  /** Market time, epoch milliseconds. */
  readonly at: number;
  /** Mid price by symbol; `null` where no bar ended. */
  readonly prices: readonly (number | null)[];
  /** What each model says, symbol by symbol; `null` where it says nothing. */
  readonly actions: readonly (Action | null)[];
  readonly trades: readonly LiveTrade[];
}

/** Work done and work saved since the start. All of it only grows, save {@link LiveFigures.load}. */
export interface LiveFigures {
  /** How often each cache was asked, and how often it had the answer. */
  readonly caches: Readonly<Record<string, { readonly calls: number; readonly hits: number }>>;
  /** Calls computed and calls answered from a cache. */
  readonly calls: Saving;
  /** Market messages read, and those that a bot per model would have read again. */
  readonly messages: Saving;
  /** Statements executed, and those that a statement per row would have taken on top. */
  readonly statements: Saving;
  readonly load: LiveLoad;
  /** Correlations row by row; `null` where there are too few bars. */
  readonly correlations: readonly (number | null)[];
}

/** Pieces of work done, and pieces that need not be done. */
export interface Saving {
  readonly done: number;
  readonly saved: number;
}

/** What is being worked on at this moment. */
export interface LiveLoad {
  /** Batches on their way to the database. */
  readonly concurrency: number;
  /** Rows that wait for a batch. */
  readonly queue: number;
  /** How long the oldest row waits to be stored, in milliseconds of market time. */
  readonly oldest: number;
  /** Bars whose decisions have not been taken. */
  readonly lag: number;
}

/** What a bot says a few times a second. */
export interface LiveUpdate {
  /** Oldest first. */
  readonly ticks: readonly LiveTick[];
  readonly figures: LiveFigures;
}
