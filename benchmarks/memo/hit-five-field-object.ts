import { memo } from 'tickwise/memo';
import type { Benchmark } from '../runner/contract.js';
import { fiveFields } from './support/hit-arguments.js';
import { askOne, hitAnswer, TTL, WARMUP } from './support/hit-drive.js';
import { serialisedContenders } from './support/hit-serialised.js';

export default {
  question: 'how long does a hit on an object of five fields take, made anew for each call?',
  operation: 'hit',
  leastWarmup: WARMUP,
  checkOperations: 1_000,
  reference: (operations) => hitAnswer(64, operations),
  contenders: [
    { name: 'memo', ours: true, setup: () => askOne(fiveFields, (load) => memo(load, { ttl: TTL })) },
    ...serialisedContenders(fiveFields),
  ],
  note: 'JSON keys depend on the order of fields, and take NaN for null and a Date for its text.',
} satisfies Benchmark;
