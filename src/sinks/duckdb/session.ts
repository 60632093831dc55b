import { resolve } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { ColumnSetting, DuckDbSinkSettings } from './duckdb-sink-options.js';
import { type DuckDbApi, importDuckDb } from './peer.js';
import { Staging } from './staging.js';
import { createTable, readLayout, type TableLayout } from './table.js';

/** An open connection, the table's layout, and how to let go of them. */
export interface Session {
  /** The caller's connection, or an own one to the file. */
  readonly connection: DuckDBConnection;
  /** The table as it was when the session opened. */
  readonly layout: TableLayout;
  /** Where rows with identities wait; undefined without `idColumn`. */
  readonly staging: Staging | undefined;
  /** Statements it took to open. */
  readonly statements: number;
  /** Closes an own connection and its hold on the file; leaves the caller's open. */
  close(): Promise<void>;
}

/** An open connection. */
interface Connected {
  readonly connection: DuckDBConnection;
  readonly close: () => void;
}

/** Opens the database and looks at the table. Nothing stays open when that fails. */
export async function openSession(settings: DuckDbSinkSettings): Promise<Session> {
  const api = await importDuckDb();
  const { connection, close } = await connect(settings, api);
  try {
    if (settings.createTable) await createTable(connection, settings);
    const { table, idColumn } = settings;
    const columns = storedColumns(settings);
    const layout = await readLayout(connection, { table, columns }, api);
    const staging = idColumn === undefined ? undefined : await Staging.open(connection, layout, columns, idColumn, api);
    const statements = 1 + (settings.createTable ? 1 : 0) + (staging === undefined ? 0 : 1);
    return { connection, layout, staging, statements, close: () => end(staging, close) };
  } catch (error) {
    close();
    throw error;
  }
}

/** The columns, and after them the rows' identities. */
function storedColumns({
  columns,
  idColumn,
}: Pick<DuckDbSinkSettings, 'columns' | 'idColumn'>): readonly ColumnSetting[] {
  return idColumn === undefined ? columns : [...columns, { name: idColumn, type: 'VARCHAR' }];
}

async function end(staging: Staging | undefined, close: () => void): Promise<void> {
  try {
    await staging?.close();
  } finally {
    close();
  }
}

async function connect({ connection, path }: DuckDbSinkSettings, api: DuckDbApi): Promise<Connected> {
  if (connection !== undefined) return { connection, close: () => undefined };
  // DuckDB's own cache gives all users of a file in this process the same database; it is closed with the last.
  const instance = await api.DuckDBInstance.fromCache(canonical(path ?? ''));
  const own = await connectOrClose(instance);
  return {
    connection: own,
    close() {
      own.closeSync();
      instance.closeSync();
    },
  };
}

async function connectOrClose(instance: DuckDBInstance): Promise<DuckDBConnection> {
  try {
    return await instance.connect();
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

/** One spelling per file; ':memory:' and ':memory:name' are no files. */
function canonical(path: string): string {
  return path.startsWith(':memory:') ? path : resolve(path);
}
