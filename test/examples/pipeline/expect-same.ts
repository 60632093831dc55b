import { expect } from 'vitest';
import { compareRuns, type Played } from './play.js';

/** Demands that two versions said, stored and ended with the same, and with something. */
export async function expectSame(naive: Played, optimised: Played): Promise<void> {
  const comparisons = await compareRuns(naive, optimised);

  for (const { total, equal } of Object.values(comparisons)) {
    expect(total).toBeGreaterThan(0);
    expect(equal).toBe(total);
  }
  expect(naive.result.books.length).toBeGreaterThanOrEqual(optimised.result.books.length);
  for (const book of naive.result.books) {
    const shared = optimised.result.books.find(({ symbol }) => symbol === book.symbol);
    expect(book.bids.length).toBe(10);
    expect(shared).toEqual({ ...book, owner: 'shared' });
  }
}
