import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as duckdb from '@duckdb/node-api';
import { duckdbSink } from 'tickwise/sinks/duckdb';
import type { Benchmark, Instance } from '../runner/contract.js';
import { BATCH, ROWS, type TradeRow } from './support/trade-rows.js';
import { handInstance, writerInstance } from './support/writer-drive.js';

type DuckDb = typeof duckdb;
type Connection = Awaited<ReturnType<Awaited<ReturnType<DuckDb['DuckDBInstance']['create']>>['connect']>>;

async function open({
  DuckDBInstance,
}: DuckDb): Promise<{ readonly connection: Connection; readonly close: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'tickwise-duckdb-'));
  const instance = await DuckDBInstance.create(join(folder, 'trades.db'));
  const connection = await instance.connect();
  await connection.run('CREATE TABLE trades (ts BIGINT, symbol VARCHAR, side VARCHAR, price DOUBLE, size DOUBLE)');
  return {
    connection,
    close() {
      connection.closeSync();
      instance.closeSync();
      rmSync(folder, { recursive: true });
    },
  };
}

async function answerOf(connection: Connection): Promise<unknown> {
  const sql = 'SELECT count(*)::INTEGER, round(sum(price), 1) FROM trades';
  return (await connection.runAndReadAll(sql)).getRows()[0];
}

async function ours(module: DuckDb): Promise<Instance> {
  const { connection, close } = await open(module);
  const columns = { ts: 'BIGINT', symbol: 'VARCHAR', side: 'VARCHAR', price: 'DOUBLE', size: 'DOUBLE' } as const;
  const sink = duckdbSink<TradeRow>({ connection, table: 'trades', columns });
  return writerInstance(sink, 1, { answer: () => answerOf(connection), close });
}

/** One appender for ever, flushed after each batch. */
async function appender(module: DuckDb): Promise<Instance> {
  const { connection, close } = await open(module);
  const rows = await connection.createAppender('trades');
  const write = (batch: readonly TradeRow[]): void => {
    for (const { ts, symbol, side, price, size } of batch) {
      rows.appendBigInt(BigInt(ts));
      rows.appendVarchar(symbol);
      rows.appendVarchar(side);
      rows.appendDouble(price);
      rows.appendDouble(size);
      rows.endRow();
    }
    rows.flushSync();
  };
  return handInstance(write, {
    answer: () => answerOf(connection),
    close() {
      rows.closeSync();
      close();
    },
  });
}

export default {
  question: `how much processor time does a row take into DuckDB, in batches of ${BATCH}?`,
  operation: 'row',
  leastOperations: 4 * BATCH,
  checkOperations: 1_300,
  reference: (operations) => {
    const tenths = ROWS.slice(0, operations).reduce((sum, { price }) => sum + Math.round(price * 10), 0);
    return [operations, tenths / 10];
  },
  contenders: [
    { name: 'BatchWriter', ours: true, package: '@duckdb/node-api', setup: (module) => ours(module as DuckDb) },
    {
      name: 'one appender, flushed per batch',
      package: '@duckdb/node-api',
      setup: (module) => appender(module as DuckDb),
    },
  ],
  note: 'Processor time of all threads: both wait alike for the disk. The appender by hand is lost for ever with the first row that a constraint refuses. Ours checks every value.',
} satisfies Benchmark;
