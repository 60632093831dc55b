import { prepare, type SqliteDatabase } from '../../src/sinks/sqlite/database.js';

/** A package or module that opens SQLite files. */
export interface Adapter {
  readonly name: string;
  /** Whether readers can work beside the writer. */
  readonly hasWal: boolean;
  readonly open: (path: string) => SqliteDatabase;
}

async function find(name: string, exported: string, hasWal: boolean): Promise<Adapter | undefined> {
  try {
    const module = (await import(name)) as Readonly<Record<string, unknown>>;
    const Database = (module[exported] ?? Reflect.get(Object(module['default']), exported)) as new (
      path: string,
    ) => SqliteDatabase;
    return { name, hasWal, open: (path) => new Database(path) };
  } catch {
    return undefined;
  }
}

/** The adapters that this machine has: node-sqlite3-wasm always, node:sqlite from Node 22.13 on. */
export const ADAPTERS: readonly Adapter[] = [
  await find('node-sqlite3-wasm', 'Database', false),
  await find('node:sqlite', 'DatabaseSync', true),
  // Not installed here, as it is built from source; used when somebody has added it.
  await find('better-sqlite3', 'default', true),
].filter((adapter) => adapter !== undefined);

/** The rows of a query. */
export function query(database: SqliteDatabase, sql: string): readonly Readonly<Record<string, unknown>>[] {
  const statement = prepare(database, sql);
  const rows = statement.all([]);
  statement.end();
  return rows;
}
