import type { BookChange, BookLevel } from 'tickwise/feed';
import { OrderBook } from 'tickwise/feed';
import type { Instance } from '../../runner/contract.js';
import type { CcxtSidesModule } from './peers.js';
import { recordedChanges } from './recorded-book.js';

/** Rounds of the recorded deltas before the book starts again from its snapshot. */
const ROUNDS = 50;
/** Levels a side. */
const DEPTH = 500;
/** Levels of the answer. */
const SHOWN = 10;

/** A book as the benchmark drives it: a change at a time, then a look at the best prices. */
export interface Book {
  apply(change: BookChange): void;
  best(): number;
  /** Price and size of the best levels of a side, best first. */
  top(side: 'bids' | 'asks', count: number): (readonly [price: number, size: number])[];
}

/** Makes books that apply recorded changes and are read after each. */
export function driving(make: () => Book): Instance {
  const history = changes();
  const book = make();
  let next = 0;
  let wanted = 0;
  let applied = 0;
  let sum = 0;
  return {
    run(operations) {
      wanted += operations;
      while (applied < wanted) {
        const change = history[next];
        if (change === undefined) return;
        next = next + 1 === history.length ? 0 : next + 1;
        book.apply(change);
        // The snapshots in between are not counted.
        if (change.type === 'delta') applied += change.bids.length + change.asks.length;
        sum += book.best();
      }
    },
    answer: () => ({ sum, bids: book.top('bids', SHOWN), asks: book.top('asks', SHOWN) }),
  };
}

/** The recorded snapshot, then its deltas over and over, with ids that go on. */
function changes(): BookChange[] {
  const [snapshot, ...deltas] = recordedChanges();
  if (snapshot === undefined) throw new Error('the recording holds no book');
  const first = snapshot.lastId ?? 0;
  const rounds = Array.from({ length: ROUNDS }, () => deltas).flat();
  return [snapshot, ...Array.from(rounds, (delta, index) => ({ ...delta, lastId: first + index + 1 }))];
}

/** Ours. */
export function orderBook(): Book {
  const book = new OrderBook({ sequence: 'increment', depth: DEPTH });
  const pairs = (levels: readonly BookLevel[]): (readonly [number, number])[] =>
    levels.map(({ price, size }) => [price, size] as const);
  return {
    apply: (change) => void book.apply(change),
    best: () => book.bestBid + book.bestAsk,
    top: (side, count) => pairs(side === 'bids' ? book.bids(count) : book.asks(count)),
  };
}

/** Sizes by price, sorted when the book is read. */
export function mapBook(): Book {
  const sides = { bids: new Map<number, number>(), asks: new Map<number, number>() };
  const sorted = (side: 'bids' | 'asks'): [number, number][] =>
    [...sides[side]].toSorted(([a], [b]) => (side === 'bids' ? b - a : a - b)).slice(0, DEPTH);
  const write = (side: Map<number, number>, levels: readonly BookLevel[]): void => {
    for (const { price, size } of levels) {
      if (size === 0) side.delete(price);
      else side.set(price, size);
    }
  };
  return {
    apply({ type, bids, asks }) {
      if (type === 'snapshot') for (const side of Object.values(sides)) side.clear();
      write(sides.bids, bids);
      write(sides.asks, asks);
    },
    best: () => (sorted('bids')[0]?.[0] ?? NaN) + (sorted('asks')[0]?.[0] ?? NaN),
    top: (side, count) => sorted(side).slice(0, count),
  };
}

/** A side of a book that is always sorted, the best level first. */
export interface SortedSide {
  store(price: number, size: number): void;
  /** Drops what is beyond the depth. */
  limit(): void;
  at(position: number): readonly [price: number, size: number] | undefined;
}

/** A book of two sorted sides. */
export function sortedBook(makeSide: (side: 'bids' | 'asks') => SortedSide): Book {
  let sides = { bids: makeSide('bids'), asks: makeSide('asks') };
  const write = (side: SortedSide, levels: readonly BookLevel[]): void => {
    for (const { price, size } of levels) side.store(price, size);
    side.limit();
  };
  return {
    apply({ type, bids, asks }) {
      if (type === 'snapshot') sides = { bids: makeSide('bids'), asks: makeSide('asks') };
      write(sides.bids, bids);
      write(sides.asks, asks);
    },
    best: () => (sides.bids.at(0)?.[0] ?? NaN) + (sides.asks.at(0)?.[0] ?? NaN),
    top: (side, count) => Array.from({ length: count }, (_, position) => sides[side].at(position) ?? [NaN, NaN]),
  };
}

/** Pairs in an array, found by binary search, moved by `splice`. */
export function arraySide(side: 'bids' | 'asks'): SortedSide {
  const sign = side === 'bids' ? -1 : 1;
  const levels: [price: number, size: number][] = [];
  return {
    store(price, size) {
      let low = 0;
      let high = levels.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (sign * (levels[middle]?.[0] ?? 0) < sign * price) low = middle + 1;
        else high = middle;
      }
      const found = levels[low];
      if (found === undefined || found[0] !== price) {
        if (size !== 0) levels.splice(low, 0, [price, size]);
      } else if (size === 0) levels.splice(low, 1);
      else found[1] = size;
    },
    limit() {
      if (levels.length > DEPTH) levels.length = DEPTH;
    },
    at: (position) => levels[position],
  };
}

/** A side of the order book of ccxt, which is an array itself. */
export function ccxtSide({ Bids, Asks }: CcxtSidesModule, side: 'bids' | 'asks'): SortedSide {
  const levels = side === 'bids' ? new Bids([], DEPTH) : new Asks([], DEPTH);
  return {
    store: (price, size) => levels.store(price, size),
    limit: () => levels.limit(),
    at: (position) => levels[position],
  };
}
