import type { Benchmark, Instance } from '../runner/contract.js';
import { ccxt, type Connect, openClient, poolAndHub } from './support/one-ticker.js';
import type { CcxtModule } from './support/peers.js';
import { priceOf } from './support/ticks.js';

/** Ticks of a burst. */
const BURST = 100;

/** Counts the bursts after which the user's code holds another price than that of the last tick. */
async function bursts(connect: Connect, mayMiss: boolean): Promise<Instance> {
  const client = await openClient(connect);
  let done = 0;
  return {
    async run(operations) {
      let missed = 0;
      for (const end = done + operations; done < end; done++) {
        await client.receive(BURST);
        // Time for loops that wait for a promise.
        for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
        if (client.got() !== priceOf((done + 1) * BURST - 1)) missed++;
      }
      if (missed > 0 && !mayMiss) throw new Error(`${missed} of ${operations} bursts ended without their last tick`);
      return missed;
    },
    answer: client.known,
    close: client.close,
  };
}

export default {
  question: `after how many bursts of ${BURST} ticks does the bot not hold the last one?`,
  unit: 'misses',
  operation: 'burst',
  operations: 1_000,
  checkOperations: 100,
  reference: (operations) => priceOf(operations * BURST - 1),
  contenders: [
    { name: 'FeedPool and SubscriptionHub', ours: true, setup: () => bursts(poolAndHub, false) },
    {
      name: 'ccxt pro, a loop over watchTicker',
      package: 'ccxt',
      setup: (module) => bursts(ccxt(module as CcxtModule), true),
    },
  ],
  note: 'watchTicker resolves with the first tick of what was read at once; the loop holds that price until the next burst.',
} satisfies Benchmark;
