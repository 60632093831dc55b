import { once } from 'node:events';
import type { Writable } from 'node:stream';
import pg from 'pg';
import { postgresSink, type PostgresSinkOptions } from 'tickwise/sinks/postgres';
import type { Instance } from '../../runner/contract.js';
import type { TradeRow } from './trade-rows.js';
import { handInstance, writerInstance } from './writer-drive.js';

const COLUMNS = ['ts', 'symbol', 'side', 'price', 'size'] as const;

let tables = 0;

async function newTable(url: string): Promise<{ readonly client: pg.Client; readonly table: string }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const table = `trades_${process.pid}_${tables++}`;
  await client.query(`CREATE TABLE ${table} (ts bigint, symbol text, side text, price float8, size float8)`);
  return { client, table };
}

/** Rows and the sum of a column: what everybody has to have stored. */
async function answerOf(client: pg.Client, table: string): Promise<unknown> {
  const { rows } = await client.query(
    `SELECT count(*)::int AS rows, round(sum(price)::numeric, 1)::text AS price FROM ${table}`,
  );
  return rows[0] as unknown;
}

/** Our sink behind a writer. */
export async function ours(url: string, options: Partial<PostgresSinkOptions>, concurrency = 1): Promise<Instance> {
  const { client, table } = await newTable(url);
  const sink = postgresSink<TradeRow>({ url, table, columns: COLUMNS, ...options });
  return writerInstance(sink, concurrency, {
    answer: () => answerOf(client, table),
    close: async () => {
      await client.query(`DROP TABLE ${table}`);
      await client.end();
    },
  });
}

/** A driver by hand: `write` gets one batch at a time. */
export async function byHand(
  url: string,
  write: (client: pg.Client, table: string, batch: readonly TradeRow[]) => Promise<unknown>,
): Promise<Instance> {
  const { client, table } = await newTable(url);
  return handInstance((batch) => write(client, table, batch), {
    answer: () => answerOf(client, table),
    close: async () => {
      await client.query(`DROP TABLE ${table}`);
      await client.end();
    },
  });
}

/** One prepared statement per row. */
export async function insertEach(client: pg.Client, table: string, batch: readonly TradeRow[]): Promise<void> {
  for (const { ts, symbol, side, price, size } of batch) {
    const values = [ts, symbol, side, price, size];
    await client.query({ name: `one_${table}`, text: `INSERT INTO ${table} VALUES ($1, $2, $3, $4, $5)`, values });
  }
}

/** Arrays as literals, without escapes. */
export async function unnest(client: pg.Client, table: string, batch: readonly TradeRow[]): Promise<void> {
  const column = (name: keyof TradeRow): string => `{${batch.map((row) => row[name]).join(',')}}`;
  await client.query({
    name: `unnest_${table}`,
    text: `INSERT INTO ${table} SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::float8[], $5::float8[])`,
    values: COLUMNS.map(column),
  });
}

/** What is used of pg-copy-streams, which has no types of its own. */
export interface CopyStreams {
  readonly from: (sql: string) => Writable & pg.Submittable;
}

/** pg-copy-streams with rows in the binary form. */
export function copyBinary({ from }: CopyStreams) {
  return async (client: pg.Client, table: string, batch: readonly TradeRow[]): Promise<void> => {
    const stream = client.query(from(`COPY ${table} FROM STDIN BINARY`));
    stream.end(binary(batch));
    await once(stream, 'finish');
  };
}

/** pg-copy-streams with rows as text, without escapes. */
export function copyText({ from }: CopyStreams) {
  return async (client: pg.Client, table: string, batch: readonly TradeRow[]): Promise<void> => {
    const stream = client.query(from(`COPY ${table} FROM STDIN`));
    let text = '';
    for (const row of batch) text += `${row.ts}\t${row.symbol}\t${row.side}\t${row.price}\t${row.size}\n`;
    stream.end(text);
    await once(stream, 'finish');
  };
}

function binary(batch: readonly TradeRow[]): Buffer {
  const bytes = Buffer.allocUnsafe(batch.reduce((sum, row) => sum + 46 + row.symbol.length + row.side.length, 21));
  let at = bytes.write('PGCOPY\n\xff\r\n\0', 0, 'latin1');
  at = bytes.writeInt32BE(0, bytes.writeInt32BE(0, at));
  const text = (value: string): void => {
    at = bytes.writeInt32BE(value.length, at);
    at += bytes.write(value, at, 'latin1');
  };
  const double = (value: number): void => {
    at = bytes.writeDoubleBE(value, bytes.writeInt32BE(8, at));
  };
  for (const { ts, symbol, side, price, size } of batch) {
    at = bytes.writeInt32BE(8, bytes.writeInt16BE(5, at));
    at = bytes.writeInt32BE(Math.floor(ts / 2 ** 32), at);
    at = bytes.writeUInt32BE(ts % 2 ** 32, at);
    text(symbol);
    text(side);
    double(price);
    double(size);
  }
  return bytes.subarray(0, bytes.writeInt16BE(-1, at));
}
