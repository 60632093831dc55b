/**
 * A bot for options: the venue lists 2,114 instruments, a few hundred are worth following. A UniverseFilter in front
 * subscribes to those alone; what is traded stays the same. With a Redis it also measures three ways to keep the newest
 * ticker of each. The instruments are synthetic, made from the chain snapshot of a data folder when there is one.
 *
 * Run: npm run example -- options-universe [--seconds 600] [--data folder] [--rule strict|wide]
 *   [--redis redis://127.0.0.1:6379] [--json]
 */
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { type BotReport, followEverything, followUniverse, WORTH } from './options-universe/bots.js';
import { makeChain } from './options-universe/chain.js';
import { measureLayouts } from './options-universe/layouts.js';
import { playSession } from './options-universe/session.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    data: { type: 'string', default: process.env['TICKWISE_DATA'] ?? '' },
    rule: { type: 'string', default: 'strict' },
    redis: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
const { instruments, source } = makeChain(values.data || undefined, seed);
const worth = values.rule === 'wide' ? WORTH.wide : values.rule === 'strict' ? WORTH.strict : undefined;
if (worth === undefined) throw new RangeError(`--rule takes strict or wide, got ${values.rule}`);
const everything = followEverything(playSession(instruments, seconds, seed), worth);
const universe = await followUniverse(playSession(instruments, seconds, seed), { worth });
const isSame = isDeepStrictEqual(everything.trades, universe.trades);
const layouts = values.redis === undefined ? [] : await layoutsIn(values.redis);

if (values.json) {
  const figures = { everything: figuresOf(everything), universe: figuresOf(universe) };
  console.log(JSON.stringify({ instruments: instruments.length, source, seconds, ...figures, isSame, layouts }));
} else {
  console.log(`${instruments.length} synthetic options made from ${source}, ${seconds} s of market time`);
  console.table({ everything: figuresOf(everything), 'with a filter': figuresOf(universe) });
  console.log(isSame ? 'The same trades, in the same order.' : 'THE TRADES DIFFER.');
  if (layouts.length > 0) console.table(layouts);
  else console.log('The Redis layouts need a server: --redis redis://127.0.0.1:6379');
}
process.exitCode = isSame && everything.trades.length > 0 ? 0 : 1;

function figuresOf({ trades, mostSubscriptions, subscribed, tickers, bytes, busyMs }: BotReport) {
  return { trades: trades.length, mostSubscriptions, subscribed, tickers, bytes, busyMs: Math.round(busyMs) };
}

async function layoutsIn(url: string) {
  const client = new Redis(url);
  try {
    return await measureLayouts(client, [...everything.latest.values()], `tickwise-example-${process.pid}:`);
  } finally {
    client.disconnect();
  }
}
