import { memo } from 'tickwise/memo';
import type { Benchmark } from '../runner/contract.js';
import { BARS, windows } from './support/hit-arguments.js';
import { askOne, hitAnswer, TTL, WARMUP } from './support/hit-drive.js';
import { serialisedContenders } from './support/hit-serialised.js';

export default {
  question: `how long does a hit on a window of ${BARS} bars take, given as objects of six numbers?`,
  headline: true,
  operation: 'hit',
  leastWarmup: WARMUP,
  checkOperations: 100,
  reference: (operations) => hitAnswer(16, operations),
  contenders: [
    {
      name: 'memo, fingerprint',
      ours: true,
      setup: () => askOne(windows, (load) => memo(load, { ttl: TTL, keyMode: 'fingerprint' })),
    },
    { name: 'memo, exact', ours: true, setup: () => askOne(windows, (load) => memo(load, { ttl: TTL })) },
    ...serialisedContenders(windows),
  ],
  note: 'A fingerprint is not exact: it has 128 bits. A SeriesRing as argument costs a hundredth: hit-series-ring.',
} satisfies Benchmark;
