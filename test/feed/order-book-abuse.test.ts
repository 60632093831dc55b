import { describe, expect, it } from 'vitest';
import { OrderBook } from 'tickwise/feed';
import { BookSide } from '../../src/feed/book-side.js';
import { delta, level, snapshot } from './books.js';

describe('an abused order book', () => {
  it('is no larger than its depth, whatever a venue sends', () => {
    const book = new OrderBook({ depth: 100 });
    book.apply(snapshot([], []));

    for (let round = 0; round < 50; round++) {
      const rows = Array.from({ length: 500 }, (_, index) => [String(round * 500 + index), '1'] as const);
      book.apply(delta(rows, rows));
    }

    expect(book.stats()).toMatchObject({ bids: 100, asks: 100, truncated: 2 * (50 * 500 - 100) });
    expect([book.bestBid, book.bestAsk]).toEqual([24_999, 0]);
  });

  it('keeps what it is told when the market is crossed: that is the venue, not a gap', () => {
    const book = new OrderBook();

    book.apply(snapshot([['101', '1']], [['100', '1']]));

    expect([book.status, book.bestBid, book.bestAsk]).toEqual(['ready', 101, 100]);
  });

  it('gives lists that callers may change without harm', () => {
    const book = new OrderBook();
    book.apply(
      snapshot(
        [
          ['1', '1'],
          ['2', '1'],
        ],
        [],
      ),
    );

    book.bids().length = 0;
    book.bids().push(level('9', '9'));

    expect(book.bids()).toEqual([level('2', '1'), level('1', '1')]);
  });

  it('is not changed by a checksum that throws, but for the delta it belongs to', () => {
    const failure = new Error('checksum failed');
    const book = new OrderBook({
      checksum: () => {
        throw failure;
      },
    });
    book.apply(snapshot([['1', '1']], []));

    expect(() => book.apply(delta([['2', '1']], [], { checksum: 1 }))).toThrow(failure);
    expect([book.status, book.bids().length]).toEqual(['ready', 2]);
  });

  it('tells prices apart that differ in the last bit only, and takes equal ones in any notation', () => {
    const book = new OrderBook();
    book.apply(
      snapshot(
        [
          ['0.1', '1'],
          ['0.30000000000000004', '1'],
          ['0.3', '1'],
        ],
        [],
      ),
    );

    book.apply(
      delta(
        [
          ['1e-1', '5'],
          ['0.300', '7'],
        ],
        [],
      ),
    );

    expect(book.bids().map(({ priceText, size }) => [priceText, size])).toEqual([
      ['0.30000000000000004', 1],
      ['0.300', 7],
      ['1e-1', 5],
    ]);
  });

  it('treats -0 and 0 as one price', () => {
    const side = new BookSide('ask');

    side.set(level('0', '1'));
    side.set(level('-0', '2'));
    const held = side.length;
    side.set(level('0', '0'));

    expect([held, side.length]).toEqual([1, 0]);
  });
});
