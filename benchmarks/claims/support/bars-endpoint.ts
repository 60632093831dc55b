import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type * as duckdb from '@duckdb/node-api';
import { memo } from 'tickwise/memo';
import { trades } from './trades.js';
import { UnavailableError } from './unavailable.js';

/** Copies of the recording that the table begins with, an hour apart. */
const COPIES = 20;
const HOUR = 3_600_000;
/** Trades that are added at once. */
const ADDED = 100;
export const SYMBOLS = ['BTCUSDT', 'ETHUSDT'] as const;
/** Callers at the same time, requests of each, and milliseconds between an answer and the next request. */
export const CALLERS = 50;
const REQUESTS = 12;
export const PAUSE = 500;
/** Milliseconds between two writes, and of an answer's life. */
export const SECOND = 1_000;

/** Writes of a run, so that both end with the same table. */
const MOST_WRITES = 120;

/** What became of a run. */
export interface EndpointRun {
  /** Milliseconds of the first request of every caller, and of all later ones, in order of size. */
  readonly cold: readonly number[];
  readonly warm: readonly number[];
  readonly requests: number;
  /** Queries of the database, and milliseconds spent in them. */
  readonly queries: number;
  readonly queryMs: number;
  /** What the endpoint answers at the end, per symbol. */
  readonly answers: readonly string[];
}

type Answer = (symbol: string) => Promise<string>;

const QUERY = `SELECT ts // 1000 AS second, arg_min(price, ts) AS open, max(price) AS high, min(price) AS low,
  arg_max(price, ts) AS close, sum(size) AS volume FROM trades WHERE symbol = $symbol GROUP BY 1 ORDER BY 1 DESC LIMIT 200`;

/** A table of trades, and how much was asked of it. */
class TradeTable {
  queries = 0;
  queryMs = 0;
  readonly #connection: duckdb.DuckDBConnection;
  /** Of its own: queries and writes do not wait for one another. */
  readonly #writer: duckdb.DuckDBConnection;
  #added = 0;

  private constructor(connection: duckdb.DuckDBConnection, writer: duckdb.DuckDBConnection) {
    this.#connection = connection;
    this.#writer = writer;
  }

  static async open(): Promise<TradeTable> {
    const { DuckDBInstance } = await import('@duckdb/node-api').catch((error: unknown): never => {
      throw new UnavailableError(`DuckDB is not here: ${String(error)}`);
    });
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    await connection.run('CREATE TABLE trades (ts BIGINT, symbol VARCHAR, price DOUBLE, size DOUBLE)');
    const table = new TradeTable(connection, await database.connect());
    await table.#append(trades());
    // Older copies, so that the newest seconds are those of the recording.
    await connection.run(
      `INSERT INTO trades SELECT ts - ${HOUR} * copy, symbol, price, size FROM trades, range(1, ${COPIES}) AS copies(copy)`,
    );
    return table;
  }

  /** The bars as the endpoint answers them. */
  async bars(symbol: string): Promise<string> {
    this.queries++;
    const started = performance.now();
    const reader = await this.#connection.runAndReadAll(QUERY, { symbol });
    this.queryMs += performance.now() - started;
    const rows = reader.getRowObjectsJson();
    return JSON.stringify(rows);
  }

  /** Adds trades of both symbols a second after the last ones. */
  async write(): Promise<void> {
    const all = trades();
    const last = all.at(-1)?.ts ?? 0;
    this.#added++;
    const ts = last + SECOND * this.#added;
    await this.#append(all.slice(0, ADDED).map(({ symbol, price, size }) => ({ ts, symbol, price, size })));
  }

  /** Writes at even times, at most {@link MOST_WRITES} times; `end` waits for the last and says how many there were. */
  writeEvery(pause: number): { readonly end: () => Promise<number> } {
    const over = new AbortController();
    const writing = (async () => {
      while (!over.signal.aborted && this.#added < MOST_WRITES) {
        await this.write();
        await setTimeout(pause);
      }
      return this.#added;
    })();
    return {
      end() {
        over.abort();
        return writing;
      },
    };
  }

  close(): void {
    this.#connection.closeSync();
    this.#writer.closeSync();
  }

  async #append(rows: ReturnType<typeof trades>): Promise<void> {
    const appender = await this.#writer.createAppender('trades');
    for (const { ts, symbol, price, size } of rows) {
      appender.appendBigInt(BigInt(ts));
      appender.appendVarchar(symbol);
      appender.appendDouble(price);
      appender.appendDouble(size);
      appender.endRow();
    }
    appender.closeSync();
  }
}

/** The usual endpoint: a query per request. */
export function plain(): Promise<EndpointRun> {
  return run((table) => (symbol) => table.bars(symbol));
}

/** The same behind a cache: answers are a second old at most, or served while a newer one is on its way. */
export function cached(): Promise<EndpointRun> {
  return run((table) => {
    const bars = memo((symbol: string) => table.bars(symbol), { ttl: SECOND, staleWhileRevalidate: 5 * SECOND });
    return (symbol) => bars(symbol);
  });
}

async function run(make: (table: TradeTable) => Answer): Promise<EndpointRun> {
  const table = await TradeTable.open();
  const answer = make(table);
  const server = createServer((request, response) => {
    const symbol = new URL(request.url ?? '', 'http://bot').searchParams.get('symbol') ?? '';
    answer(symbol).then(
      (text) => response.setHeader('content-type', 'application/json').end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Listening on TCP, it has such an address.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bars?symbol=`;
  try {
    return await call(url, table);
  } finally {
    server.closeAllConnections();
    server.close();
    table.close();
  }
}

async function call(url: string, table: TradeTable): Promise<EndpointRun> {
  const [cold, warm]: [number[], number[]] = [[], []];
  const ask = async (caller: number, times: number[]): Promise<void> => {
    const started = performance.now();
    await textAt(`${url}${SYMBOLS[caller % SYMBOLS.length] ?? ''}`);
    times.push(performance.now() - started);
  };
  const writes = table.writeEvery(SECOND);
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, caller) => {
      await ask(caller, cold);
      for (let i = 1; i < REQUESTS; i++) {
        // All begin at once; from then on each has a time of its own, as callers do that know nothing of one another.
        await setTimeout(i === 1 ? (PAUSE * caller) / CALLERS : PAUSE);
        await ask(caller, warm);
      }
    }),
  );
  const written = await writes.end();
  const { queries, queryMs } = table;
  const answers = await lastAnswers(url, table, written);
  const ascending = (a: number, b: number): number => a - b;
  const requests = CALLERS * REQUESTS;
  return { cold: cold.toSorted(ascending), warm: warm.toSorted(ascending), requests, queries, queryMs, answers };
}

/** What is answered once the last write is over for as long as an answer lives, after as many writes in either run. */
async function lastAnswers(url: string, table: TradeTable, written: number): Promise<string[]> {
  for (let i = written; i < MOST_WRITES; i++) await table.write();
  const all = (): Promise<string[]> => Promise.all(SYMBOLS.map((symbol) => textAt(url + symbol)));
  await setTimeout(SECOND);
  // A last old answer, which lets the cache ask again.
  await all();
  await setTimeout(SECOND / 2);
  return all();
}

async function textAt(url: string): Promise<string> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`status ${response.status}: ${text}`);
  return text;
}
