import { ChangeGate } from 'tickwise/derive';
import type { Benchmark, Instance } from '../runner/contract.js';

const KEYS = 1_000;
/** Each price comes three times in a row before it moves. */
const priceOf = (i: number): number => 60_000 + Math.floor(i / (3 * KEYS)) * 0.5;

/** Asks for one key after the other; the answer is how many values passed. */
function checks(changed: (key: number, price: number) => boolean): Instance {
  let done = 0;
  let passed = 0;
  return {
    run(operations) {
      for (const end = done + operations; done < end; done++) if (changed(done % KEYS, priceOf(done))) passed++;
    },
    answer: () => passed,
  };
}

export default {
  question: `how long does it take to see that a price of one of ${KEYS} symbols did not change?`,
  operation: 'check',
  checkOperations: 20 * KEYS,
  // Values change every 3 × KEYS checks, and then pass once per key.
  reference: (operations) => KEYS * Math.floor(operations / (3 * KEYS)) + Math.min(KEYS, operations % (3 * KEYS)),
  contenders: [
    {
      name: 'ChangeGate, exact',
      ours: true,
      setup() {
        const gate = new ChangeGate<number>();
        return checks((key, price) => gate.changed(key, price));
      },
    },
    {
      name: 'ChangeGate, epsilon',
      ours: true,
      setup() {
        const gate = new ChangeGate<number>({ epsilon: 0.1 });
        return checks((key, price) => gate.changed(key, price));
      },
    },
    {
      name: 'Map and Object.is by hand, without a bound',
      floor: true,
      setup() {
        const last = new Map<number, number>();
        return checks((key, price) => {
          if (Object.is(last.get(key), price)) return false;
          last.set(key, price);
          return true;
        });
      },
    },
  ],
} satisfies Benchmark;
