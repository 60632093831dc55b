import type { Benchmark } from '../runner/contract.js';
import { PRICE_MASK, PRICES, priceAt } from './support/prices.js';
import { CAPACITY, WINDOW, windowContenders } from './support/window-contenders.js';

/** Prices pushed before the first operation, so that every window is full. */
const PUSHED = CAPACITY;

/** What each window is checked by: its length and both ends. */
function digest(window: ArrayLike<number>): number {
  return window.length * ((window[0] ?? 0) - 2 * (window[window.length - 1] ?? 0));
}

export default {
  question: `how long do one new price and the window of the newest ${WINDOW} of ${CAPACITY} take together?`,
  operation: 'tick',
  checkOperations: 3 * CAPACITY + 7,
  reference(operations) {
    let sum = 0;
    for (let i = PUSHED; i < PUSHED + operations; i++) sum += WINDOW * (priceAt(i - WINDOW + 1) - 2 * priceAt(i));
    return sum;
  },
  note: 'The floor gives the same view object again each round; SeriesRing makes a new one, so that isCurrent is exact.',
  contenders: windowContenders((ring) => {
    for (let i = 0; i < PUSHED; i++) ring.push(priceAt(i));
    let next = PUSHED;
    let sum = 0;
    return {
      run(operations) {
        for (const end = next + operations; next < end; next++) {
          ring.push(PRICES[next & PRICE_MASK] ?? 0);
          sum += digest(ring.window());
        }
        return sum;
      },
      answer: () => sum,
    };
  }),
} satisfies Benchmark;
