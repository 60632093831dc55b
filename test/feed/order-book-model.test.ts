import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { type BookChange, type BookLevel, OrderBook } from 'tickwise/feed';
import { BookSide } from '../../src/feed/book-side.js';
import { level, snapshot } from './books.js';

/** A book as anybody would write it: a Map per side, sorted at each read, cut to the depth after each change. */
class NaiveBook {
  readonly #depth: number;
  #bids = new Map<number, BookLevel>();
  #asks = new Map<number, BookLevel>();

  constructor(depth: number) {
    this.#depth = depth;
  }

  apply(change: BookChange): void {
    if (change.type === 'snapshot') {
      this.#bids = new Map();
      this.#asks = new Map();
    }
    for (const item of change.bids) put(this.#bids, item);
    for (const item of change.asks) put(this.#asks, item);
    this.#bids = new Map(this.bids().map((item) => [item.price, item]));
    this.#asks = new Map(this.asks().map((item) => [item.price, item]));
  }

  bids(): BookLevel[] {
    return [...this.#bids.values()].toSorted((a, b) => b.price - a.price).slice(0, this.#depth);
  }

  asks(): BookLevel[] {
    return [...this.#asks.values()].toSorted((a, b) => a.price - b.price).slice(0, this.#depth);
  }
}

function imbalance(book: NaiveBook, depth: number): number {
  const sum = (side: BookLevel[]): number => side.slice(0, depth).reduce((total, { size }) => total + size, 0);
  return (sum(book.bids()) - sum(book.asks())) / (sum(book.bids()) + sum(book.asks()));
}

function put(side: Map<number, BookLevel>, item: BookLevel): void {
  if (item.size === 0) side.delete(item.price);
  else side.set(item.price, item);
}

/** Prices of which some repeat, some lie far off; sizes of which a third removes. */
const anyLevel = fc
  .tuple(
    fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 60 }) }, fc.integer({ min: -1e6, max: 1e6 })),
    fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 99 })),
    fc.nat({ max: 3 }),
  )
  .map(([price, size, zeros]) => level((price / 4).toFixed(2 + zeros), size.toFixed(zeros)));

const levels = fc.array(anyLevel, { maxLength: 12 });

const changes = fc.array(
  fc.record({
    type: fc.oneof({ weight: 9, arbitrary: fc.constant('delta' as const) }, fc.constant('snapshot' as const)),
    bids: levels,
    asks: levels,
  }),
  { maxLength: 60 },
);

describe('an order book', () => {
  it('equals a naive book of Maps after each of any changes', () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 40 }), (history, depth) => {
        const book = new OrderBook({ depth });
        const naive = new NaiveBook(depth);
        for (const change of [snapshot([], []), ...history]) {
          book.apply(change);
          naive.apply(change);

          expect(book.bids()).toEqual(naive.bids());
          expect(book.asks()).toEqual(naive.asks());
        }
        expect(book.imbalance(3).toFixed(12)).toBe(imbalance(naive, 3).toFixed(12));
        const { bids, asks } = book.stats();
        expect([bids, asks]).toEqual([naive.bids().length, naive.asks().length]);
        expect(book.bidPrice(bids - 1)).toBe(naive.bids().at(-1)?.price ?? NaN);
        expect(book.askSize(asks - 1)).toBe(naive.asks().at(-1)?.size ?? NaN);
      }),
    );
  });

  it('accounts for every delta it was given, whatever the ids', () => {
    const ids = fc.record({ previousId: fc.nat(12), firstId: fc.nat(12), lastId: fc.integer({ min: 1, max: 14 }) });
    const step = fc.record({ ids, isSnapshot: fc.boolean(), isReset: fc.boolean() });
    const sequence = fc.constantFrom(...(['ranges', 'chained', 'linked', 'increment', 'none'] as const));

    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), sequence, (steps, kind) => {
        const book = new OrderBook({ sequence: kind, maxBuffered: 5 });
        let restarts = 0;
        let deltas = 0;
        for (const { ids: numbers, isSnapshot, isReset } of steps) {
          const before = book.stats();
          if (isReset && isSnapshot) book.reset();
          else book.apply({ type: isSnapshot ? 'snapshot' : 'delta', bids: [level('1', '1')], asks: [], ...numbers });
          const after = book.stats();
          if (!isSnapshot) {
            deltas++;
            // A delta that holds the whole book counts as a snapshot.
            if (kind === 'increment' && after.snapshots > before.snapshots) restarts++;
          }

          const { applied, stale, ignored, dropped, buffered, status } = after;
          expect(applied + stale + ignored + dropped + buffered).toBe(deltas - restarts);
          expect(book.bidCount > 0).toBe(status === 'ready');
          expect(buffered).toBeLessThanOrEqual(5);
        }
      }),
    );
  });
});

describe('one side of a book', () => {
  it('keeps its order through growth and removals at both ends and in the middle', () => {
    const side = new BookSide('ask');
    const naive = new Map<number, BookLevel>();
    let state = 7;
    for (let step = 0; step < 20_000; step++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      // Grows for the first half, shrinks in the second.
      const isRemoval = state % 10 < (step < 10_000 ? 3 : 7);
      const item = level(String((state >>> 8) % 3_000), isRemoval ? '0' : '1');
      side.set(item);
      put(naive, item);
    }

    const sorted = [...naive.values()].toSorted((a, b) => a.price - b.price);
    expect(side.length).toBe(sorted.length);
    expect(sorted.map((_, position) => side.at(position))).toEqual(sorted);
    expect([side.at(side.length), side.at(-1)]).toEqual([undefined, undefined]);
  });

  it('takes levels far off the market by moving few others', () => {
    const side = new BookSide('bid');
    for (let price = 1; price <= 20_000; price++) side.set(level(String(price), '1'));

    for (let round = 0; round < 20_000; round++) side.set(level('0.5', round % 2 === 0 ? '1' : '0'));

    expect([side.length, side.at(0)?.price, side.at(19_999)?.price]).toEqual([20_000, 20_000, 1]);
  });

  it('drops the worst levels beyond a depth and says how many', () => {
    const side = new BookSide('bid');
    for (let price = 1; price <= 100; price++) side.set(level(String(price), '1'));

    expect([side.truncate(10), side.truncate(10), side.length, side.at(9)?.price]).toEqual([90, 0, 10, 91]);
  });
});
