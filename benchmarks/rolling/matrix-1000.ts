import type { Benchmark } from '../runner/contract.js';
import { naiveMatrix, pushes, recomputes, typedMatrix } from './support/contenders.js';
import { numpyMatrix } from './support/numpy.js';
import { digestOf, makeBars, newest, PAIRS, SYMBOLS, WINDOW } from './support/market.js';

const bars = makeBars(SYMBOLS);

export default {
  question: `how long do all ${PAIRS} correlations of ${SYMBOLS} symbols take after a new bar, window ${WINDOW}?`,
  operation: 'bar',
  unit: 'wall-ns',
  checkOperations: 3,
  reference: (operations) => digestOf(newest(bars, operations)),
  note:
    'All write the full matrix. numpy runs in a process of its own on one thread; its time is what it measured itself. ' +
    'Ours grows with pairs, the others with pairs times window.',
  contenders: [
    { name: 'RollingCorrelation, WebAssembly', ours: true, setup: () => pushes('wasm', true) },
    { name: 'RollingCorrelation, WebAssembly, ticks', ours: true, setup: () => pushes('wasm', true, 0.01) },
    { name: 'RollingCorrelation, JavaScript', ours: true, setup: () => pushes('js', true) },
    { name: 'numpy corrcoef, one thread', setup: () => numpyMatrix() },
    { name: 'typed arrays, all from the window', setup: () => recomputes(typedMatrix) },
    { name: 'lists of numbers, all from the window', setup: () => recomputes(naiveMatrix) },
  ],
} satisfies Benchmark;
