import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { TABLES, type TableName } from '../bot/rows.js';
import { UserError } from '../user-error.js';

/** Names of the column types as Postgres knows them. */
const TYPES = { DOUBLE: 'double precision', INTEGER: 'integer', VARCHAR: 'text' } as const;

/** A schema of a version's own, with empty tables in it. */
export interface PostgresSchema {
  readonly name: string;
  /** Address whose connections see this schema only. */
  readonly url: string;
  /** Removes the schema and everything in it. */
  drop(): Promise<void>;
}

/** Whether a database is named by the address of a Postgres server, and not by a path. */
export function isPostgres(database: string): boolean {
  return /^postgres(ql)?:\/\//.test(database);
}

/**
 * Makes a new schema, so that nobody's tables are touched, with the tables that a version writes.
 * @param identities Whether each row has a `row_id` that is stored once.
 * @throws UserError in one sentence, without the password, when the server cannot be used.
 */
export async function makeSchema(url: string, version: string, identities: boolean): Promise<PostgresSchema> {
  const name = `tickwise_${version}_${randomUUID().slice(0, 8)}`;
  await query(url, `CREATE SCHEMA ${name}; ${tablesIn(name, identities)}`);
  const own = new URL(url);
  own.searchParams.set('options', `-c search_path=${name}`);
  return { name, url: own.href, drop: () => query(url, `DROP SCHEMA IF EXISTS ${name} CASCADE`).then(() => undefined) };
}

/** Reads the rows of a table, with the columns that the bots write. */
export async function readPostgresRows(url: string, table: TableName): Promise<object[]> {
  return query(url, `SELECT ${Object.keys(TABLES[table]).join(', ')} FROM ${table}`);
}

/** Opens a connection. @throws UserError in one sentence when that fails. */
export async function connectPostgres(url: string): Promise<Client> {
  if (!URL.canParse(url)) throw new UserError('--database takes an address such as postgres://user@host:5432/name');
  const pg = await import('pg').catch((cause: unknown) => {
    throw new UserError('--database needs the package pg: npm install pg', { cause });
  });
  try {
    const client = new pg.default.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
    // Without a listener a lost connection would end the process; the statement under way fails with the same.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  } catch (cause) {
    throw new UserError(`cannot use the database at ${shownUrl(url)}: ${reasonOf(cause)}`, { cause });
  }
}

/** An address that may be shown: without user, password and settings. */
export function shownUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

async function query(url: string, sql: string): Promise<object[]> {
  const client = await connectPostgres(url);
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}

function tablesIn(schema: string, identities: boolean): string {
  const statements = Object.entries(TABLES).map(([table, columns]) => {
    const list = Object.entries(columns).map(([column, type]) => `${column} ${TYPES[type]}`);
    if (identities) list.push('row_id text PRIMARY KEY');
    return `CREATE TABLE ${schema}.${table} (${list.join(', ')})`;
  });
  return statements.join('; ');
}

/** A refused connection to a name with several addresses has no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
