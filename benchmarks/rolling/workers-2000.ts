import type { Benchmark, Contender } from '../runner/contract.js';
import { pushes } from './support/contenders.js';
import { digestOf, makeBars, newest, WINDOW } from './support/market.js';

const SYMBOLS = 2_000;
const bars = makeBars(SYMBOLS);

const ours = (name: string, workers: number): Contender => ({
  name,
  ours: true,
  setup: () => pushes('wasm', { symbols: SYMBOLS, reads: 'matrix', workers }),
});

export default {
  question: `what does a worker thread save with ${SYMBOLS} symbols, all correlations written after each bar?`,
  operation: 'bar',
  unit: 'wall-ns',
  checkOperations: 4,
  leastOperations: 2,
  reference: (operations) => digestOf(newest(bars, WINDOW + operations)),
  note: 'A worker takes a share of sums and correlations; copying the matrix to the caller stays with one thread.',
  contenders: [ours('one thread', 0), ours('one worker beside it', 1)],
} satisfies Benchmark;
