import type { Benchmark } from '../runner/contract.js';
import { atDistance } from './support/distance.js';
import { byHand, type CopyStreams, copyBinary, insertEach, ours, unnest } from './support/postgres-contenders.js';
import { postgresUrl } from './support/postgres-server.js';
import { BATCH, ROWS } from './support/trade-rows.js';

/** Rows of a block that are inserted one by one: each takes a round trip of more than 2 ms. */
const EACH = 32;

const far = async (): Promise<string> => atDistance(await postgresUrl(), 1);

export default {
  question: 'how long does a row take into Postgres, in batches of 500, 1 ms away each way?',
  unit: 'wall-ns',
  operation: 'row',
  leastOperations: 16 * BATCH,
  checkOperations: 700,
  reference: (operations) => {
    const tenths = ROWS.slice(0, operations).reduce((sum, { price }) => sum + Math.round(price * 10), 0);
    return { rows: operations, price: (tenths / 10).toFixed(1) };
  },
  contenders: [
    {
      name: 'BatchWriter, COPY, up to 4 in flight',
      ours: true,
      setup: async () => ours(await far(), { method: 'copy' }, 4),
    },
    {
      name: 'BatchWriter, unnest, up to 4 in flight',
      ours: true,
      setup: async () => ours(await far(), { method: 'unnest' }, 4),
    },
    { name: 'pg, unnest by hand', package: 'pg', setup: async () => byHand(await far(), unnest) },
    {
      name: 'pg-copy-streams, binary',
      package: 'pg-copy-streams',
      setup: async (module) => byHand(await far(), copyBinary(module as CopyStreams)),
    },
    {
      name: 'pg, one awaited INSERT each',
      package: 'pg',
      setup: async () => ({ ...(await byHand(await far(), insertEach)), leastOperations: EACH }),
    },
  ],
  note: 'The delay passes in a thread of the same process. COPY by streams takes two round trips, ours one.',
} satisfies Benchmark;
