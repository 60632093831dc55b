import { type BatchStats, BatchWriter } from 'tickwise/batch';
import type { VirtualClock } from 'tickwise/core';
import { duckdbSink, type DuckDbSink } from 'tickwise/sinks/duckdb';
import type { BotTrace } from '../bot/result.js';
import { type BookRow, type DecisionRow, type SignalRow, type TableName, TABLES } from '../bot/rows.js';

/** The database of the optimised version: rows are collected and written in batches, table by table. */
export class Store {
  readonly signals: BatchWriter<SignalRow>;
  readonly decisions: BatchWriter<DecisionRow>;
  readonly books: BatchWriter<BookRow>;
  readonly #sinks: readonly Pick<DuckDbSink<object>, 'open' | 'stats' | 'close'>[];

  /** Batches age by market time; the market waits while one is written, so that a replay is reproducible. */
  constructor(path: string, clock: VirtualClock, onError: (error: unknown) => void) {
    const open = <Row extends object>(table: TableName): DuckDbSink<Row> =>
      duckdbSink<Row>({ path, table, columns: TABLES[table], createTable: true });
    const writerOf = <Row extends object>(sink: DuckDbSink<Row>): BatchWriter<Row> =>
      new BatchWriter<Row>({ sink: (rows, context) => clock.hold(sink.write(rows, context)), clock, onError });
    const signals = open<SignalRow>('signals');
    const decisions = open<DecisionRow>('decisions');
    const books = open<BookRow>('books');
    this.signals = writerOf(signals);
    this.decisions = writerOf(decisions);
    this.books = writerOf(books);
    this.#sinks = [signals, decisions, books];
  }

  /** Opens the database and makes the tables, so that a wrong path is known before anything is subscribed. */
  async open(): Promise<void> {
    await Promise.all(this.#sinks.map((sink) => sink.open()));
  }

  /** Statements executed and rows stored. */
  get counts(): { statements: number; rows: number } {
    const counts = { statements: 0, rows: 0 };
    for (const { statements, rows } of this.#sinks.map((sink) => sink.stats())) {
      counts.statements += statements;
      counts.rows += rows;
    }
    return counts;
  }

  /** How long rows waited until they were stored, by table. */
  get delays(): BotTrace['storeDelayMs'] {
    return {
      signals: delaysOf(this.signals.stats()),
      decisions: delaysOf(this.decisions.stats()),
      books: delaysOf(this.books.stats()),
    };
  }

  /** Writes what is held and closes the database. */
  async close(): Promise<void> {
    await Promise.all([this.signals.close(), this.decisions.close(), this.books.close()]);
    await Promise.all(this.#sinks.map((sink) => sink.close()));
  }
}

function delaysOf({ delayP50, delayP99 }: BatchStats): { p50: number; p99: number } {
  return { p50: delayP50, p99: delayP99 };
}
