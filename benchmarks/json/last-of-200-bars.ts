import { JsonSeries } from 'tickwise/json';
import type { Benchmark, Instance } from '../runner/contract.js';
import { type Candle, CANDLES, candlesAfter, firstCandles, NAMES, ringOfCandles } from './support/candles.js';
import { fastJsonOf, type FastJsonModule } from './support/peers.js';
import { objectTicks, ticks } from './support/ticks.js';

type Question = 'bytes' | 'view' | 'stringify';

function series(question: Question): Instance {
  const ring = ringOfCandles();
  const json = new JsonSeries(ring, { columns: NAMES });
  return ticks(
    (close) => ring.amend({ close }),
    () => json[question](CANDLES),
  );
}

/** The texts of candles that are closed, kept by their identity: wrong as soon as one of them is corrected. */
function fragments(candles: readonly Candle[]): () => Buffer {
  const texts = new WeakMap<Candle, string>();
  return () => {
    let text = '[';
    for (let i = 0; i < CANDLES - 1; i++) {
      const candle = candles[i];
      if (candle === undefined) continue;
      let part = texts.get(candle);
      if (part === undefined) texts.set(candle, (part = JSON.stringify(candle)));
      text += `${part},`;
    }
    return Buffer.from(`${text}${JSON.stringify(candles[CANDLES - 1])}]`, 'latin1');
  };
}

/** The bytes of all but the last candle, in a buffer that is written to again: right only if nothing else changes. */
function prefix(): Instance {
  const candles = firstCandles();
  const bytes = Buffer.alloc(100_000);
  const texts = candles.slice(0, -1).map((candle) => JSON.stringify(candle));
  const closed = bytes.write(`[${texts.join()},`);
  const last = candles[CANDLES - 1];
  return ticks(
    (close) => {
      if (last !== undefined) last.close = close;
    },
    () => bytes.subarray(0, closed + bytes.write(`${JSON.stringify(last)}]`, closed, 'latin1')),
  );
}

export default {
  question: `how long until ${CANDLES} bars are JSON again after the last one changed?`,
  operation: 'tick',
  checkOperations: 1_507,
  reference: (operations) => JSON.stringify(candlesAfter(operations)),
  note: 'JsonSeries: bytes are a copy that may be kept, view is its memory itself. All others but the text alone give a Buffer.',
  contenders: [
    { name: 'JsonSeries.bytes', ours: true, setup: () => series('bytes') },
    { name: 'JsonSeries.view', ours: true, setup: () => series('view') },
    { name: 'JsonSeries.stringify', ours: true, setup: () => series('stringify') },
    { name: 'JSON.stringify, the text alone', setup: () => objectTicks((candles) => () => JSON.stringify(candles)) },
    { name: 'JSON.stringify', setup: () => objectTicks((candles) => () => Buffer.from(JSON.stringify(candles))) },
    {
      name: 'fast-json-stringify',
      package: 'fast-json-stringify',
      setup(module: FastJsonModule) {
        const stringify = fastJsonOf(module);
        return objectTicks((candles) => () => Buffer.from(stringify(candles), 'latin1'));
      },
    },
    { name: 'closed bars as texts by identity', setup: () => objectTicks(fragments) },
    { name: 'closed bars as bytes, in one buffer by hand', floor: true, setup: prefix },
  ],
} satisfies Benchmark;
