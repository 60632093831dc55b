import type { Benchmark } from '../runner/contract.js';
import { ccxt, pool, poolAndHub, receiving, socket } from './support/one-ticker.js';
import type { CcxtModule, WsModule } from './support/peers.js';
import { priceOf } from './support/ticks.js';

export default {
  question: 'what does a tick cost more than ws and one JSON.parse?',
  operation: 'tick',
  leastOperations: 960,
  checkOperations: 5_000,
  reference: (operations) => priceOf(operations - 1),
  contenders: [
    { name: 'FeedPool', ours: true, setup: () => receiving(pool) },
    { name: 'FeedPool and SubscriptionHub', ours: true, setup: () => receiving(poolAndHub) },
    {
      name: 'ccxt pro, a loop over watchTicker',
      package: 'ccxt',
      setup: (module) => receiving(ccxt(module as CcxtModule)),
    },
    {
      name: 'ws and JSON.parse by hand',
      package: 'ws',
      floor: true,
      setup: (module) => receiving(socket(module as WsModule)),
    },
  ],
  note: 'Compared is the newest price that the library holds. The loop over watchTicker gets a few ticks of each 1 000.',
} satisfies Benchmark;
