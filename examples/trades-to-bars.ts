/**
 * Writes 10 000 trades into a DuckDB file and asks it for one-minute bars.
 *
 * The trades are those of a recorded session in the folder TICKWISE_DATA; without one, a seeded random walk.
 * Run: npm run example -- trades-to-bars [folder with recordings]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { BatchWriter } from 'tickwise/batch';
import { duckdbSink } from 'tickwise/sinks/duckdb';

interface Trade {
  readonly ts: number;
  readonly symbol: string;
  readonly price: number;
  readonly size: number;
}

const COUNT = 10_000;

/** Trades of a recording, as they came. */
function* recordedTrades(folder: string): Generator<Trade> {
  const file = gunzipSync(readFileSync(join(folder, 'ws', 'binance-usdm-btc-eth-2024-08-08.ndjson.gz')));
  for (let end = 0, start = 0; (end = file.indexOf('\n', start)) !== -1; start = end + 1) {
    // Most lines are book updates, long ones: the name of the stream is at the start.
    if (!file.subarray(start, start + 90).includes('@trade"')) continue;
    const line = file.toString('utf8', start, end);
    const { s, T, p, q } = (JSON.parse(line) as { msg: { data: Record<'s' | 'p' | 'q', string> & { T: number } } }).msg
      .data;
    yield { ts: T, symbol: s, price: Number(p), size: Number(q) };
  }
}

/** A random walk of two symbols over three minutes, the same each time. */
function* walkedTrades(): Generator<Trade> {
  const price = { BTCUSDT: 61_800, ETHUSDT: 2_680 };
  for (let index = 0, state = 7; index < COUNT; index++) {
    state = (state * 48_271) % 2_147_483_647;
    const symbol = state % 3 === 0 ? 'ETHUSDT' : 'BTCUSDT';
    price[symbol] *= 1 + ((state % 2_001) - 1_000) / 1e8;
    yield {
      ts: Date.UTC(2024, 7, 8) + index * 18,
      symbol,
      price: Math.round(price[symbol] * 100) / 100,
      size: (1 + (state % 999)) / 1_000,
    };
  }
}

const folder = process.argv[2] ?? (process.env['TICKWISE_DATA'] || undefined);
const directory = mkdtempSync(join(tmpdir(), 'tickwise-example-'));
const instance = await DuckDBInstance.create(join(directory, 'trades.db'));
const connection = await instance.connect();
const sink = duckdbSink<Trade>({
  connection,
  table: 'trades',
  columns: { ts: 'TIMESTAMP', symbol: 'VARCHAR', price: 'DOUBLE', size: 'DOUBLE' },
  createTable: true,
});
const writer = new BatchWriter<Trade>({ sink, name: 'trades', maxPending: COUNT });

let left = COUNT;
for (const trade of folder === undefined ? walkedTrades() : recordedTrades(folder)) {
  writer.add(trade);
  if (--left === 0) break;
}
await writer.close();

const { written, batches, deadLettered } = writer.stats();
console.log(
  `${written} ${folder === undefined ? 'synthetic' : 'recorded'} trades in ${batches} batches, ${deadLettered} refused`,
);
const bars = await connection.runAndReadAll(`
  SELECT strftime(time_bucket(INTERVAL 1 minute, ts), '%H:%M') AS minute, symbol,
         first(price ORDER BY rowid) AS open, max(price) AS high, min(price) AS low, last(price ORDER BY rowid) AS close,
         round(sum(size), 3) AS volume, count(*)::INTEGER AS trades
  FROM trades GROUP BY ALL ORDER BY minute, symbol`);
console.table(bars.getRowObjectsJS());

connection.closeSync();
instance.closeSync();
rmSync(directory, { recursive: true });
