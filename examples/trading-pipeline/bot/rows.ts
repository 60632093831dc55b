import type { Decision } from '../models/gate.js';
import type { Regime } from '../models/regime.js';
import type { Action } from '../models/signal.js';

/** One model's opinion of one symbol at one boundary. */
export interface SignalRow {
  /** The boundary, epoch milliseconds. */
  readonly ts: number;
  readonly symbol: string;
  readonly model: string;
  readonly action: Action;
  readonly strength: number;
  /** The market as the model saw it. */
  readonly regime: Regime;
  readonly mid: number;
}

/** What was decided for one symbol at one boundary. */
export interface DecisionRow extends Decision {
  readonly ts: number;
}

/** The top of a book, stored once a second. */
export interface BookRow {
  readonly ts: number;
  readonly symbol: string;
  readonly bid: number;
  readonly bid_size: number;
  readonly ask: number;
  readonly ask_size: number;
  readonly imbalance: number;
}

/** The tables, by name: columns and their types in the order of the rows' fields. */
export const TABLES = {
  signals: {
    ts: 'DOUBLE',
    symbol: 'VARCHAR',
    model: 'VARCHAR',
    action: 'INTEGER',
    strength: 'DOUBLE',
    regime: 'VARCHAR',
    mid: 'DOUBLE',
  },
  decisions: {
    ts: 'DOUBLE',
    symbol: 'VARCHAR',
    action: 'INTEGER',
    score: 'DOUBLE',
    regime: 'VARCHAR',
    reason: 'VARCHAR',
    crowding: 'DOUBLE',
  },
  books: {
    ts: 'DOUBLE',
    symbol: 'VARCHAR',
    bid: 'DOUBLE',
    bid_size: 'DOUBLE',
    ask: 'DOUBLE',
    ask_size: 'DOUBLE',
    imbalance: 'DOUBLE',
  },
} as const;

/** Name of a table. */
export type TableName = keyof typeof TABLES;

/** Milliseconds of market time between two stored book tops. */
export const BOOK_ROW_INTERVAL = 1_000;

/** Levels a side that count for the imbalance. */
export const IMBALANCE_LEVELS = 10;
