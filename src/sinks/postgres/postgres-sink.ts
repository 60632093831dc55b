import type { RejectedRow, SendContext, SinkObject, SinkReport } from '../../batch/index.js';
import { ArgumentError, ClosedError } from '../../core/errors.js';
import { registerClosable } from '../../core/life-cycle.js';
import { sortOut } from '../row/sort-out.js';
import { Connections, type PostgresClient } from './client.js';
import { copyMessages, copyRows } from './copy.js';
import type { PostgresSinkOptions } from './postgres-sink-options.js';
import { readPostgresSinkOptions } from './postgres-sink-options.js';
import { faultyRow, isOtherTable, isRowFault } from './row-fault.js';
import { checkRow, newestOfKey, type Rows, rowsAt } from './rows.js';
import { readTable, type Table } from './table.js';
import { arraysOf, insertRows, type InsertStatement, insertStatement } from './unnest.js';

/** A Postgres sink's counters. */
export interface PostgresSinkStats {
  /** Statements sent to the server. */
  readonly statements: number;
  /** Rows stored. */
  readonly rows: number;
  /** Rows not stored because they were there: by `onConflict`, or by their identity. */
  readonly skipped: number;
  /** Rows refused and reported. */
  readonly rejected: number;
  /** Writes that stored nothing because they failed. */
  readonly failures: number;
  /** Idle connections of its own that were lost. */
  readonly lostConnections: number;
}

/** A sink that writes to one table of a Postgres database. */
export interface PostgresSink<T extends object> extends SinkObject<T> {
  /**
   * Whether rows at fault are reported by index: without `onConflict` and `idColumn`, by COPY's line number. What is
   * checked at the end of a statement, such as a foreign key, has none, and the writer finds the row by splitting.
   */
  readonly reportsRows: boolean;
  /** Whether a row that comes again is not stored again: with `idColumn`, 'ignore' or 'update'. */
  readonly isIdempotent: boolean;
  /** Checks connection and table now instead of at the first write. Rejects as `write` does. */
  open(): Promise<void>;
  /**
   * Stores rows in one statement: all but the reported ones, or none when it rejects.
   *
   * Rejects with Postgres's error, with ConfigError when the table does not fit, with PeerMissingError without the
   * package, with ClosedError after `close`, with the signal's reason when that fires.
   */
  write(batch: readonly T[], context?: Partial<SendContext>): Promise<SinkReport>;
  /** Waits for the writes and ends the connections that are the sink's own. Idempotent. */
  close(): Promise<void>;
  /** Counters as they are now. */
  stats(): PostgresSinkStats;
}

/** Rows from which 'auto' takes COPY. */
const COPY_FROM = 20;

/**
 * Rows that one write sends again to find those at fault, one per statement; beyond, the writer has to split. Every
 * row of a batch of 500 may be bad; of 5 000 the first 40.
 */
const MOST_RESENT = 200_000;

/** What is known of the table. */
interface Layout {
  readonly table: Table;
  readonly statement: InsertStatement;
}

/** What is sent for a batch, made before anything is sent. */
type Order =
  | { readonly isCopied: true; readonly messages: Uint8Array }
  | { readonly isCopied: false; readonly values: readonly (Buffer | string)[] };

/**
 * Makes a sink that writes to a table of a Postgres database, a batch per statement.
 *
 * The table's own column types decide how values are written and what fits. A row that does not fit, or that the
 * table refuses, is reported by its index and the others are stored; with `onConflict` or `idColumn` the writer
 * finds it by splitting. Names and values of rows never become part of SQL.
 *
 * A reply that is lost after the commit makes the writer send the rows again. Only a sink that `isIdempotent` then
 * stores each row once: give `idColumn`, or `onConflict` with a natural key.
 *
 * Cost: one round trip per batch, COPY included.
 *
 * @throws ConfigError when an option is unknown or has a wrong value.
 * @example
 * const sink = postgresSink({ client: pool, table: 'trades', columns: ['ts', 'symbol', 'price'], idColumn: 'row_id' });
 * const writer = new BatchWriter({ sink, concurrency: 4 });
 */
export function postgresSink<T extends object>(options: PostgresSinkOptions): PostgresSink<T> {
  return new PostgresTableSink<T>(options);
}

class PostgresTableSink<T extends object> implements PostgresSink<T> {
  readonly reportsRows: boolean;
  readonly isIdempotent: boolean;
  readonly #settings: ReturnType<typeof readPostgresSinkOptions>;
  readonly #connections: Connections;
  readonly #stats = { statements: 0, rows: 0, skipped: 0, rejected: 0, failures: 0 };
  readonly #running = new Set<Promise<unknown>>();
  #layout: Promise<Layout> | undefined;
  #isClosed = false;

  constructor(options: PostgresSinkOptions) {
    const settings = readPostgresSinkOptions(options);
    this.#settings = settings;
    const { client, url = '', connections } = settings;
    this.#connections = new Connections(client ?? { url, limit: connections });
    this.reportsRows = !settings.hasConflicts;
    this.isIdempotent = settings.hasConflicts;
    registerClosable('store', this);
  }

  async open(): Promise<void> {
    await this.#run(undefined, async () => undefined);
  }

