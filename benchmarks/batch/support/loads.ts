import type { Instance } from '../../runner/contract.js';

/** Items of one turn. */
export const ITEMS = 500;

/** The batch function of all contenders: as cheap as one can be. */
export async function double(items: readonly number[]): Promise<number[]> {
  // A loop, which for the peers' arrays and ours is the same.
  const results: number[] = [];
  for (const item of items) results.push(item * 2);
  return results;
}

/** Asks for so many turns of items, each a turn of its own; `load` gives the results of a turn. */
export function turns(load: (items: readonly number[]) => Promise<readonly unknown[]>): Instance {
  let first = 0;
  let sum = 0;
  return {
    async run(operations) {
      for (let turn = 0; turn < operations; turn++) {
        const items: number[] = [];
        for (let index = 0; index < ITEMS; index++) items.push(first + index);
        const results = await load(items);
        sum += Number(results[0]) + Number(results[ITEMS - 1]);
        first++;
      }
      return sum;
    },
    answer: () => sum,
  };
}

/** What `turns` comes to. */
export function turnsAnswer(operations: number): number {
  let sum = 0;
  for (let first = 0; first < operations; first++) sum += first * 2 + (first + ITEMS - 1) * 2;
  return sum;
}
