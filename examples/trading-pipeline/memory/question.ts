import type { TableName } from '../bot/rows.js';

/** What is measured in a process of its own, where nothing else takes memory. */
export type MemoryQuestion =
  /** Writing rows: to a DuckDB file, or to the plain files of a folder that ends in `.rows`. */
  | { readonly type: 'database'; readonly path: string; readonly rows: Readonly<Record<TableName, number>> }
  | { readonly type: 'histories'; readonly symbols: number; readonly models: number; readonly hasWorkers: boolean };

/** Bytes that histories take: of the same bars in four forms, and as both versions have them. */
export interface HistoryBytes {
  /** Bars in each of the four. */
  readonly bars: number;
  /** An array of objects for every model and symbol, as bots have it that share nothing. */
  readonly objectsPerModel: number;
  /** The same arrays, one for each symbol. */
  readonly objectsShared: number;
  /** A column of numbers for each field, for every model and symbol; each number once. */
  readonly columnsPerModel: number;
  /** Columns, one set for each symbol, each number twice for windows without a copy. */
  readonly mirroredShared: number;
  /** What the bots of the usual way hold: fewer fields of a bar. */
  readonly naive: number;
  /** What the desks of the tickwise version hold: more bars, for decisions that lag. With workers each has its own. */
  readonly optimised: number;
}

/** What the process answers: its peak, and the bytes of histories when it was asked for them. */
export interface MemoryAnswer {
  readonly peakRss: number;
  readonly histories?: HistoryBytes;
}
