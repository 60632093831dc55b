import type { Benchmark } from '../runner/contract.js';
import { priceAt } from './support/prices.js';
import { CAPACITY, WINDOW, windowContenders } from './support/window-contenders.js';

/** Prices pushed before the first question: not a multiple of the capacity. */
const PUSHED = 3 * CAPACITY + 57;

/** Reads both ends, which is all that every reader of a window has in common. */
function ends(window: ArrayLike<number>): number {
  return (window[0] ?? 0) + (window[window.length - 1] ?? 0);
}

export default {
  question: `how long does the window of the newest ${WINDOW} of ${CAPACITY} take when nothing came since it was last asked?`,
  headline: true,
  operation: 'window',
  checkOperations: 10,
  reference: () => Array.from({ length: WINDOW }, (_, i) => priceAt(PUSHED - WINDOW + i)),
  note: 'Nine models that ask for the same bars at the same tick. With a tick between two questions: append-and-window-200.',
  contenders: windowContenders((ring) => {
    for (let i = 0; i < PUSHED; i++) ring.push(priceAt(i));
    return {
      run(operations) {
        let sum = 0;
        for (let i = 0; i < operations; i++) sum += ends(ring.window());
        return sum;
      },
      answer: () => Array.from(ring.window()),
    };
  }),
} satisfies Benchmark;
