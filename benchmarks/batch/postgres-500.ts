import type { Benchmark } from '../runner/contract.js';
import {
  byHand,
  type CopyStreams,
  copyBinary,
  copyText,
  insertEach,
  ours,
  unnest,
} from './support/postgres-contenders.js';
import { postgresUrl } from './support/postgres-server.js';
import { BATCH, ROWS } from './support/trade-rows.js';

export default {
  question: 'how long does a row take into Postgres, in batches of 500?',
  unit: 'wall-ns',
  operation: 'row',
  leastOperations: BATCH,
  checkOperations: 1_300,
  reference: (operations) => {
    const tenths = ROWS.slice(0, operations).reduce((sum, { price }) => sum + Math.round(price * 10), 0);
    return { rows: operations, price: (tenths / 10).toFixed(1) };
  },
  contenders: [
    { name: 'BatchWriter, COPY', ours: true, setup: async () => ours(await postgresUrl(), { method: 'copy' }) },
    { name: 'BatchWriter, unnest', ours: true, setup: async () => ours(await postgresUrl(), { method: 'unnest' }) },
    {
      name: 'BatchWriter, unnest, up to 4 in flight',
      ours: true,
      setup: async () => ours(await postgresUrl(), { method: 'unnest' }, 4),
    },
    { name: 'pg, unnest by hand', package: 'pg', setup: async () => byHand(await postgresUrl(), unnest) },
    {
      name: 'pg-copy-streams, text',
      package: 'pg-copy-streams',
      setup: async (module) => byHand(await postgresUrl(), copyText(module as CopyStreams)),
    },
    {
      name: 'pg-copy-streams, binary',
      package: 'pg-copy-streams',
      setup: async (module) => byHand(await postgresUrl(), copyBinary(module as CopyStreams)),
    },
    { name: 'pg, one awaited INSERT each', package: 'pg', setup: async () => byHand(await postgresUrl(), insertEach) },
  ],
  note: 'Those by hand know the types and escape nothing. Ours checks every value, and reads the types from the table.',
} satisfies Benchmark;
