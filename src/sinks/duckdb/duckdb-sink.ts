import type { SendContext, SinkObject, SinkReport } from '../../batch/index.js';
import { ArgumentError, ClosedError } from '../../core/errors.js';
import { sortOut } from '../row/sort-out.js';
import type { DuckDbSinkOptions } from './duckdb-sink-options.js';
import { readDuckDbSinkOptions } from './duckdb-sink-options.js';
import { readRow, type RowValues } from './row-check.js';
import { openSession, type Session } from './session.js';

/** A DuckDB sink's counters. */
export interface DuckDbSinkStats {
  /** SQL statements and appender flushes sent to the database. */
  readonly statements: number;
  /** Rows stored. */
  readonly rows: number;
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
   * ConfigError when the table does not fit, with ClosedError after `close`, else with DuckDB's error.
   */
  write(batch: readonly T[], context?: Pick<SendContext, 'signal'>): Promise<SinkReport>;
  /** Closes what the sink has opened. Idempotent. */
  close(): Promise<void>;
  /** Counters as they are now. */
  stats(): DuckDbSinkStats;
}

/** Rows up to which one appender flush is one transaction; DuckDB flushes by itself at 204 800. */
const MOST_ROWS_PER_FLUSH = 100_000;

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
 * Cost: one appender and one flush per write. The flush runs on the event loop and blocks it meanwhile.
 *
 * @throws ConfigError when an option is unknown or has a wrong value.
 * @example
 * const sink = duckdbSink({ path: 'trades.db', table: 'trades', columns: { ts: 'TIMESTAMP', price: 'DOUBLE' }, createTable: true });
 * const writer = new BatchWriter({ sink });
 */
export function duckdbSink<T extends object>(options: DuckDbSinkOptions): DuckDbSink<T> {
  return new AppenderSink<T>(options);
}

class AppenderSink<T extends object> implements DuckDbSink<T> {
  /** DuckDB does not say which row a constraint refuses. */
  readonly reportsRows = false;
  readonly isIdempotent = false;
  readonly #settings: ReturnType<typeof readDuckDbSinkOptions>;
  readonly #stats = { statements: 0, rows: 0, rejected: 0, failures: 0 };
  #session: Promise<Session> | undefined;
  /** Writes go one after the other: they share a connection. */
  #latest: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: DuckDbSinkOptions) {
    this.#settings = readDuckDbSinkOptions(options);
  }

  open(): Promise<void> {
    if (this.#isClosed) return Promise.reject(new ClosedError('the DuckDB sink is closed'));
    const opened = this.#latest.then(() => this.#open()).then(() => undefined);
    this.#latest = opened.catch(() => undefined);
    return opened;
  }

  write(batch: readonly T[], context?: Pick<SendContext, 'signal'>): Promise<SinkReport> {
    if (this.#isClosed) return Promise.reject(new ClosedError('the DuckDB sink is closed'));
    const written = this.#latest.then(() => this.#write(batch, context?.signal));
    this.#latest = written.catch(() => undefined);
    return written;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#latest;
    const session = this.#session;
    this.#session = undefined;
    (await session?.catch(() => undefined))?.close();
  }

  stats(): DuckDbSinkStats {
    return { ...this.#stats };
  }

  async #write(batch: readonly T[], signal: AbortSignal | undefined): Promise<SinkReport> {
    const session = await this.#open();
    // The writer may have given this send up while the database was being opened, and will send the rows again.
    signal?.throwIfAborted();
    const { taken: rows, rejected } = sortOut(batch, (row) => readRow(row, this.#settings.columns));
    try {
      if (rows.length > MOST_ROWS_PER_FLUSH) await this.#storeMany(session, rows, signal);
      else if (rows.length > 0) await this.#store(session, rows, signal);
    } catch (error) {
      this.#stats.failures++;
      throw asRowFault(error);
    }
    this.#stats.rows += rows.length;
    this.#stats.rejected += rejected.length;
    return { rejected };
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

  /** One flush without a transaction around it is a transaction of its own. */
  async #store({ connection, layout }: Session, rows: readonly RowValues[], signal?: AbortSignal): Promise<void> {
    // A new appender each time: after a failed flush an appender fails for ever.
    const appender = await layout.newAppender(connection);
    signal?.throwIfAborted();
    try {
      for (const row of rows) layout.append(appender, row);
      this.#stats.statements++;
      appender.flushSync();
    } catch (error) {
      // What is left in an appender would be stored when it is collected.
      appender.clear();
      throw error;
    }
    appender.closeSync();
  }

  async #storeMany(session: Session, rows: readonly RowValues[], signal?: AbortSignal): Promise<void> {
    const run = async (sql: string): Promise<void> => {
      this.#stats.statements++;
      await session.connection.run(sql);
    };
    await run('BEGIN TRANSACTION');
    try {
      await this.#store(session, rows, signal);
      await run('COMMIT');
    } catch (error) {
      await run('ROLLBACK').catch(() => undefined); // Fails when the failure has ended the transaction already.
      throw error;
    }
  }
}

function asRowFault(error: unknown): unknown {
  if (!(error instanceof Error) || !ROW_FAULT.test(error.message)) return error;
  return new ArgumentError(`DuckDB refused a row: ${error.message}`, { cause: error });
}
