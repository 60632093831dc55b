import type { Benchmark } from '../runner/contract.js';
import { MODELS, SYMBOLS } from './support/models.js';
import { everyTick, nineModels, ownSockets, shared } from './support/nine-models.js';
import type { WsModule } from './support/peers.js';
import { openSocket, parsePrice } from './support/sockets.js';
import { priceOf, topicsOf } from './support/ticks.js';

function sums(operations: number): number[][] {
  const sum = Array.from({ length: SYMBOLS }, () => 0);
  for (let tick = 0; tick < operations; tick++) sum[tick % SYMBOLS] = (sum[tick % SYMBOLS] ?? 0) + priceOf(tick);
  return sum.map((each) => Array.from({ length: MODELS }, () => each));
}

export default {
  question: `what does a tick cost the bot when ${MODELS} models want every tick of ${SYMBOLS} symbols?`,
  headline: true,
  operation: 'tick',
  leastOperations: 960,
  checkOperations: 5_000,
  reference: sums,
  contenders: [
    { name: 'FeedPool and SubscriptionHub', ours: true, setup: () => nineModels(everyTick(), shared()) },
    {
      name: 'ws, 27 sockets, each parses',
      package: 'ws',
      setup: (module) => nineModels(everyTick(), ownSockets(module as WsModule)),
    },
    {
      name: 'ws, one socket by hand, parsed once',
      package: 'ws',
      floor: true,
      setup: (module) =>
        nineModels(everyTick(), async (url, grid) => {
          let tick = 0;
          return openSocket(module as WsModule, url, topicsOf(SYMBOLS), (data) => {
            const price = parsePrice(data);
            // The venue sends the symbols in turn, which by hand is known.
            for (const { receive } of grid[tick++ % SYMBOLS] ?? []) receive(price);
          });
        }),
    },
  ],
  note: 'Ticks of about 300 bytes over loopback; the venue is another process and not counted.',
} satisfies Benchmark;
