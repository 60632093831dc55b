import { join } from 'node:path';
import { type BatchErrorContext, type BatchStats, BatchWriter } from 'tickwise/batch';
import type { VirtualClock } from 'tickwise/core';
import type { BotJob } from '../bot/job.js';
import type { BotTrace } from '../bot/result.js';
import type { BookRow, DecisionRow, SignalRow, TableName } from '../bot/rows.js';
import { slowly } from '../faults/slow-database.js';
import { openTable, type Table } from './table.js';

/** The database of the optimised version: rows are collected and written in batches, table by table. */
export class Store {
  readonly signals: BatchWriter<SignalRow>;
  readonly decisions: BatchWriter<DecisionRow>;
  readonly books: BatchWriter<BookRow>;
  readonly #hasJournal: boolean;
  readonly #tables: readonly Pick<Table<object>, 'open' | 'counts' | 'close'>[];

  /**
   * Batches age by market time; the market waits while one is written, so that a replay is reproducible. With a journal
   * no row is lost when the database or this process is.
   */
  constructor(job: BotJob, clock: VirtualClock, onError: (error: unknown, context: BatchErrorContext) => void) {
    const writerOf = <Row extends object>(name: TableName, { write }: Table<Row>): BatchWriter<Row> =>
      new BatchWriter<Row>({
        name,
        sink: (rows, context) => clock.hold(slowly(job, clock.wallTime(), () => write(rows, context))),
        ...(job.journal !== undefined && { journal: { directory: join(job.journal, name) } }),
        clock,
        onError,
      });
    this.#hasJournal = job.journal !== undefined;
    const signals = openTable<SignalRow>(job.database, 'signals');
    const decisions = openTable<DecisionRow>(job.database, 'decisions');
    const books = openTable<BookRow>(job.database, 'books');
    this.signals = writerOf('signals', signals);
    this.decisions = writerOf('decisions', decisions);
    this.books = writerOf('books', books);
    this.#tables = [signals, decisions, books];
  }

  /** Opens the database and makes the tables, so that a wrong path is known before anything is subscribed. */
  async open(): Promise<void> {
    await Promise.all(this.#tables.map((table) => table.open()));
  }

  /** Settles when the rows so far outlive this process, where there is a journal; at once where there is none. */
  async secured(): Promise<void> {
    if (!this.#hasJournal) return;
    await Promise.all([this.signals, this.decisions, this.books].map((writer) => writer.secured()));
  }

  /** Statements executed and rows stored. */
  get counts(): { statements: number; rows: number } {
    const counts = { statements: 0, rows: 0 };
    for (const { statements, rows } of this.#tables.map((table) => table.counts())) {
      counts.statements += statements;
      counts.rows += rows;
    }
    return counts;
  }

  /** Sends that failed and were made again. */
  get retries(): number {
    return [this.signals, this.decisions, this.books].reduce((sum, writer) => sum + writer.stats().retries, 0);
  }

  /** Batches on their way to the database, rows that wait for one, and for how long the oldest has. */
  get load(): { concurrency: number; queue: number; oldest: number } {
    const load = { concurrency: 0, queue: 0, oldest: 0 };
    for (const writer of [this.signals, this.decisions, this.books]) {
      const { state, waiting, oldestAge } = writer.explain();
      if (state === 'sending' || state === 'retrying') load.concurrency++;
      load.queue += waiting;
      load.oldest = Math.max(load.oldest, oldestAge);
    }
    return load;
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
    await Promise.all(this.#tables.map((table) => table.close()));
  }
}

function delaysOf({ delayP50, delayP99 }: BatchStats): { p50: number; p99: number } {
  return { p50: delayP50, p99: delayP99 };
}
