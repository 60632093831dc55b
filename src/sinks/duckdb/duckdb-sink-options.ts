import type { DuckDBConnection } from '@duckdb/node-api';
import * as z from 'zod/mini';
import { ConfigError } from '../../core/errors.js';
import { claim, flag, hasMethods, readOptions, text } from '../../core/options.js';
import { show } from '../../core/show.js';
import { COLUMN_TYPES, type DuckDbColumnType } from './column-types.js';
import { isIdentifier } from '../row/identifier.js';

/** Options of {@link duckdbSink}. */
export interface DuckDbSinkOptions {
  /**
   * Database file, made when it is missing. All sinks of a process on the same file share one database instance.
   * Give either this or `connection`.
   */
  readonly path?: string;
  /** A connection of your own. The sink uses it and leaves it open; nothing else may use it during a write. */
  readonly connection?: DuckDBConnection;
  /** Name of the table, in the connection's current schema. */
  readonly table: string;
  /**
   * Columns that are written, and their types. A row's property of the same name is the value; null and undefined
   * become NULL, other properties are ignored. Columns that only the table has get their default.
   */
  readonly columns: Readonly<Record<string, DuckDbColumnType>>;
  /**
   * Makes the table from `columns` when it is missing, `idColumn` as its VARCHAR PRIMARY KEY.
   * @default false
   */
  readonly createTable?: boolean;
  /**
   * VARCHAR column with a unique index that gets each row's identity from the writer: a row sent again is not stored
   * again.
   * @remarks The rows go through a temporary table, and those of one batch end up in no order of their own: sort by a
   * column when reading. The index grows with the table; see {@link duckdbSink}.
   */
  readonly idColumn?: string;
}

/** A column to be written. */
export interface ColumnSetting {
  /** Name in the table and of the rows' property. */
  readonly name: string;
  /** Type its values are written as. */
  readonly type: DuckDbColumnType;
}

/** The options with their defaults. */
export type DuckDbSinkSettings = ReturnType<typeof readDuckDbSinkOptions>;

const schema = z.strictObject({
  path: z.optional(text()),
  connection: z.optional(
    claim<DuckDBConnection>('a DuckDBConnection', (value) => hasMethods(value, 'run', 'createAppender')),
  ),
  table: claim<string>('a table name of 1 to 255 characters', isIdentifier),
  columns: claim<Readonly<Record<string, DuckDbColumnType>>>(
    'an object of column types by name',
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0,
  ),
  createTable: z._default(flag(), false),
  idColumn: z.optional(
    claim<string>('a column name of 1 to 255 characters', (value) => isIdentifier(value) && value !== '__proto__'),
  ),
});

/** Checks the options and applies the defaults. */
export function readDuckDbSinkOptions(options: DuckDbSinkOptions) {
  const settings = readOptions('duckdbSink', schema, options);
  if ((settings.path === undefined) === (settings.connection === undefined)) {
    throw new ConfigError('duckdbSink: exactly one of path and connection must be given');
  }
  const columns = readColumns(settings.columns);
  const idColumn = settings.idColumn?.toLowerCase();
  if (columns.some(({ name }) => name.toLowerCase() === idColumn)) {
    throw new ConfigError('duckdbSink: idColumn must not be one of columns');
  }
  return { ...settings, columns };
}

function readColumns(columns: Readonly<Record<string, DuckDbColumnType>>): readonly ColumnSetting[] {
  const seen = new Set<string>();
  return Object.entries(columns).map(([name, type]) => {
    // An object's `__proto__` is not its data.
    if (!isIdentifier(name) || name === '__proto__') {
      throw new ConfigError(`duckdbSink: columns must have names of 1 to 255 characters, got ${show(name)}`);
    }
    if (!COLUMN_TYPES.includes(type)) {
      throw new ConfigError(`duckdbSink: columns.${name} must be one of ${COLUMN_TYPES.join(', ')}, got ${show(type)}`);
    }
    // DuckDB's names do not tell cases apart.
    if (seen.has(name.toLowerCase())) throw new ConfigError(`duckdbSink: columns names ${show(name)} twice`);
    seen.add(name.toLowerCase());
    return { name, type };
  });
}
