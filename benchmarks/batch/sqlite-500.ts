import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteSink } from 'tickwise/sinks/sqlite';
import type { Benchmark, Instance } from '../runner/contract.js';
import { BATCH, ROWS, type TradeRow } from './support/trade-rows.js';
import { handInstance, writerInstance } from './support/writer-drive.js';

/** What is used of node-sqlite3-wasm. */
interface Sqlite {
  readonly default: {
    readonly Database: new (path: string) => Database;
  };
}

interface Database {
  exec(sql: string): void;
  prepare(sql: string): { run(values: readonly unknown[]): unknown; finalize(): void };
  get(sql: string): unknown;
  close(): void;
}

/** Rows of one statement, as ours has them. */
const WIDTH = 100;

function open({ default: { Database } }: Sqlite): { readonly database: Database; readonly close: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'tickwise-sqlite-'));
  const database = new Database(join(folder, 'trades.db'));
  database.exec('CREATE TABLE trades (ts INTEGER, symbol TEXT, side TEXT, price REAL, size REAL)');
  return {
    database,
    close() {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const answerOf = (database: Database): unknown =>
  database.get('SELECT count(*) AS rows, round(sum(price), 1) AS price FROM trades');

function ours(module: Sqlite): Instance {
  const { database, close } = open(module);
  const columns = { ts: 'INTEGER', symbol: 'TEXT', side: 'TEXT', price: 'REAL', size: 'REAL' } as const;
  const sink = sqliteSink<TradeRow>({ database, table: 'trades', columns });
  return writerInstance(sink, 1, { answer: () => answerOf(database), close });
}

/** A transaction per batch, by statements of `width` rows; those that are left over go one by one. */
function byHand(module: Sqlite, width: number): Instance {
  const { database, close } = open(module);
  const sql = (rows: number): string => `INSERT INTO trades VALUES ${Array(rows).fill('(?, ?, ?, ?, ?)').join(', ')}`;
  const [one, many] = [database.prepare(sql(1)), database.prepare(sql(width))];
  const valuesOf = ({ ts, symbol, side, price, size }: TradeRow): unknown[] => [ts, symbol, side, price, size];
  const write = (batch: readonly TradeRow[]): void => {
    database.exec('BEGIN IMMEDIATE');
    let at = 0;
    const whole = width > 1 ? batch.length - (batch.length % width) : 0;
    for (; at < whole; at += width) many.run(batch.slice(at, at + width).flatMap(valuesOf));
    for (; at < batch.length; at++) one.run(valuesOf(batch[at] as TradeRow)); // every position exists
    database.exec('COMMIT');
  };
  return handInstance(write, {
    answer: () => answerOf(database),
    close() {
      for (const statement of [one, many]) statement.finalize();
      close();
    },
  });
}

export default {
  question: `how long does a row take into SQLite, in transactions of ${BATCH}?`,
  headline: true,
  unit: 'wall-ns',
  operation: 'row',
  leastOperations: 4 * BATCH,
  checkOperations: 1_300,
  reference: (operations) => {
    const tenths = ROWS.slice(0, operations).reduce((sum, { price }) => sum + Math.round(price * 10), 0);
    return { rows: operations, price: tenths / 10 };
  },
  contenders: [
    { name: 'BatchWriter', ours: true, package: 'node-sqlite3-wasm', setup: (module) => ours(module as Sqlite) },
    {
      name: `transaction by hand, ${WIDTH} rows per statement`,
      package: 'node-sqlite3-wasm',
      setup: (module) => byHand(module as Sqlite, WIDTH),
    },
    {
      name: 'transaction by hand, a statement per row',
      package: 'node-sqlite3-wasm',
      setup: (module) => byHand(module as Sqlite, 1),
    },
  ],
  note: 'All over node-sqlite3-wasm, with its shipped settings. Ours checks every value.',
} satisfies Benchmark;
