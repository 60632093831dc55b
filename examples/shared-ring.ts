/**
 * A feed thread hands trades to a model thread through shared memory, and nothing is lost on the way.
 *
 *   npm run example -- shared-ring [--data <folder with recordings>]
 *
 * The trades are those of a recorded session in that folder, or in TICKWISE_DATA; without one, a seeded random walk.
 */
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { SharedRing, type SharedRingHandle } from 'tickwise/ring';

const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];
const FIELDS = ['symbol', 'price', 'quantity'] as const;
const RECORDING = 'ws/binance-usdm-btc-eth-2024-08-08.ndjson.gz';

/** What a thread is told. */
interface Task {
  readonly role: 'feed' | 'model';
  readonly trades: SharedRingHandle<typeof FIELDS>;
  /** The recording; undefined for the random walk. */
  readonly file: string | undefined;
}

/** What each thread adds up by itself: trades, quantity and turnover of each symbol. */
class Tally {
  readonly sums = SYMBOLS.map(() => ({ trades: 0, quantity: 0, turnover: 0 }));

  add(symbol: number, price: number, quantity: number): void {
    const sum = this.sums[symbol];
    if (sum === undefined) return;
    sum.trades++;
    sum.quantity += quantity;
    sum.turnover += price * quantity;
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { data: { type: 'string' } } });
  const folder = values.data ?? process.env['TICKWISE_DATA'] ?? '';
  const file = existsSync(join(folder, RECORDING)) ? join(folder, RECORDING) : undefined;
  console.log(file === undefined ? 'trades of a seeded random walk' : `trades of ${RECORDING}`);

  const ring = new SharedRing({ capacity: 1_024, fields: FIELDS, timeout: 30_000 });
  const [sent, received] = await Promise.all([
    start({ role: 'feed', trades: ring.handle, file }),
    start({ role: 'model', trades: ring.handle, file }),
  ]);

  for (const [i, { trades, quantity, turnover }] of received.entries())
    console.log(
      `${SYMBOLS[i]}: ${trades} trades of ${quantity.toFixed(3)} at ${(turnover / quantity).toFixed(5)} on average`,
    );
  const isSame = JSON.stringify(sent) === JSON.stringify(received);
  const { published, read } = ring.stats();
  console.log(`${published} sent, ${read} received, ${isSame ? 'the same' : 'NOT THE SAME'} in both threads`);
  if (!isSame) process.exitCode = 1;
}

async function start(task: Task): Promise<Tally['sums']> {
  const [sums] = await once(new Worker(new URL(import.meta.url), { workerData: task }), 'message');
  return sums as Tally['sums']; // what both threads send
}

/** The feed thread: one record per trade. When the ring is full, it waits. */
function feed({ trades, file }: Task): Tally {
  const tally = new Tally();
  const writer = SharedRing.attach(trades).writer();
  for (const [symbol, price, quantity] of file === undefined ? randomTrades() : recordedTrades(file)) {
    writer.write(symbol, price, quantity);
    tally.add(symbol, price, quantity);
  }
  writer.end();
  return tally;
}

/** The model thread: reads as many records as there are, where they lie, then lets its event loop go on. */
async function model({ trades }: Task): Promise<Tally> {
  const tally = new Tally();
  const ring = SharedRing.attach(trades);
  const { symbol, price, quantity } = ring.offsets;
  const reader = ring.reader();
  while (await reader.ready(30_000))
    reader.poll((values, from, to) => {
      for (let at = from; at < to; at += FIELDS.length)
        tally.add(values[at + symbol] ?? -1, values[at + price] ?? 0, values[at + quantity] ?? 0);
    });
  return tally;
}

type Trade = readonly [symbol: number, price: number, quantity: number];

function* recordedTrades(file: string): Generator<Trade> {
  for (const line of gunzipSync(readFileSync(file)).toString().split('\n')) {
    if (!line.includes('@trade"')) continue;
    const { msg } = JSON.parse(line) as { msg: { data: { s: string; p: string; q: string } } }; // Binance's trade stream
    yield [SYMBOLS.indexOf(msg.data.s), Number(msg.data.p), Number(msg.data.q)];
  }
}

function* randomTrades(): Generator<Trade> {
  let state = 20_240_808;
  const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const prices = [61_785, 2_681];
  for (let i = 0; i < 100_000; i++) {
    const symbol = i % SYMBOLS.length;
    const price = Math.round((prices[symbol] ?? 0) * (1 + (random() - 0.5) / 1_000) * 100) / 100;
    prices[symbol] = price;
    yield [symbol, price, Math.ceil(random() * 1_000) / 1_000];
  }
}

if (isMainThread) {
  await main();
} else {
  const task = workerData as Task; // what `start` sends
  const { sums } = task.role === 'feed' ? feed(task) : await model(task);
  parentPort?.postMessage(sums, []);
}
