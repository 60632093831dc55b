import * as z from 'zod/mini';
import { ConfigError } from '../../core/errors.js';
import { claim, flag, oneOf, readOptions, text } from '../../core/options.js';
import { show } from '../../core/show.js';
import { isIdentifier } from '../row/identifier.js';
import { COLUMN_TYPES, type SqliteColumnType } from './column-types.js';
import { isDatabase, type SqliteDatabase } from './database.js';

/** Options of {@link sqliteSink}. */
export interface SqliteSinkOptions {
  /**
   * Database file, made when it is missing; opened with node:sqlite, or else node-sqlite3-wasm. Or give `database`.
   */
  readonly path?: string;
  /**
   * An open database of node:sqlite, better-sqlite3 or node-sqlite3-wasm. It keeps its settings and stays open; no
   * transaction of yours may be open during a write.
   */
  readonly database?: SqliteDatabase;
  /** Name of the table. */
  readonly table: string;
  /**
   * Columns that are written, and their types. A row's property of the same name is the value; null and undefined
   * become NULL, other properties are ignored. Columns that only the table has get their default.
   */
  readonly columns: Readonly<Record<string, SqliteColumnType>>;
  /**
   * Makes the table from `columns` when it is missing, `idColumn` as its TEXT PRIMARY KEY.
   * @default false
   */
  readonly createTable?: boolean;
  /**
   * What a row does whose key is taken: it is refused ('reject'), left out ('ignore'), or takes the other's place
   * ('update').
   * @default 'reject'
   */
  readonly onConflict?: 'reject' | 'ignore' | 'update';
  /** Columns of the unique index that 'update' and 'ignore' go by. 'ignore' without it goes by every one. */
  readonly key?: readonly string[];
  /** Column with a unique index that gets each row's identity from the writer: a row sent again is not stored again. */
  readonly idColumn?: string;
  /**
   * What a commit survives, with `path`: a power failure ('full'), or only the end of the process ('normal'), which
   * waits for no disk.
   * @default 'full'
   */
  readonly durability?: 'full' | 'normal';
}

/** A column to be written. */
export interface ColumnSetting {
  /** Name in the table and of the rows' property. */
  readonly name: string;
  /** Type its values are checked for. */
  readonly type: SqliteColumnType;
}

/** The options with their defaults. */
export type SqliteSinkSettings = ReturnType<typeof readSqliteSinkOptions>;

const schema = z.strictObject({
  path: z.optional(text()),
  database: z.optional(claim<SqliteDatabase>('an open database with exec, prepare and close', isDatabase)),
  table: claim<string>('a table name of 1 to 255 characters', isIdentifier),
  columns: claim<Readonly<Record<string, SqliteColumnType>>>(
    'an object of column types by name',
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0,
  ),
  createTable: z._default(flag(), false),
  onConflict: z._default(oneOf('reject', 'ignore', 'update'), 'reject'),
  key: z.optional(
    claim<readonly string[]>(
      'an array of column names',
      (value) => Array.isArray(value) && value.length > 0 && value.every(isIdentifier),
    ),
  ),
  idColumn: z.optional(claim<string>('a column name of 1 to 255 characters', isIdentifier)),
  durability: z._default(oneOf('full', 'normal'), 'full'),
});

/** Checks the options and applies the defaults. */
export function readSqliteSinkOptions(options: SqliteSinkOptions) {
  const settings = readOptions('sqliteSink', schema, options);
  const { path, database, onConflict, key, idColumn } = settings;
  const columns = readColumns(settings.columns);
  const check = (isFine: boolean, rule: string): void => {
    if (!isFine) throw new ConfigError(`sqliteSink: ${rule}`);
  };
  check((path === undefined) !== (database === undefined), 'exactly one of path and database must be given');
  check(path !== undefined || options.durability === undefined, 'durability goes together with path');
  check(onConflict !== 'update' || key !== undefined, "onConflict 'update' needs key, the columns of a unique index");
  check(onConflict !== 'reject' || key === undefined, "key goes together with onConflict 'ignore' or 'update'");
  check(idColumn === undefined || onConflict === 'reject', 'idColumn and onConflict exclude each other');
  check(
    columns.every(({ name }) => name !== idColumn),
    'idColumn must not be one of columns',
  );
  return { ...settings, columns };
}

function readColumns(columns: Readonly<Record<string, SqliteColumnType>>): readonly ColumnSetting[] {
  const seen = new Set<string>();
  return Object.entries(columns).map(([name, type]) => {
    // An object's `__proto__` is not its data.
    if (!isIdentifier(name) || name === '__proto__') {
      throw new ConfigError(`sqliteSink: columns must have names of 1 to 255 characters, got ${show(name)}`);
    }
    if (!COLUMN_TYPES.includes(type)) {
      throw new ConfigError(`sqliteSink: columns.${name} must be one of ${COLUMN_TYPES.join(', ')}, got ${show(type)}`);
    }
    // SQLite's names do not tell cases apart.
    if (seen.has(name.toLowerCase())) throw new ConfigError(`sqliteSink: columns names ${show(name)} twice`);
    seen.add(name.toLowerCase());
    return { name, type };
  });
}
