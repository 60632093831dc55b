import type { Benchmark } from '../runner/contract.js';
import { closesOf, LAYOUTS, ROWS } from './support/million-rows.js';

export default {
  question: 'how long does a full garbage collection stop the program while a million bars are held?',
  unit: 'gc-ms',
  operation: 'bar',
  operations: ROWS,
  checkOperations: 1_000,
  reference: closesOf,
  note: 'Columns are a handful of objects to the collector: what is left is Node itself and the modules loaded.',
  contenders: LAYOUTS,
} satisfies Benchmark;
