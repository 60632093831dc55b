/**
 * Wraps the functions of a bot that exists, without changing them: first with the key that comes to mind, then with
 * the right one.
 * Run: npm run example -- wrapped-bot [folder with recordings, or TICKWISE_DATA]; without one, on a random walk.
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { cacheReasoning, cacheStats } from 'tickwise/memo';

/** Best prices and what is offered at them. */
interface Quote {
  readonly symbol: string;
  readonly bid: number;
  readonly bidSize: number;
  readonly ask: number;
  readonly askSize: number;
}

/* The bot as it is: a signal from every quote, and a text for every signal. */

function confidenceOf({ bidSize, askSize }: Quote): number {
  return bidSize / (bidSize + askSize);
}

function describe(symbol: string, confidence: number, bid: number, ask: number): string {
  const side = confidence > 0.5 ? 'buyers' : 'sellers';
  return `${symbol}: ${side} lead with ${confidence.toFixed(1)} at ${((bid + ask) / 2).toFixed(2)}`;
}

/* What is new: the same function with a cache in front of it, twice. */

// The key that comes to mind: all arguments. Sizes change with every quote, and so does every key.
const describeExactly = cacheReasoning(describe, { name: 'texts, all arguments' });

// What the text shows: confidence to one decimal, prices to two. Inputs that differ beyond that share a text.
const describeRounded = cacheReasoning(describe, {
  name: 'texts, rounded',
  key: (symbol, confidence, bid, ask) => [
    symbol,
    confidence.toFixed(1),
    confidence > 0.5,
    ((bid + ask) / 2).toFixed(2),
  ],
});

async function* recordedQuotes(folder: string): AsyncGenerator<Quote> {
  const file = createReadStream(join(folder, 'ws', 'binance-usdm-btc-eth-2024-08-08.ndjson.gz'));
  for await (const line of createInterface({ input: file.pipe(createGunzip()) })) {
    if (!line.includes('@bookTicker"')) continue;
    const { data } = (JSON.parse(line) as { msg: { data: Record<'s' | 'b' | 'B' | 'a' | 'A', string> } }).msg;
    yield { symbol: data.s, bid: +data.b, bidSize: +data.B, ask: +data.a, askSize: +data.A };
  }
}

async function* randomQuotes(count: number): AsyncGenerator<Quote> {
  let state = 20_240_808;
  const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  let bid = 61_000;
  for (let index = 0; index < count; index++) {
    if (random() < 0.03) bid = Math.round((bid + random() - 0.5) * 10) / 10;
    const [bidSize, askSize] = [Math.ceil(random() * 5_000) / 1_000, Math.ceil(random() * 5_000) / 1_000];
    yield { symbol: 'BTCUSDT', bid, bidSize, ask: bid + 0.1, askSize };
  }
}

const folder = process.argv[2] ?? process.env['TICKWISE_DATA'];
const quotes = folder === undefined ? randomQuotes(20_000) : recordedQuotes(folder);
let different = 0;
let wrong = 0;
/** The inputs that each text was made from. */
const inputsOf = new Map<string, string>();

for await (const quote of quotes) {
  const { symbol, bid, ask } = quote;
  const args = [symbol, confidenceOf(quote), bid, ask] as const;
  const exact = describeExactly(...args);
  const rounded = describeRounded(...args);
  if (rounded !== exact) wrong++;
  const inputs = args.join();
  if ((inputsOf.get(rounded) ?? inputs) !== inputs) different++;
  else inputsOf.set(rounded, inputs);
}

for (const { name, calls, hits, loads, hitRate } of Object.values(cacheStats().caches)) {
  console.log(`${name}: ${calls} calls, ${hits} hits (${(hitRate * 100).toFixed(1)} %), ${loads} texts written`);
}
console.log(
  `${different} texts were served for inputs that differ beyond the rounding; ${wrong} of them read otherwise`,
);
