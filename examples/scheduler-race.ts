// Three schedulers in the same simulated exchange, in virtual time: six at once, fifty at once, and adaptive.
// Writes a page with curves of concurrency, latency, refusals and completions; it needs nothing but a browser.
// Run: npm run example -- scheduler-race [seed] [file]
import { writeFile } from 'node:fs/promises';
import pLimit from 'p-limit';
import { VirtualClock } from 'tickwise';
import { AdaptiveScheduler } from 'tickwise/schedule';
import { RaceExchange, type Refusal, VENUE } from './scheduler-race/exchange.js';
import { pageOf } from './scheduler-race/page.js';
import { type Lane, Recording } from './scheduler-race/recording.js';

const SYMBOLS = 3_000;
/** Milliseconds between two points of a curve. */
const STEP = 250;

const [seed = '11', file = 'scheduler-race.html'] = process.argv.slice(2);

/** Gets all symbols from a venue, the way that is to be shown. */
type Runner = (clock: VirtualClock, exchange: RaceExchange) => Promise<unknown>;

const all = Array.from({ length: SYMBOLS }, (_, symbol) => symbol);

/** As bots do it: a limiter with a fixed number, and a loop that waits for Retry-After and tries again. */
function fixed(atOnce: number): Runner {
  return async (clock, exchange) => {
    const limit = pLimit(atOnce);
    const ask = async (symbol: number): Promise<void> => {
      for (let attempt = 1; ; attempt++) {
        const refusal = await exchange.request(symbol, { attempt }).catch((error: Refusal) => error);
        if (!(refusal instanceof Error)) return;
        await new Promise<void>((resolve) => void clock.setTimeout(resolve, refusal.pauseFor + attempt));
      }
    };
    await Promise.all(all.map((symbol) => limit(ask, symbol)));
  };
}

const adaptive: Runner = (clock, exchange) =>
  new AdaptiveScheduler({ clock }).run(all, exchange.request, { weight: exchange.weightOf });

async function race(name: string, runner: Runner): Promise<Lane> {
  const clock = new VirtualClock();
  const exchange = new RaceExchange(clock, Number(seed));
  const recording = new Recording(name, exchange);
  const state = { isOver: false };
  const run = runner(clock, exchange).finally(() => (state.isOver = true));
  while (!state.isOver) {
    recording.note(clock.now());
    await clock.advance(STEP);
  }
  await run;
  console.log(
    `${name.padEnd(12)} ${(clock.now() / 1_000).toFixed(1)} s, ${exchange.refused} x 429, ` +
      `${exchange.banned} x 418, ${exchange.answered} of ${SYMBOLS} symbols, at most ${exchange.most} at once`,
  );
  return recording.lane(clock.now());
}

console.log(`A venue of capacity ${VENUE.capacity.join(', then ')}, ${VENUE.rate} weight per second, and bans:`);
const lanes = [
  await race('6 at once', fixed(6)),
  await race('50 at once', fixed(50)),
  await race('adaptive', adaptive),
];
await writeFile(file, pageOf(lanes, { seed: Number(seed), symbols: SYMBOLS }));
console.log(`The curves are in ${file}.`);
