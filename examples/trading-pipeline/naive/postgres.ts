import type { Client } from 'pg';
import { TABLES, type TableName } from '../bot/rows.js';
import { connectPostgres } from '../database/postgres.js';
import type { NaiveClient, NaiveDatabase } from './database.js';
import type { NaiveLog } from './log.js';

/** A Postgres server, with a connection for each model. */
export class NaivePostgres implements NaiveDatabase {
  readonly #url: string;
  readonly #log: NaiveLog;
  readonly #clients: PostgresClient[] = [];

  constructor(url: string, log: NaiveLog) {
    this.#url = url;
    this.#log = log;
  }

  async connect(): Promise<NaiveClient> {
    const client = new PostgresClient(await connectPostgres(this.#url), this.#url, this.#log);
    this.#clients.push(client);
    return client;
  }

  get statements(): number {
    return this.#clients.reduce((sum, client) => sum + client.statements, 0);
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}

/**
 * An INSERT per row. One that fails is tried once more on a new connection and then only noted, as in many bots: a row
 * whose reply was lost is stored twice, and one of a longer failure not at all.
 */
class PostgresClient implements NaiveClient {
  readonly #url: string;
  readonly #log: NaiveLog;
  #client: Client;
  #statements = 0;

  constructor(client: Client, url: string, log: NaiveLog) {
    this.#client = client;
    this.#url = url;
    this.#log = log;
  }

  get statements(): number {
    return this.#statements;
  }

  async insert(table: TableName, row: object): Promise<void> {
    try {
      await this.#insert(table, row);
    } catch (error) {
      this.#log.note(error);
      try {
        this.#client = await connectPostgres(this.#url);
        await this.#insert(table, row);
      } catch (secondError) {
        this.#log.note(secondError);
      }
    }
  }

  async close(): Promise<void> {
    await this.#client.end().catch((error: unknown) => this.#log.note(error));
  }

  async #insert(table: TableName, row: object): Promise<void> {
    const names = Object.keys(TABLES[table]);
    const marks = names.map((_, index) => `$${index + 1}`);
    await this.#client.query(
      `INSERT INTO ${table} VALUES (${marks.join(', ')})`,
      names.map((name) => Reflect.get(row, name) as unknown),
    );
    this.#statements++;
  }
}
