import { PeerMissingError } from '../../core/errors.js';
import { isDatabase, type SqliteDatabase } from './database.js';

/** A way to open a file. */
export interface SqliteDriver {
  /** The package, or the module of Node. */
  readonly name: string;
  /** Imports it and returns what opens a file. Rejects when it is not there. */
  readonly load: () => Promise<(path: string) => unknown>;
}

/** Node's own from Node 22.13 on; node-sqlite3-wasm everywhere. better-sqlite3 ends a Node that is too old for it. */
const DRIVERS: readonly SqliteDriver[] = [
  { name: 'node:sqlite', load: () => opener('node:sqlite', 'DatabaseSync') },
  { name: 'node-sqlite3-wasm', load: () => opener('node-sqlite3-wasm', 'Database') },
];

/**
 * Opens a database file, with what there is.
 *
 * @throws PeerMissingError when there is nothing to open it with; what opening throws.
 */
export async function openFile(path: string, drivers = DRIVERS): Promise<SqliteDatabase> {
  const causes: unknown[] = [];
  for (const { load } of drivers) {
    let open: (path: string) => unknown;
    try {
      open = await load();
    } catch (cause) {
      causes.push(cause);
      continue;
    }
    const database = open(path);
    if (isDatabase(database)) return database;
  }
  throw new PeerMissingError(
    'sqliteSink with path needs node:sqlite (Node 22.13 or newer) or the package node-sqlite3-wasm: ' +
      'npm install node-sqlite3-wasm; or give an open database of better-sqlite3',
    { cause: new AggregateError(causes) },
  );
}

async function opener(specifier: string, name: string): Promise<(path: string) => unknown> {
  // The name is not written in the import: bundlers and older Nodes do not know node:sqlite.
  const module = (await import(specifier)) as Readonly<Record<string, unknown>>;
  const Database = module[name] ?? Reflect.get(Object(module['default']), name);
  return (path) => Reflect.construct(Database as new (path: string) => unknown, [path]);
}
