import type { RejectedRow, SendContext, SinkObject, SinkReport } from '../../batch/index.js';
import { ArgumentError, ClosedError } from '../../core/errors.js';
import { registerClosable } from '../../core/life-cycle.js';
import type { SqliteValue } from './column-types.js';
import { RowReader } from './row-check.js';
import { Session } from './session.js';
import { readSqliteSinkOptions, type SqliteSinkOptions, type SqliteSinkSettings } from './sqlite-sink-options.js';

/** A SQLite sink's counters. */
export interface SqliteSinkStats {
  /** Transactions committed. */
  readonly transactions: number;
  /** Rows stored. */
  readonly rows: number;
  /** Rows not stored because they were there: by `onConflict`, or by their identity. */
  readonly skipped: number;
  /** Rows refused and reported. */
  readonly rejected: number;
  /** Writes that stored nothing because they failed. */
  readonly failures: number;
  /** The database's journal mode, once it is open: with 'wal' readers and the writer work side by side. */
  readonly journalMode: string | undefined;
}

/** A sink that writes to one table of a SQLite database. */
export interface SqliteSink<T extends object> extends SinkObject<T> {
  /** Always: a transaction keeps the rows that pass, and every other is reported. */
  readonly reportsRows: true;
  /** Whether a row that comes again is not stored again: with `idColumn`, 'ignore' or 'update'. */
  readonly isIdempotent: boolean;
  /** Opens the database and checks or makes the table now instead of at the first write. Rejects as `write` does. */
  open(): Promise<void>;
  /**
   * Stores rows in one transaction: all but the reported ones, or none when it rejects.
   *
   * Rejects with the adapter's error, with ConfigError when the table does not fit, with PeerMissingError when there
   * is nothing to open `path` with, with ClosedError after `close`.
   */
  write(batch: readonly T[], context?: Partial<SendContext>): Promise<SinkReport>;
  /** Ends what the sink has opened. Idempotent. */
  close(): Promise<void>;
  /** Counters as they are now. */
  stats(): SqliteSinkStats;
}

/**
 * Makes a sink that writes to a table of a SQLite database, a transaction per batch.
 *
 * Works with node:sqlite, better-sqlite3 and node-sqlite3-wasm alike. A database opened by `path` gets the
 * write-ahead log where the adapter has it, so that other processes read beside the writer; a database
 * that another writer holds makes the write fail at once, and the BatchWriter tries again.
 *
 * Every value is checked against its column: SQLite by itself would store text in a number's column.
 *
 * Cost: all of a write runs on the event loop and blocks it meanwhile.
 *
 * @throws ConfigError when an option is unknown or has a wrong value.
 * @example
 * const sink = sqliteSink({ path: 'trades.db', table: 'trades', columns: { ts: 'INTEGER', price: 'REAL' }, createTable: true });
 * const writer = new BatchWriter({ sink });
 */
export function sqliteSink<T extends object>(options: SqliteSinkOptions): SqliteSink<T> {
  return new SqliteTransactionSink<T>(options);
}

class SqliteTransactionSink<T extends object> implements SqliteSink<T> {
  readonly reportsRows = true;
  readonly isIdempotent: boolean;
  readonly #settings: SqliteSinkSettings;
  readonly #reader: RowReader;
  readonly #stats = { transactions: 0, rows: 0, skipped: 0, rejected: 0, failures: 0 };
  #session: Promise<Session> | undefined;
  #journalMode: string | undefined;
  /** Writes and the end, one after the other. */
  #latest: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: SqliteSinkOptions) {
    this.#settings = readSqliteSinkOptions(options);
    const { columns, idColumn, onConflict } = this.#settings;
    this.#reader = new RowReader(columns, idColumn !== undefined);
    this.isIdempotent = idColumn !== undefined || onConflict !== 'reject';
    registerClosable('store', this);
  }

  open(): Promise<void> {
    return this.#enqueue(async () => void (await this.#open()));
  }

  write(batch: readonly T[], context?: Partial<SendContext>): Promise<SinkReport> {
    return this.#enqueue(async () => {
      try {
        return await this.#write(batch, context);
      } catch (error) {
        this.#stats.failures++;
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#latest;
    const session = this.#session;
    this.#session = undefined;
    (await session?.catch(() => undefined))?.close();
  }

  stats(): SqliteSinkStats {
    return { ...this.#stats, journalMode: this.#journalMode };
  }

  #enqueue<R>(act: () => Promise<R>): Promise<R> {
    if (this.#isClosed) return Promise.reject(new ClosedError('the SQLite sink is closed'));
    const done = this.#latest.then(act);
    this.#latest = done.catch(() => undefined);
    return done;
  }

  async #write(batch: readonly T[], context: Partial<SendContext> | undefined): Promise<SinkReport> {
    if (batch.length === 0) return { rejected: [] };
    const ids = this.#idsOf(context);
    const session = await this.#open();
    context?.signal?.throwIfAborted();
    const rejected: RejectedRow[] = [];
    const positions: number[] = [];
    const values: SqliteValue[] = [];
    // Hot path: once per row.
    for (let index = 0; index < batch.length; index++) {
      try {
        this.#reader.read(batch[index], ids?.[index], values);
        positions.push(index);
      } catch (error) {
        rejected.push({ index, error });
      }
    }
    const stored = session.store(values, ({ position, error }) =>
      rejected.push({ index: positions[position] ?? position, error }),
    );
    this.#stats.transactions++;
    this.#stats.rows += stored;
    this.#stats.rejected += rejected.length;
    this.#stats.skipped += batch.length - rejected.length - stored;
    return { rejected };
  }

  #idsOf(context: Partial<SendContext> | undefined): readonly string[] | undefined {
    if (this.#settings.idColumn === undefined) return undefined;
    if (context?.ids === undefined) throw new ArgumentError('sqliteSink: with idColumn each write needs context.ids');
    return context.ids;
  }

  #open(): Promise<Session> {
    this.#session ??= Session.open(this.#settings).then(
      (session) => {
        this.#journalMode = session.journalMode;
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
}
