import { JsonCache, JsonSeries } from 'tickwise/json';
import type { Benchmark, Instance } from '../runner/contract.js';
import { type Candle, CANDLES, candlesAfter, firstCandles, NAMES, ringOfCandles } from './support/candles.js';
import { fastJsonOf, type FastJsonModule } from './support/peers.js';
import { objectTicks, ticks } from './support/ticks.js';

const CLIENTS = 100;

/** Asks once for each client; gives what the last one got. */
function forAll(ask: () => Buffer | undefined): () => Buffer | undefined {
  return () => {
    let last: Buffer | undefined;
    for (let client = 0; client < CLIENTS; client++) last = ask();
    return last;
  };
}

function series(): Instance {
  const ring = ringOfCandles();
  const json = new JsonSeries(ring, { columns: NAMES });
  return ticks(
    (close) => ring.amend({ close }),
    forAll(() => json.bytes(CANDLES)),
  );
}

/** Closed candles are frozen, as is common where they are shared; a tick makes a new last one. */
function frozenCandles(): Instance {
  const cache = new JsonCache();
  const candles: Candle[] = firstCandles().map((candle) => Object.freeze(candle));
  return ticks(
    (close) => {
      const last = candles.at(-1);
      if (last !== undefined) candles[candles.length - 1] = Object.freeze({ ...last, close });
    },
    forAll(() => cache.bytes(candles)),
  );
}

/** What a bot could do that knows when its candles change. */
function once(): Instance {
  return objectTicks((candles) => () => {
    const bytes = Buffer.from(JSON.stringify(candles));
    return forAll(() => bytes)();
  });
}

export default {
  question: `how long does a tick take in which the last of ${CANDLES} bars changes and ${CLIENTS} clients ask for them?`,
  headline: true,
  operation: 'tick',
  checkOperations: 27,
  reference: (operations) => JSON.stringify(candlesAfter(operations)),
  note: 'JsonCache finds out for each client whether the candles, plain objects, have changed; JsonSeries is told by the ring.',
  contenders: [
    { name: 'JsonSeries.bytes', ours: true, setup: series },
    {
      name: 'JsonCache.bytes',
      ours: true,
      setup() {
        const cache = new JsonCache();
        return objectTicks((candles) => forAll(() => cache.bytes(candles)));
      },
    },
    { name: 'JsonCache.bytes, candles frozen', ours: true, setup: frozenCandles },
    {
      name: 'JSON.stringify per client',
      setup: () => objectTicks((candles) => forAll(() => Buffer.from(JSON.stringify(candles)))),
    },
    {
      name: 'fast-json-stringify per client',
      package: 'fast-json-stringify',
      setup(module: FastJsonModule) {
        const stringify = fastJsonOf(module);
        return objectTicks((candles) => forAll(() => Buffer.from(stringify(candles), 'latin1')));
      },
    },
    { name: 'JSON.stringify once, by hand', floor: true, setup: once },
  ],
} satisfies Benchmark;
