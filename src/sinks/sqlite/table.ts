import { ConfigError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { quoteIdentifier } from '../row/identifier.js';
import type { SqliteValue } from './column-types.js';
import { prepare, type SqliteDatabase, type Statement } from './database.js';
import type { SqliteSinkSettings } from './sqlite-sink-options.js';

/** Rows of one statement: a transaction of five such statements took 0.73 of the time of 500 statements. */
const MOST_ROWS = 100;
/** Values that one statement takes in every version since 2020. */
const MOST_VALUES = 32_766;

/** Compiled statements that insert rows, for as long as the database is open. */
export class Inserts {
  /** Values of a row. */
  readonly columns: number;
  /** Rows that `many` takes. */
  readonly width: number;
  readonly #one: Statement;
  readonly #many: Statement;

  constructor(database: SqliteDatabase, settings: SqliteSinkSettings) {
    const names = columnNames(settings);
    this.columns = names.length;
    this.width = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / names.length)));
    this.#one = prepare(database, insertSql(settings, names, 1));
    this.#many = prepare(database, insertSql(settings, names, this.width));
  }

  /** Inserts a row. Returns how many were stored. */
  one(values: readonly SqliteValue[]): number {
    return this.#one.run(values);
  }

  /** Inserts `width` rows by one statement. Returns how many were stored. */
  many(values: readonly SqliteValue[]): number {
    return this.#many.run(values);
  }

  /** Frees the statements. */
  end(): void {
    this.#one.end();
    this.#many.end();
  }
}

/** Makes the table unless it is there. */
export function createTable(database: SqliteDatabase, { table, columns, idColumn }: SqliteSinkSettings): void {
  const list = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`);
  if (idColumn !== undefined) list.push(`${quoteIdentifier(idColumn)} TEXT PRIMARY KEY`);
  database.exec(`CREATE TABLE IF NOT EXISTS ${quoteIdentifier(table)} (${list.join(', ')})`);
}

/** @throws ConfigError when there is no such table or it lacks a column. */
export function checkTable(database: SqliteDatabase, settings: SqliteSinkSettings): void {
  const { table } = settings;
  const statement = prepare(database, 'SELECT name FROM pragma_table_xinfo(?)');
  const found = statement.all([table]).map(({ name }) => String(name).toLowerCase());
  statement.end();
  if (found.length === 0) throw new ConfigError(`sqliteSink: there is no table ${show(table)} (option createTable)`);
  // SQLite would take an unknown name in double quotes for a text.
  const missing = [...columnNames(settings), ...(settings.key ?? [])].find(
    (name) => !found.includes(name.toLowerCase()),
  );
  if (missing === undefined) return;
  throw new ConfigError(`sqliteSink: table ${show(table)} has no column ${show(missing)}`);
}

function columnNames({ columns, idColumn }: SqliteSinkSettings): string[] {
  return [...columns.map(({ name }) => name), ...(idColumn === undefined ? [] : [idColumn])];
}

function insertSql(settings: SqliteSinkSettings, names: readonly string[], rows: number): string {
  const row = `(${names.map(() => '?').join(', ')})`;
  return (
    `INSERT INTO ${quoteIdentifier(settings.table)} (${names.map(quoteIdentifier).join(', ')}) ` +
    `VALUES ${Array.from({ length: rows }, () => row).join(', ')}${conflictClause(settings, names)}`
  );
}

/** Not `INSERT OR IGNORE`, which leaves rows out that a CHECK or NOT NULL refuses, too, and tells nobody. */
function conflictClause({ onConflict, key, idColumn }: SqliteSinkSettings, names: readonly string[]): string {
  if (idColumn !== undefined) return ` ON CONFLICT (${quoteIdentifier(idColumn)}) DO NOTHING`;
  if (onConflict === 'reject') return '';
  const target = key === undefined ? '' : ` (${key.map(quoteIdentifier).join(', ')})`;
  const others = names.filter((name) => key?.includes(name) !== true).map(quoteIdentifier);
  if (onConflict === 'ignore' || others.length === 0) return ` ON CONFLICT${target} DO NOTHING`;
  return ` ON CONFLICT${target} DO UPDATE SET ${others.map((name) => `${name} = excluded.${name}`).join(', ')}`;
}
