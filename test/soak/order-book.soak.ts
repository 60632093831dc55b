import { describe, expect, it } from 'vitest';
import { OrderBook } from 'tickwise/feed';
import { level, snapshot } from '../feed/books.js';

const DELTAS = 2_000_000;
const CHECK_EVERY = 20_000;

describe('an order book over millions of deltas', () => {
  it.each([50, 1_000, 65_536])('of depth %d stays sorted, true to a plain Map and within its memory', (depth) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = randomOf(seed);
    const book = new OrderBook({ depth });
    const naive = new Map<number, number>();
    book.apply(snapshot([], []));
    let market = 50_000;

    for (let count = 1; count <= DELTAS; count++) {
      market += Math.round((random() - 0.5) * 4);
      // Mostly close to the market, sometimes far off it.
      const offset = random() < 0.01 ? Math.floor(random() * 40_000) : Math.floor(random() * 200);
      const price = market - offset;
      const size = random() < 0.4 ? 0 : Math.ceil(random() * 100);
      book.apply({ type: 'delta', bids: [level(String(price), String(size))], asks: [] });
      put(naive, price, size, depth);
      if (count % CHECK_EVERY === 0) expect([seed, ...prices(book)]).toEqual([seed, ...sorted(naive)]);
    }

    expect(book.stats()).toMatchObject({ applied: DELTAS, bids: naive.size, status: 'ready' });
    expect(book.bidCount).toBeLessThanOrEqual(depth);
  });
});

function put(naive: Map<number, number>, price: number, size: number, depth: number): void {
  if (size === 0) naive.delete(price);
  else naive.set(price, size);
  if (naive.size > depth) naive.delete(Math.min(...naive.keys()));
}

function prices(book: OrderBook): number[] {
  return book.bids().map(({ price }) => price);
}

function sorted(naive: ReadonlyMap<number, number>): number[] {
  return [...naive.keys()].toSorted((a, b) => b - a);
}

/** A small seeded generator; the seed is part of every failure. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
