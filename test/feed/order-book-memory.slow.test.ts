import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { OrderBook } from 'tickwise/feed';
import { describe, expect, it } from 'vitest';
import { snapshot } from './books.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const LEVELS = 500;
const ROUNDS = 24;

/** A book of quarters: its sizes are fractions, which are objects wherever they are not kept in registers. */
function newBook(): OrderBook {
  const book = new OrderBook();
  const side = (from: number, sign: number): [string, string][] =>
    Array.from({ length: LEVELS }, (_, index) => [String(from + sign * 0.5 * index), String(1 + index / 4)]);
  book.apply(snapshot(side(10_000, -1), side(10_001, 1)));
  return book;
}

/** Bytes that a query allocates, on average. The first half of the rounds are for the compiler. */
function bytesPerQuery(queries: number, query: (position: number) => number): number {
  let [bytes, sum] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < queries; index++) sum += query(index % LEVELS);
    if (round >= ROUNDS / 2) bytes += Math.max(0, process.memoryUsage().heapUsed - before);
  }
  expect(sum).not.toBeNaN();
  return bytes / (queries * (ROUNDS / 2));
}

/** A fraction that a call returns may be an object of 16 bytes: V8 decides that, not the book. */
const RETURNED = 16;
/** What the measuring itself leaves per query. */
const SLACK = 4;

describe('a query of a book of 500 levels a side', () => {
  it.each<[string, (book: OrderBook) => (position: number) => number]>([
    ['a price', (book) => (position) => book.bidPrice(position)],
    ['a quantity', (book) => (position) => book.askSize(position)],
    ['the best price', (book) => () => book.bestBid],
    ['imbalance over up to 20 levels', (book) => (position) => book.imbalance(1 + (position % 20))],
  ])('makes nothing but the number it returns: %s', (_, queryOf) => {
    expect(bytesPerQuery(10_000, queryOf(newBook()))).toBeLessThan(2 * RETURNED + SLACK);
  });

  it('makes no object per level: imbalance over all of them', () => {
    const book = newBook();

    // A thousand sizes a query: were they objects, 16 kB.
    expect(bytesPerQuery(200, () => book.imbalance())).toBeLessThan(400);
  });

  it('makes nothing: the number of levels', () => {
    const book = newBook();

    expect(bytesPerQuery(10_000, () => book.bidCount + book.askCount)).toBeLessThan(SLACK);
  });
});
