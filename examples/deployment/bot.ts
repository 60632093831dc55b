/**
 * A bot as it is deployed: trades over one connection, the regime of each symbol through a cache in Redis, signals as
 * records in another Redis, health and metrics over HTTP, and an end without a loss at SIGTERM. What it trades by, two
 * averages that cross, is a stand-in.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { BatchWriter } from 'tickwise/batch';
import { binance, type FeedEvent, FeedPool, type Trade } from 'tickwise/feed';
import { Ema } from 'tickwise/indicators';
import { cacheRegime } from 'tickwise/memo';
import { closeAll, ErrorLog, MetricsRegistry, ProcessSampler } from 'tickwise/metrics';
import { RingBuffer } from 'tickwise/ring';
import { redisSink } from 'tickwise/sinks/redis';
import { redisStore } from 'tickwise/stores/redis';
import { readSettings } from './settings.js';

/** What the bot wants to have done. */
interface Signal {
  readonly ts: number;
  readonly symbol: string;
  readonly action: 'buy' | 'sell';
  readonly price: number;
  readonly regime: string;
}

/** Trades that a symbol's regime is told from. */
const REMEMBERED = 500;
/** Share of the price by which trades of a calm symbol differ at most. */
const CALM = 0.001;

const { venue, symbols, records, cache, folder, port, quiet } = readSettings(process.env);
const errors = new ErrorLog();
const report = (error: unknown, context?: object): void => errors.report(error, { ...context });
const client = (url: string): Redis => new Redis(url, { lazyConnect: true });
const prices = new Map(symbols.map((symbol) => [symbol, new RingBuffer<number>(REMEMBERED)]));
const pool = new FeedPool({ protocol: binance('spot'), url: venue, onError: report });
const writer = new BatchWriter<Signal>({
  name: 'signals',
  sink: redisSink({ client: client(records), layout: { type: 'stream', key: 'signals' }, onError: report }),
  journal: { directory: join(folder, 'signals') },
  onError: report,
});
// Five minutes from the cache, also for a bot that was just restarted, and for others that share it.
const regimeOf = cacheRegime(
  function regimeOf(symbol: string): Promise<string> {
    const seen = prices.get(symbol)?.toArray() ?? [];
    const range = Math.max(...seen) - Math.min(...seen);
    return Promise.resolve(range < (seen.at(-1) ?? 0) * CALM ? 'calm' : 'wild');
  },
  { name: 'regime', store: redisStore({ client: client(cache) }), lease: true },
);
const metrics = new MetricsRegistry();
metrics.add('process', new ProcessSampler());
metrics.add('feed', pool);
metrics.add('signals', writer);
metrics.add('regime', regimeOf);
let latest = performance.now();

const server = createServer(({ url }, response) => {
  if (url === '/metrics') response.end(metrics.prometheus());
  else response.writeHead(url === '/health' ? health() : 404).end();
});
server.listen(port, '0.0.0.0');
await once(server, 'listening');
console.log(`follows ${symbols.join(', ')}; health and metrics on port ${port}`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end());
// Not awaited: a venue that is away for now must not keep the bot from telling so, nor from its end.
for (const symbol of symbols) void pool.subscribe(`${symbol.toLowerCase()}@trade`, follower(symbol)).catch(report);

/** Follows the trades of a symbol and says when its averages cross. */
function follower(symbol: string): (event: FeedEvent) => void {
  const [fast, slow] = [new Ema(12), new Ema(26)];
  let isAbove: boolean | undefined;
  return (event) => {
    if (event.kind !== 'trade') return;
    latest = performance.now();
    for (const trade of event.items) {
      prices.get(symbol)?.push(trade.price);
      const difference = fast.push(trade.price) - slow.push(trade.price);
      if (Number.isNaN(difference) || difference === 0 || difference > 0 === isAbove) continue;
      if (isAbove !== undefined) void decide(symbol, trade, difference > 0 ? 'buy' : 'sell').catch(report);
      isAbove = difference > 0;
    }
  };
}

async function decide(symbol: string, { ts, price }: Trade, action: Signal['action']): Promise<void> {
  await writer.write({ ts, symbol, action, price, regime: await regimeOf(symbol) });
}

/** Well while trades come: 200, else 503. A database that is down is no reason to restart: the journal holds the rows. */
function health(): number {
  return performance.now() - latest < quiet ? 200 : 503;
}

/** The feed first, then what it brought is written. Nothing keeps the process afterwards. */
async function end(): Promise<void> {
  server.close();
  await closeAll({ timeout: 20_000 }).catch(report);
  console.log(`stored ${writer.stats().written} signals`);
  process.exitCode = writer.stats().pending === 0 ? 0 : 1;
}
