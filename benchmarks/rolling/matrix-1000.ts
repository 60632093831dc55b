import type { Benchmark } from '../runner/contract.js';
import { naiveSample, pushes } from './support/contenders.js';
import { numpyMatrix } from './support/numpy.js';
import { digestOf, makeBars, newest, PAIRS, SYMBOLS, WINDOW } from './support/market.js';

const bars = makeBars(SYMBOLS);

export default {
  question: `how long do all ${PAIRS} correlations of ${SYMBOLS} symbols take after a new bar, window ${WINDOW}?`,
  operation: 'bar',
  unit: 'wall-ns',
  checkOperations: 3,
  leastOperations: 1,
  reference: (operations) => digestOf(newest(bars, WINDOW + operations)),
  note:
    'All write the full matrix, but for the lists of numbers, of which the time of all pairs is 100 times as long. numpy ' +
    'runs in a process of its own on one thread, the pipe to it included; without it its line says so. Ours grows with ' +
    'pairs, the others with pairs times window.',
  contenders: [
    { name: 'RollingCorrelation, WebAssembly', ours: true, setup: () => pushes('wasm', { isRead: true }) },
    {
      name: 'RollingCorrelation, WebAssembly, ticks',
      ours: true,
      setup: () => pushes('wasm', { isRead: true, tickSize: 0.01 }),
    },
    {
      name: 'RollingCorrelation, WebAssembly, one worker',
      ours: true,
      setup: () => pushes('wasm', { isRead: true, workers: 1 }),
    },
    { name: 'RollingCorrelation, JavaScript', ours: true, setup: () => pushes('js', { isRead: true }) },
    { name: 'numpy corrcoef, one thread', setup: () => numpyMatrix() },
    { name: 'lists of numbers, 1 pair in 100', setup: () => naiveSample() },
  ],
} satisfies Benchmark;
