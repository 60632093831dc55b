import { DuckDBInstance, type DuckDBPreparedStatement } from '@duckdb/node-api';
import { COLUMNS, type SignalRow } from './job.js';

/** A table that is written row by row, as it was before there were batches. */
export class Rows {
  readonly #instance: DuckDBInstance;
  readonly #insert: DuckDBPreparedStatement;
  #statements = 0;

  private constructor(instance: DuckDBInstance, insert: DuckDBPreparedStatement) {
    this.#instance = instance;
    this.#insert = insert;
  }

  static async open(path: string): Promise<Rows> {
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    const columns = Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}`);
    await connection.run(`CREATE TABLE signals (${columns.join(', ')})`);
    return new Rows(instance, await connection.prepare('INSERT INTO signals VALUES (?, ?, ?, ?, ?, ?)'));
  }

  get statements(): number {
    return this.#statements;
  }

  async insert(row: SignalRow): Promise<void> {
    for (const [index, name] of (Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]).entries()) {
      const value = row[name];
      if (typeof value === 'number') this.#insert.bindDouble(index + 1, value);
      else this.#insert.bindVarchar(index + 1, value);
    }
    await this.#insert.run();
    this.#statements++;
  }

  close(): void {
    this.#instance.closeSync();
  }
}
