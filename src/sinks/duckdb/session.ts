import { resolve } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { DuckDbSinkSettings } from './duckdb-sink-options.js';
import { type DuckDbApi, importDuckDb } from './peer.js';
import { createTable, readLayout, type TableLayout } from './table.js';

/** An open connection, the table's layout, and how to let go of them. */
export interface Session {
  /** The caller's connection, or an own one to the file. */
  readonly connection: DuckDBConnection;
  /** The table as it was when the session opened. */
  readonly layout: TableLayout;
  /** Statements it took to open. */
  readonly statements: number;
  /** Closes an own connection and its hold on the file; leaves the caller's open. */
  close(): void;
}

/** Opens the database and looks at the table. Nothing stays open when that fails. */
export async function openSession(settings: DuckDbSinkSettings): Promise<Session> {
  const api = await importDuckDb();
  const { connection, close } = await connect(settings, api);
  try {
    if (settings.createTable) await createTable(connection, settings);
    const layout = await readLayout(connection, settings, api);
    return { connection, layout, statements: settings.createTable ? 2 : 1, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function connect(
  { connection, path }: DuckDbSinkSettings,
  api: DuckDbApi,
): Promise<Pick<Session, 'connection' | 'close'>> {
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
