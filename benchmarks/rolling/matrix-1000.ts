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
    'numpy writes the full matrix. The lists of numbers write one pair in a hundred: the time of all pairs is 100 times ' +
    'as long. Every matrix is written at once after its bar, so that nothing is put off from bar to bar. numpy ' +
    'runs in a process of its own on one thread, the pipe to it included; without it its line says so. Ours grows with ' +
    'pairs, the others with pairs times window.',
  contenders: [
    {
      name: 'RollingCorrelation, each pair once',
      ours: true,
      setup: () => pushes('wasm', { reads: 'triangle' }),
    },
    {
      name: 'RollingCorrelation, each pair once, ticks',
      ours: true,
      setup: () => pushes('wasm', { reads: 'triangle', tickSize: 0.01 }),
    },
    { name: 'RollingCorrelation, full matrix', ours: true, setup: () => pushes('wasm', { reads: 'matrix' }) },
    {
      name: 'RollingCorrelation, full matrix, one worker',
      ours: true,
      setup: () => pushes('wasm', { reads: 'matrix', workers: 1 }),
    },
    {
      name: 'RollingCorrelation, each pair once, JavaScript',
      ours: true,
      setup: () => pushes('js', { reads: 'triangle' }),
    },
    { name: 'numpy corrcoef, one thread', setup: () => numpyMatrix() },
    { name: 'lists of numbers, 1 pair in 100', setup: () => naiveSample() },
  ],
} satisfies Benchmark;
