import type { Benchmark } from '../runner/contract.js';
import { pushes } from './support/contenders.js';
import { digestOf, makeBars, newest, PAIRS, SYMBOLS, WINDOW } from './support/market.js';

const bars = makeBars(SYMBOLS);

export default {
  question: `how long does a new bar of ${SYMBOLS} symbols take to go into all ${PAIRS} sums, window ${WINDOW}?`,
  headline: true,
  operation: 'bar',
  checkOperations: 24,
  // Sums take four bars at a time; the slowest needs more than 1 ms for each.
  leastOperations: 8,
  reference: (operations) => digestOf(newest(bars, WINDOW + operations)),
  note:
    `Divide by ${PAIRS} for the time per pair. Nothing is read before the end of a block of bars: ours adds four bars to ` +
    'its sums in one pass, and whoever reads all correlations after each bar pays what matrix-1000 says.',
  contenders: [
    { name: 'RollingCorrelation, WebAssembly', ours: true, setup: () => pushes('wasm') },
    { name: 'RollingCorrelation, WebAssembly, ticks', ours: true, setup: () => pushes('wasm', { tickSize: 0.01 }) },
    { name: 'RollingCorrelation, JavaScript', ours: true, setup: () => pushes('js') },
    {
      name: 'the loop over a packed triangle by hand, nothing else',
      floor: true,
      setup() {
        const products = new Float64Array(PAIRS);
        let done = 0;
        return {
          run(operations) {
            for (const end = done + operations; done < end; done++) {
              slide(products, bars[done % bars.length] ?? products, bars[(done + 1) % bars.length] ?? products);
            }
            return products[1];
          },
          // It keeps sums alone, and has no correlations to compare.
          answer: () => digestOf(newest(bars, WINDOW + done)),
        };
      },
    },
  ],
} satisfies Benchmark;

function slide(products: Float64Array, enters: Float64Array, leaves: Float64Array): void {
  let at = 0;
  for (let row = 1; row < SYMBOLS; row++) {
    const a = enters[row] ?? 0;
    const b = leaves[row] ?? 0;
    for (let column = 0; column < row; column++, at++) {
      products[at] = (products[at] ?? 0) + (a * (enters[column] ?? 0) - b * (leaves[column] ?? 0));
    }
  }
}
