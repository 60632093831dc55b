import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { ConfigError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { appendValue, type DuckDbColumnType } from './column-types.js';
import type { ColumnSetting, DuckDbSinkSettings } from './duckdb-sink-options.js';
import { quoteIdentifier } from '../row/identifier.js';
import type { DuckDbApi } from './peer.js';
import type { RowValues } from './row-check.js';

/** What the table has at one position: one of our columns, or one that gets its default. */
type Position = { readonly index: number; readonly type: DuckDbColumnType } | undefined;

/** Times that a table is tried to be made while others make it too. */
const MOST_TRIES = 16;

/** Makes a table from the columns unless there is one of that name. */
export async function createTable(
  connection: DuckDBConnection,
  { table, columns, idColumn }: Pick<DuckDbSinkSettings, 'table' | 'columns' | 'idColumn'>,
): Promise<void> {
  const list = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`);
  if (idColumn !== undefined) list.push(`${quoteIdentifier(idColumn)} VARCHAR PRIMARY KEY`);
  const sql = `CREATE TABLE IF NOT EXISTS ${quoteIdentifier(table)} (${list.join(', ')})`;
  for (let tries = 1; ; tries++) {
    try {
      await connection.run(sql);
      return;
    } catch (error) {
      // Two connections that make the same table at once: one of them finds it made when it tries again.
      if (tries === MOST_TRIES || !/write-write conflict/i.test(String(error))) throw error;
    }
  }
}

/** Where a table is. */
export interface TableName {
  readonly table: string;
  readonly schema: string;
  readonly catalog: string;
}

/** An existing table: its full name, and its columns in the order an appender wants them. */
export class TableLayout {
  /** Where the table is. */
  readonly name: TableName;
  readonly #positions: readonly Position[];
  readonly #api: DuckDbApi;

  /** @param names The table's columns in its order; those that are not among `columns` get their default. */
  constructor(name: TableName, names: readonly string[], columns: readonly ColumnSetting[], api: DuckDbApi) {
    this.name = name;
    this.#api = api;
    this.#positions = names.map((each) => {
      const index = columns.findIndex((column) => isSame(column.name, each));
      const column = columns[index];
      return column === undefined ? undefined : { index, type: column.type };
    });
  }

  /** Makes an appender. By the table's name alone it would take the default schema's, not the current one's. */
  newAppender(connection: DuckDBConnection): Promise<DuckDBAppender> {
    const { table, schema, catalog } = this.name;
    return connection.createAppender(table, schema, catalog);
  }

  /** Appends one checked row. */
  append(appender: DuckDBAppender, values: RowValues): void {
    // Hot path: once per value of a batch.
    for (const position of this.#positions) {
      const value = position === undefined ? undefined : values[position.index];
      if (position === undefined) appender.appendDefault();
      else if (value === null) appender.appendNull();
      else appendValue(appender, position.type, value, this.#api);
    }
    appender.endRow();
  }
}

/**
 * Reads a table's columns.
 *
 * @throws ConfigError when there is no such table, or it lacks a column or has it with another type.
 */
export async function readLayout(
  connection: DuckDBConnection,
  { table, columns }: Pick<DuckDbSinkSettings, 'table' | 'columns'>,
  api: DuckDbApi,
): Promise<TableLayout> {
  const found = await columnsOf(connection, table);
  const [first] = found;
  if (first === undefined) throw new ConfigError(`duckdbSink: there is no table ${show(table)} (option createTable)`);
  for (const { name, type } of columns) {
    const other = found.find((column) => isSame(column.name, name));
    if (other?.type === type) continue;
    const what = other === undefined ? 'does not exist' : `has type ${other.type}`;
    throw new ConfigError(`duckdbSink: column ${show(name)} of table ${show(table)} must be ${type}, but ${what}`);
  }
  const names = found.map(({ name }) => name);
  return new TableLayout({ table, schema: first.schema, catalog: first.catalog }, names, columns, api);
}

/** A column as the database describes it. */
interface FoundColumn {
  readonly name: string;
  readonly type: string;
  readonly schema: string;
  readonly catalog: string;
}

async function columnsOf(connection: DuckDBConnection, table: string): Promise<FoundColumn[]> {
  const reader = await connection.runAndReadAll(
    `SELECT column_name, data_type, schema_name, database_name FROM duckdb_columns()
     WHERE lower(table_name) = lower($1) AND schema_name = current_schema() AND database_name = current_database()
     ORDER BY column_index`,
    [table],
  );
  return reader.getRows().map(([name, type, schema, catalog]) => ({
    name: String(name),
    type: String(type),
    schema: String(schema),
    catalog: String(catalog),
  }));
}

function isSame(name: string, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase();
}
