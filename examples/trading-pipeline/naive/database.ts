import type { DuckDBConnection, DuckDBInstance, DuckDBPreparedStatement } from '@duckdb/node-api';
import type { BotJob } from '../bot/job.js';
import { isRowFolder } from '../bot/row-files.js';
import { TABLES, type TableName } from '../bot/rows.js';
import { isPostgres } from '../database/postgres.js';
import { slowly } from '../faults/slow-database.js';
import { NaiveFiles } from './files.js';
import type { NaiveLog } from './log.js';
import { NaivePostgres } from './postgres.js';

/** Where the naive version stores its rows. */
export interface NaiveDatabase {
  /** Statements executed so far, over all connections. */
  readonly statements: number;
  /** Opens a connection of its own: "each model writing to database separately". */
  connect(): Promise<NaiveClient>;
  close(): Promise<void>;
}

/** One connection: every row is an INSERT that is waited for ("individual database writes"). */
export interface NaiveClient {
  insert(table: TableName, row: object): Promise<void>;
}

/** Opens the database that a job names: a DuckDB file, a folder of row files, or a Postgres server. */
export async function openNaiveDatabase(job: BotJob, log: NaiveLog): Promise<NaiveDatabase> {
  const path = job.database;
  if (isPostgres(path)) return new NaivePostgres(path, log);
  const database = await (isRowFolder(path) ? NaiveFiles.open(path) : NaiveDuckDb.open(path));
  return job.faults === undefined ? database : new SlowableDatabase(job, database);
}

/** A database that is slow when the faults of a job say so. */
class SlowableDatabase implements NaiveDatabase {
  readonly #job: BotJob;
  readonly #database: NaiveDatabase;

  constructor(job: BotJob, database: NaiveDatabase) {
    this.#job = job;
    this.#database = database;
  }

  get statements(): number {
    return this.#database.statements;
  }

  async connect(): Promise<NaiveClient> {
    const client = await this.#database.connect();
    return {
      insert: (table, row) => slowly(this.#job, Number(Reflect.get(row, 'ts')), () => client.insert(table, row)),
    };
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** A DuckDB file. */
class NaiveDuckDb implements NaiveDatabase {
  readonly #instance: DuckDBInstance;
  readonly #clients: DuckDbClient[] = [];

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  static async open(file: string): Promise<NaiveDuckDb> {
    const { DuckDBInstance: instances } = await import('@duckdb/node-api');
    const database = new NaiveDuckDb(await instances.create(file));
    const connection = await database.#instance.connect();
    for (const [table, columns] of Object.entries(TABLES)) {
      const list = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
      await connection.run(`CREATE TABLE ${table} (${list.join(', ')})`);
    }
    connection.closeSync();
    return database;
  }

  async connect(): Promise<NaiveClient> {
    const client = new DuckDbClient(await this.#instance.connect());
    this.#clients.push(client);
    return client;
  }

  get statements(): number {
    return this.#clients.reduce((sum, client) => sum + client.statements, 0);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    this.#instance.closeSync();
  }
}

class DuckDbClient implements NaiveClient {
  readonly #connection: DuckDBConnection;
  readonly #prepared = new Map<TableName, Promise<DuckDBPreparedStatement>>();
  #statements = 0;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  get statements(): number {
    return this.#statements;
  }

  async insert(table: TableName, row: object): Promise<void> {
    const statement = await this.#statementFor(table);
    for (const [index, name] of Object.keys(TABLES[table]).entries())
      bind(statement, index + 1, Reflect.get(row, name));
    await statement.run();
    this.#statements++;
  }

  close(): void {
    this.#connection.closeSync();
  }

  #statementFor(table: TableName): Promise<DuckDBPreparedStatement> {
    const known = this.#prepared.get(table);
    if (known !== undefined) return known;
    const marks = Object.keys(TABLES[table]).map(() => '?');
    const prepared = this.#connection.prepare(`INSERT INTO ${table} VALUES (${marks.join(', ')})`);
    this.#prepared.set(table, prepared);
    return prepared;
  }
}

function bind(statement: DuckDBPreparedStatement, index: number, value: unknown): void {
  if (typeof value === 'number') statement.bindDouble(index, value);
  else statement.bindVarchar(index, String(value));
}
