import type { DuckDBAppender } from '@duckdb/node-api';
import type { RejectedRow, SendContext, SinkObject, SinkReport } from '../../batch/index.js';
import { ArgumentError, ClosedError } from '../../core/errors.js';
import { registerClosable } from '../../core/life-cycle.js';
import type { DuckDbSinkOptions } from './duckdb-sink-options.js';
import { readDuckDbSinkOptions } from './duckdb-sink-options.js';
import { RowReader, type RowValues } from './row-check.js';
import { openSession, type Session } from './session.js';
import type { TableLayout } from './table.js';

/** A DuckDB sink's counters. */
export interface DuckDbSinkStats {
  /** SQL statements and appender flushes sent to the database. */
  readonly statements: number;
  /** Rows stored. */
  readonly rows: number;
  /** Rows left out because their identity was stored before; always 0 without `idColumn`. */
  readonly skipped: number;
  /** Rows refused because a value does not fit its column. */
  readonly rejected: number;
  /** Writes that stored nothing because the database refused them. */
  readonly failures: number;
}

/** A sink that writes to one table of a DuckDB database. */
export interface DuckDbSink<T extends object> extends SinkObject<T> {
  /**
   * Opens the database and checks or makes the table now instead of at the first write, so that a wrong path or table is
   * known before the first row. Rejects as `write` does. Calling it again does nothing.
   */
  open(): Promise<void>;
  /**
   * Stores rows, all but the reported ones or none at all.
   *
   * Rejects with ArgumentError when a constraint refuses a row, with PeerMissingError without the package, with
   * ConfigError when the table does not fit, with ClosedError after `close`, else with DuckDB's error. With `idColumn`,
   * with ArgumentError without `context.ids`.
   */
  write(batch: readonly T[], context?: Partial<Pick<SendContext, 'signal' | 'ids'>>): Promise<SinkReport>;
  /** Closes what the sink has opened. Idempotent. */
  close(): Promise<void>;
  /** Counters as they are now. */
  stats(): DuckDbSinkStats;
}

/** Rows up to which one appender flush is one transaction; DuckDB flushes by itself at 204 800. */
const MOST_ROWS_PER_FLUSH = 100_000;

/** Instead of a number of rows: every one that was appended. */
const ALL = -1;

/** DuckDB's words for what the rows are to blame for. */
const ROW_FAULT = /constraint|duplicate key|conversion error|out of range/i;

/**
 * Makes a sink that appends rows to a table of a DuckDB database.
 *
 * While it has the file open, no other process can open it, not even to read: DuckDB locks it. Read through a
 * connection of this process, or use the SQLite or Postgres sink.
 *
 * Rows are checked first: one that does not fit is reported by its index and the others are stored. A write is
 * one transaction, so that a repeated write after a failure doubles nothing. The database is opened by `open` or the
 * first write.
 *
 * Without `idColumn`, rows that come again after a lost reply or from a journal are stored again. With it they are not:
 * a write appends to a temporary table, and an `INSERT ... ON CONFLICT DO NOTHING` takes the rows from there, all in one
 * transaction, which must not be within one of yours.
 *
 * Cost: one appender and one flush per write. The flush runs on the event loop and blocks it meanwhile. `idColumn` adds
 * four statements per write, and a unique index, which DuckDB holds in memory.
 *
 * @throws ConfigError when an option is unknown or has a wrong value.
 * @example
 * const sink = duckdbSink({ path: 'trades.db', table: 'trades', columns: { ts: 'TIMESTAMP', price: 'DOUBLE' }, createTable: true });
 * const writer = new BatchWriter({ sink });
 */
export function duckdbSink<T extends object>(options: DuckDbSinkOptions): DuckDbSink<T> {
  return new DuckDbAppenderSink<T>(options);
}

