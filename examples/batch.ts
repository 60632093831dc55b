// Writes trades in batches to a DuckDB file while the sink is down for a while and one row is bad.
// Run: npm run example -- batch
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchWriter, type Sink } from 'tickwise/batch';
import { duckdbSink } from 'tickwise/sinks/duckdb';

interface Trade {
  readonly ts: number;
  readonly symbol: string;
  readonly price: number;
}

const directory = mkdtempSync(join(tmpdir(), 'tickwise-example-'));
const database = duckdbSink<Trade>({
  path: join(directory, 'trades.db'),
  table: 'trades',
  columns: { ts: 'TIMESTAMP', symbol: 'VARCHAR', price: 'DOUBLE' },
  createTable: true,
});

// The database as it is on a bad day: its first two answers are errors.
let answers = 0;
const unreliable: Sink<Trade> = {
  async write(batch, context) {
    if (++answers <= 2) throw new Error('connection reset');
    return database.write(batch, context);
  },
  close: () => database.close(),
};

const writer = new BatchWriter<Trade>({
  sink: unreliable,
  name: 'trades',
  retry: { minDelay: 20 },
  deadLetter: ({ price }, error) => console.log(`not stored: price ${String(price)} (${String(error)})`),
});

for (let index = 0; index < 2_000; index++) {
  // The feed sends one price as text.
  const price = (index === 250 ? '60 000' : 60_000 + index) as number;
  writer.add({ ts: 1_723_100_000_000 + index, symbol: 'BTCUSDT', price });
}
await writer.close();

const { accepted, written, deadLettered, batches, retries } = writer.stats();
console.log({ accepted, written, deadLettered, batches, retries });
console.log(`statements: ${database.stats().statements}`);
rmSync(directory, { recursive: true });
