import type { Benchmark } from '../runner/contract.js';
import { MODELS, SYMBOLS } from './support/models.js';
import { newestOfTwenty, nineModels, ownSockets, shared } from './support/nine-models.js';
import type { WsModule } from './support/peers.js';
import { openSocket, parsePrice } from './support/sockets.js';
import { lastTicks, priceOf, topicsOf } from './support/ticks.js';

export default {
  question: `what does a tick cost the bot when ${MODELS} models want the newest of every 20 ticks of ${SYMBOLS} symbols?`,
  operation: 'tick',
  leastOperations: 960,
  checkOperations: 4_800,
  reference: (operations) =>
    lastTicks(0, operations, SYMBOLS).map((tick) => Array.from({ length: MODELS }, () => priceOf(tick ?? NaN))),
  contenders: [
    {
      name: 'FeedPool that conflates, and SubscriptionHub',
      ours: true,
      setup: () => nineModels(newestOfTwenty(), shared({ conflate: { topics: () => true } })),
    },
    {
      name: 'FeedPool, every tick, and SubscriptionHub',
      ours: true,
      setup: () => nineModels(newestOfTwenty(), shared()),
    },
    {
      name: 'ws, 27 sockets, each parses',
      package: 'ws',
      setup: (module) => nineModels(newestOfTwenty(), ownSockets(module as WsModule)),
    },
    {
      name: 'ws, one socket by hand, the newest of a turn parsed',
      package: 'ws',
      floor: true,
      setup: (module) =>
        nineModels(newestOfTwenty(), async (url, grid) => {
          const newest: (Buffer | undefined)[] = [];
          let tick = 0;
          let turn: NodeJS.Immediate | undefined;
          const deliver = (): void => {
            turn = undefined;
            for (const [symbol, data] of newest.entries()) {
              if (data === undefined) continue;
              newest[symbol] = undefined;
              const price = parsePrice(data);
              for (const { receive } of grid[symbol] ?? []) receive(price);
            }
          };
          return openSocket(module as WsModule, url, topicsOf(SYMBOLS), (data) => {
            newest[tick++ % SYMBOLS] = data;
            turn ??= setImmediate(deliver);
          });
        }),
    },
  ],
  note: 'The 20 ticks of each symbol come in one piece, and the next are ordered when the newest has reached every model.',
} satisfies Benchmark;