class DuckDbAppenderSink<T extends object> implements DuckDbSink<T> {
  /** DuckDB does not say which row a constraint refuses. */
  readonly reportsRows = false;
  readonly isIdempotent: boolean;
  readonly #settings: ReturnType<typeof readDuckDbSinkOptions>;
  readonly #reader: RowReader;
  readonly #stats = { statements: 0, rows: 0, skipped: 0, rejected: 0, failures: 0 };
  #session: Promise<Session> | undefined;
  /** Writes go one after the other: they share a connection. */
  #latest: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: DuckDbSinkOptions) {
    this.#settings = readDuckDbSinkOptions(options);
    this.isIdempotent = this.#settings.idColumn !== undefined;
    this.#reader = new RowReader(this.#settings.columns, this.isIdempotent);
    registerClosable('store', this);
  }

  open(): Promise<void> {
    if (this.#isClosed) return Promise.reject(new ClosedError('the DuckDB sink is closed'));
    const opened = this.#latest.then(() => this.#open()).then(() => undefined);
    this.#latest = opened.catch(() => undefined);
    return opened;
  }

  write(batch: readonly T[], context?: Partial<Pick<SendContext, 'signal' | 'ids'>>): Promise<SinkReport> {
    if (this.#isClosed) return Promise.reject(new ClosedError('the DuckDB sink is closed'));
    const written = this.#latest.then(() => this.#write(batch, context ?? {}));
    this.#latest = written.catch(() => undefined);
    return written;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#latest;
    const session = this.#session;
    this.#session = undefined;
    await (await session?.catch(() => undefined))?.close();
  }

  stats(): DuckDbSinkStats {
    return { ...this.#stats };
  }

  async #write(batch: readonly T[], context: Partial<Pick<SendContext, 'signal' | 'ids'>>): Promise<SinkReport> {
    const { signal } = context;
    const ids = this.#idsOf(context);
    const session = await this.#open();
    // The writer may have given this send up while the database was being opened, and will send the rows again.
    signal?.throwIfAborted();
    if (batch.length === 0) return { rejected: [] };
    const rejected: RejectedRow[] = [];
    const append = (): Promise<void> => this.#append(session, { batch, ids, signal }, rejected);
    let stored: number;
    try {
      stored = await this.#store(session, batch.length, append);
    } catch (error) {
      this.#stats.failures++;
      throw asRowFault(error);
    }
    const taken = batch.length - rejected.length;
    this.#stats.rows += stored === ALL ? taken : stored;
    this.#stats.skipped += stored === ALL ? 0 : taken - stored;
    this.#stats.rejected += rejected.length;
    return { rejected };
  }

  #idsOf({ ids }: Partial<Pick<SendContext, 'ids'>>): readonly string[] | undefined {
    if (this.#settings.idColumn === undefined) return undefined;
    if (ids === undefined) throw new ArgumentError('duckdbSink: with idColumn each write needs context.ids');
    return ids;
  }

  #open(): Promise<Session> {
    this.#session ??= openSession(this.#settings).then(
      (session) => {
        this.#stats.statements += session.statements;
        return session;
      },
      (error: unknown) => {
        // The next write tries again.
        this.#session = undefined;
        throw error;
      },
    );
    return this.#session;
  }

  /** Returns how many rows were stored, of those appended. */
  async #store(session: Session, count: number, append: () => Promise<void>): Promise<number> {
    const { staging } = session;
    // One flush without a transaction around it is a transaction of its own.
    if (staging === undefined && count <= MOST_ROWS_PER_FLUSH) {
      await append();
      return ALL;
    }
    await this.#run(session, 'BEGIN TRANSACTION');
    try {
      await append();
      const stored = staging === undefined ? ALL : await staging.move();
      if (staging !== undefined) this.#stats.statements += 2;
      await this.#run(session, 'COMMIT');
      return stored;
    } catch (error) {
      await this.#run(session, 'ROLLBACK').catch(() => undefined); // Fails when the failure has ended it already.
      throw error;
    }
  }

  /** Appends the rows that fit, and reports the others. */
  async #append({ connection, layout, staging }: Session, load: Load<T>, rejected: RejectedRow[]): Promise<void> {
    const target = staging?.layout ?? layout;
    // A new appender each time: after a failed flush an appender fails for ever. It takes 20 us.
    const appender = await target.newAppender(connection);
    try {
      load.signal?.throwIfAborted();
      this.#appendRows(appender, target, load, rejected);
      if (rejected.length < load.batch.length) {
        this.#stats.statements++;
        appender.flushSync();
      }
    } catch (error) {
      // What is left in an appender would be stored when it is collected.
      appender.clear();
      throw error;
    }
    appender.closeSync();
  }

  #appendRows(appender: DuckDBAppender, layout: TableLayout, { batch, ids }: Load<T>, rejected: RejectedRow[]): void {
    // Hot path: once per row. A row is read as a whole before any of it is appended.
    for (let index = 0; index < batch.length; index++) {
      let values: RowValues;
      try {
        values = this.#reader.read(batch[index], ids?.[index]);
      } catch (error) {
        rejected.push({ index, error });
        continue;
      }
      layout.append(appender, values);
    }
  }

  async #run({ connection }: Session, sql: string): Promise<void> {
    this.#stats.statements++;
    await connection.run(sql);
  }
}

/** What one write has to store. */
interface Load<T> {
  readonly batch: readonly T[];
  readonly ids: readonly string[] | undefined;
  readonly signal: AbortSignal | undefined;
}

function asRowFault(error: unknown): unknown {
  if (!(error instanceof Error) || !ROW_FAULT.test(error.message)) return error;
  return new ArgumentError(`DuckDB refused a row: ${error.message}`, { cause: error });
}
