import { duckdbSink } from 'tickwise/sinks/duckdb';
import { ndjsonSink } from 'tickwise/sinks/ndjson';
import { postgresSink } from 'tickwise/sinks/postgres';
import type { SinkObject } from 'tickwise/batch';
import { isRowFolder, rowLine } from '../bot/row-files.js';
import { isPostgres } from '../database/postgres.js';
import { type TableName, TABLES } from '../bot/rows.js';

/** A table of the database that a job names. */
export interface Table<Row extends object> {
  readonly write: SinkObject<Row>['write'];
  open(): Promise<void>;
  /** Statements executed, those that make the table included, and rows stored. */
  counts(): { readonly statements: number; readonly rows: number };
  close(): Promise<void>;
}

/** A table of a DuckDB file or of a Postgres database, or a file of a folder of row files. */
export function openTable<Row extends object>(path: string, name: TableName): Table<Row> {
  if (isPostgres(path)) return postgresTable(path, name);
  return isRowFolder(path) ? rowFile(path, name) : duckDbTable(path, name);
}

function duckDbTable<Row extends object>(path: string, table: TableName): Table<Row> {
  const sink = duckdbSink<Row>({ path, table, columns: TABLES[table], createTable: true });
  return {
    write: (...batch) => sink.write(...batch),
    open: () => sink.open(),
    counts: () => sink.stats(),
    close: () => sink.close(),
  };
}

/** The identity of a row makes one that is sent again, because its reply was lost, no second row. */
function postgresTable<Row extends object>(url: string, table: TableName): Table<Row> {
  const sink = postgresSink<Row>({ url, table, columns: Object.keys(TABLES[table]), idColumn: 'row_id' });
  return {
    write: (...batch) => sink.write(...batch),
    open: () => sink.open(),
    counts: () => sink.stats(),
    close: () => sink.close(),
  };
}

function rowFile<Row extends object>(directory: string, name: TableName): Table<Row> {
  const sink = ndjsonSink<Row>({ directory, name, encode: rowLine, durability: 'os' });
  let statements = 0;
  return {
    write: (...batch) => {
      statements++;
      return sink.write(...batch);
    },
    open: async () => {
      // The first batch opens the file.
    },
    counts: () => ({ statements, rows: sink.stats().rows }),
    close: () => sink.close(),
  };
}
