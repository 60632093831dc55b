import { JsonCache } from 'tickwise/json';
import type { Benchmark } from '../runner/contract.js';
import { CANDLES, candlesAfter } from './support/candles.js';
import { fastJsonOf, type FastJsonModule } from './support/peers.js';
import { objectTicks } from './support/ticks.js';

export default {
  question: `how long does JsonCache take where it is of no use: ${CANDLES} bars that differ at each call?`,
  operation: 'call',
  checkOperations: 507,
  reference: (operations) => JSON.stringify(candlesAfter(operations)),
  note: 'Here we lose: each call compares up to what has changed, serialises, and records what it serialised.',
  contenders: [
    {
      name: 'JsonCache.stringify',
      ours: true,
      setup() {
        const cache = new JsonCache();
        return objectTicks((candles) => () => cache.stringify(candles));
      },
    },
    { name: 'JSON.stringify', floor: true, setup: () => objectTicks((candles) => () => JSON.stringify(candles)) },
    {
      name: 'fast-json-stringify',
      package: 'fast-json-stringify',
      setup(module: FastJsonModule) {
        const stringify = fastJsonOf(module);
        return objectTicks((candles) => () => stringify(candles));
      },
    },
  ],
} satisfies Benchmark;
