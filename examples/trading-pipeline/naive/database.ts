import { DuckDBInstance, type DuckDBConnection, type DuckDBPreparedStatement } from '@duckdb/node-api';
import { TABLES, type TableName } from '../bot/rows.js';

/** The database file of the naive version. */
export class NaiveDatabase {
  readonly #instance: DuckDBInstance;
  readonly #clients: NaiveClient[] = [];

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  static async open(file: string): Promise<NaiveDatabase> {
    const database = new NaiveDatabase(await DuckDBInstance.create(file));
    const connection = await database.#instance.connect();
    for (const [table, columns] of Object.entries(TABLES)) {
      const list = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
      await connection.run(`CREATE TABLE ${table} (${list.join(', ')})`);
    }
    connection.closeSync();
    return database;
  }

  /** Opens a connection of its own: "each model writing to database separately". */
  async connect(): Promise<NaiveClient> {
    const client = new NaiveClient(await this.#instance.connect());
    this.#clients.push(client);
    return client;
  }

  /** Statements executed so far, over all connections. */
  get statements(): number {
    return this.#clients.reduce((sum, client) => sum + client.statements, 0);
  }

  close(): void {
    for (const client of this.#clients) client.close();
    this.#instance.closeSync();
  }
}

/** One connection: every row is an INSERT that is waited for ("individual database writes"). */
export class NaiveClient {
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
