import { JsonSeries } from 'tickwise/json';
import type { Benchmark, Instance } from '../runner/contract.js';
import { type Candle, candleAt, CANDLES, firstCandles, NAMES, ringOfCandles } from './support/candles.js';
import { fastJsonOf, type FastJsonModule } from './support/peers.js';

/** Takes one more candle with each operation, then asks; the answer is the text of the last time. */
function bars(add: (candle: Candle) => void, ask: () => Buffer): Instance {
  let done = 0;
  let last: Buffer | undefined;
  return {
    run(operations) {
      for (let i = 0; i < operations; i++) {
        add(candleAt(CANDLES + done++));
        last = ask();
      }
      return last;
    },
    answer: () => last?.toString(),
  };
}

function series(question: 'bytes' | 'view'): Instance {
  const ring = ringOfCandles();
  const json = new JsonSeries(ring, { columns: NAMES });
  return bars(
    (candle) => ring.push(candle),
    () => json[question](CANDLES),
  );
}

/** An array of objects, as bots have it. */
function objects(stringify: (candles: readonly Candle[]) => Buffer): Instance {
  const candles = firstCandles();
  return bars(
    (candle) => {
      candles.shift();
      candles.push(candle);
    },
    () => stringify(candles),
  );
}

/** The text of each candle beside it, joined anew. */
function fragments(): Instance {
  const texts = firstCandles().map((candle) => JSON.stringify(candle));
  return bars(
    (candle) => {
      texts.shift();
      texts.push(JSON.stringify(candle));
    },
    () => Buffer.from(`[${texts.join()}]`, 'latin1'),
  );
}

export default {
  question: `how long until ${CANDLES} bars are JSON again after one more came?`,
  operation: 'bar',
  checkOperations: 1_507,
  reference: (operations) => JSON.stringify(Array.from({ length: CANDLES }, (_, i) => candleAt(i + operations))),
  contenders: [
    { name: 'JsonSeries.bytes', ours: true, setup: () => series('bytes') },
    { name: 'JsonSeries.view', ours: true, setup: () => series('view') },
    { name: 'JSON.stringify', setup: () => objects((candles) => Buffer.from(JSON.stringify(candles))) },
    {
      name: 'fast-json-stringify',
      package: 'fast-json-stringify',
      setup(module: FastJsonModule) {
        const stringify = fastJsonOf(module);
        return objects((candles) => Buffer.from(stringify(candles), 'latin1'));
      },
    },
    { name: 'the text of each bar, joined by hand', floor: true, setup: fragments },
  ],
} satisfies Benchmark;