  async write(batch: readonly T[], context?: Partial<SendContext>): Promise<SinkReport> {
    if (batch.length === 0) return { rejected: [] };
    const { idColumn } = this.#settings;
    const ids = idColumn === undefined ? undefined : context?.ids;
    if (idColumn !== undefined && ids === undefined) {
      throw new ArgumentError('postgresSink: with idColumn each write needs context.ids');
    }
    try {
      return await this.#run(context?.signal, (client, layout) =>
        this.#write(client, layout, { items: batch, ids }, context?.signal),
      );
    } catch (error) {
      this.#stats.failures++;
      if (isOtherTable(error)) this.#layout = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#running);
    await this.#connections.close();
  }

  stats(): PostgresSinkStats {
    return { ...this.#stats, lostConnections: this.#connections.lost };
  }

  /** Runs with a connection and the table's layout, and lets `close` wait for it. */
  #run<R>(signal: AbortSignal | undefined, act: (client: PostgresClient, layout: Layout) => Promise<R>): Promise<R> {
    if (this.#isClosed) return Promise.reject(new ClosedError('the Postgres sink is closed'));
    const running = this.#connections.use(async (client) => act(client, await this.#readLayout(client)), signal);
    this.#running.add(running);
    const forget = (): void => void this.#running.delete(running);
    running.then(forget, forget);
    return running;
  }

  #readLayout(client: PostgresClient): Promise<Layout> {
    if (this.#layout !== undefined) return this.#layout;
    this.#stats.statements++;
    const layout = readTable(client, this.#settings).then((table) => ({
      table,
      statement: insertStatement(table, this.#settings),
    }));
    this.#layout = layout;
    // The next write looks again.
    layout.catch(() => {
      if (this.#layout === layout) this.#layout = undefined;
    });
    return layout;
  }

  async #write(
    client: PostgresClient,
    layout: Layout,
    rows: Rows,
    signal: AbortSignal | undefined,
  ): Promise<SinkReport> {
    const order = this.#tryEncode(client, layout, rows);
    if (order !== undefined) {
      const blamed = await this.#store(client, layout, rows, order, signal);
      this.#stats.rejected += blamed.length;
      return { rejected: blamed };
    }
    // A row that does not fit the table as it was is held against the table as it is.
    this.#layout = undefined;
    const current = await this.#readLayout(client);
    const { positions, rejected } = sortOut(rows.items, (_, index) => checkRow(rows, index, current.table));
    signal?.throwIfAborted();
    if (positions.length > 0) {
      const fit = rowsAt(rows, positions);
      const blamed = await this.#store(client, current, fit, this.#encode(client, current, fit), signal);
      for (const { index, error } of blamed) rejected.push({ index: positions[index] ?? index, error });
    }
    this.#stats.rejected += rejected.length;
    return { rejected };
  }

  /** Undefined when some row does not fit. */
  #tryEncode(client: PostgresClient, layout: Layout, rows: Rows): Order | undefined {
    try {
      return this.#encode(client, layout, rows);
    } catch {
      // Which row it was, and why, is found out by looking at each.
      return undefined;
    }
  }

  #encode({ pipeline }: PostgresClient, { table }: Layout, rows: Rows): Order {
    const { method, hasConflicts, onConflict, key = [] } = this.#settings;
    const isCopied = method === 'copy' || (method === 'auto' && !hasConflicts && rows.items.length >= COPY_FROM);
    if (isCopied && pipeline !== true) return { isCopied: true, messages: copyMessages(table, rows) };
    if (onConflict !== 'update') return { isCopied: false, values: arraysOf(table, rows) };
    // All have to fit: a row that does not must not take the place of one that does.
    for (let index = 0; index < rows.items.length; index++) checkRow(rows, index, table);
    const keyColumns = table.columns.filter(({ property }) => property !== undefined && key.includes(property));
    return { isCopied: false, values: arraysOf(table, newestOfKey(rows, keyColumns)) };
  }

  /** Stores all rows but those it returns. */
  async #store(
    client: PostgresClient,
    layout: Layout,
    rows: Rows,
    order: Order,
    signal: AbortSignal | undefined,
  ): Promise<RejectedRow[]> {
    if (order.isCopied) return this.#copy(client, layout.table, rows, order.messages, signal);
    try {
      this.#stats.statements++;
      const count = rows.items.length;
      const stored = (await insertRows(client, layout.statement, order.values)) ?? count;
      this.#stats.rows += stored;
      this.#stats.skipped += count - stored;
      return [];
    } catch (error) {
      // COPY says which row it was.
      if (this.#settings.hasConflicts || client.pipeline === true || !isRowFault(error)) throw error;
      return this.#copy(client, layout.table, rows, copyMessages(layout.table, rows), signal);
    }
  }

  async #copy(
    client: PostgresClient,
    table: Table,
    rows: Rows,
    first: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<RejectedRow[]> {
    const left = [...rows.items.keys()];
    const blamed: RejectedRow[] = [];
    let messages = first;
    let resent = 0;
    while (left.length > 0) {
      try {
        signal?.throwIfAborted();
        this.#stats.statements++;
        await copyRows(client, messages);
        break;
      } catch (error) {
        const at = faultyRow(error, this.#settings.table, left.length);
        resent += left.length;
        if (at === undefined || resent > MOST_RESENT) throw error;
        for (const index of left.splice(at, 1)) blamed.push({ index, error });
        messages = copyMessages(table, rowsAt(rows, left));
      }
    }
    this.#stats.rows += left.length;
    return blamed;
  }
}
