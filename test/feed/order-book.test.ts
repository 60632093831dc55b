import { describe, expect, it } from 'vitest';
import { OrderBook } from 'tickwise/feed';
import { delta, level, snapshot } from './books.js';

const counting = (book: { bids(): unknown[] }): number => book.bids().length;

describe('reading a book', () => {
  it('gives the best levels first with their texts as sent', () => {
    const book = new OrderBook();

    book.apply(
      snapshot(
        [
          ['99.10', '1.0'],
          ['99.90', '2.00'],
        ],
        [
          ['101.50', '3'],
          ['100.5', '0.40'],
        ],
      ),
    );

    expect(book.bids(5)).toEqual([level('99.90', '2.00'), level('99.10', '1.0')]);
    expect(book.asks(1)).toEqual([level('100.5', '0.40')]);
    expect([book.bestBid, book.bestAsk, book.bidCount, book.askCount]).toEqual([99.9, 100.5, 2, 2]);
    expect([book.bidPrice(1), book.bidSize(1), book.askPrice(1), book.askSize(1)]).toEqual([99.1, 1, 101.5, 3]);
  });

  it.each([-1, 2, 0.5, NaN, Infinity])('gives NaN at the position %d of a book with two levels', (position) => {
    const book = new OrderBook();
    book.apply(
      snapshot(
        [
          ['1', '1'],
          ['2', '1'],
        ],
        [
          ['3', '1'],
          ['4', '1'],
        ],
      ),
    );

    const reads = [book.bidPrice(position), book.bidSize(position), book.askPrice(position), book.askSize(position)];

    expect(reads).toEqual([NaN, NaN, NaN, NaN]);
  });

  it.each([
    [1, (2 - 3) / 5],
    [2, (6 - 3.5) / 9.5],
    [2.9, (6 - 3.5) / 9.5],
    [9, (6 - 3.5) / 9.5],
    [undefined, (6 - 3.5) / 9.5],
  ])('weighs what is bid against what is asked over %s levels', (depth, expected) => {
    const book = new OrderBook();
    const bids = [
      ['99', '4'],
      ['100', '2'],
    ] as const;
    const asks = [
      ['101', '3'],
      ['102', '0.5'],
    ] as const;
    book.apply(snapshot(bids, asks));

    expect(book.imbalance(depth)).toBeCloseTo(expected, 12);
  });

  it('weighs an empty book as NaN, a side without levels as all of the other', () => {
    const book = new OrderBook();
    const empty = book.imbalance();
    book.apply(snapshot([['1', '1']], []));

    expect([empty, book.imbalance(5)]).toEqual([NaN, 1]);
  });

  it.each([0, -1, NaN, '1'])('refuses to weigh %s levels', (depth) => {
    expect(() => new OrderBook().imbalance(depth as number)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it('gives nothing before the first snapshot', () => {
    const book = new OrderBook();

    expect([book.status, book.bestBid, book.bestAsk, book.lastId]).toEqual(['empty', NaN, NaN, undefined]);
    expect([book.bids(), book.asks(3)]).toEqual([[], []]);
    expect(book.explain()).toEqual({ status: 'empty', reason: 'nothing has come yet', needsSnapshot: false });
  });

  it.each([-1, NaN, '3', null])('refuses a count of %o', (count) => {
    // Wrong types on purpose.
    expect(() => new OrderBook().bids(count as number)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it('gives all levels without a count and none for 0', () => {
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

    expect([book.bids().length, book.bids(0).length, book.asks().length]).toEqual([2, 0, 0]);
  });
});

describe('a delta', () => {
  it('adds, replaces and removes levels by numeric price and keeps the newest text', () => {
    const book = new OrderBook();
    book.apply(snapshot([['99.5', '1']], [['100.50', '1']]));

    book.apply(
      delta(
        [
          ['99.50', '4.0'],
          ['99', '2'],
        ],
        [
          ['100.5', '0.000'],
          ['102', '7'],
        ],
      ),
    );

    expect(book.bids()).toEqual([level('99.50', '4.0'), level('99', '2')]);
    expect(book.asks()).toEqual([level('102', '7')]);
  });

  it('removes a level that is not there without harm', () => {
    const book = new OrderBook();
    book.apply(snapshot([['1', '1']], []));

    expect(book.apply(delta([['5', '0']], [['9', '0']]))).toBe('ready');
    expect(book.bids()).toEqual([level('1', '1')]);
  });

  it('applies repeated prices in the order sent', () => {
    const book = new OrderBook();
    book.apply(snapshot([], []));

    book.apply(
      delta(
        [
          ['1', '0'],
          ['1', '5'],
          ['1', '3'],
        ],
        [
          ['2', '4'],
          ['2', '0'],
        ],
      ),
    );

    expect([book.bids(), book.asks()]).toEqual([[level('1', '3')], []]);
  });

  it('takes 0 and negative prices: spreads and oil have traded there', () => {
    const book = new OrderBook();

    book.apply(
      snapshot(
        [
          ['-2', '1'],
          ['-1', '1'],
        ],
        [
          ['0', '1'],
          ['-0.5', '1'],
        ],
      ),
    );

    expect([book.bestBid, book.bestAsk, book.askPrice(1)]).toEqual([-1, -0.5, 0]);
  });

  it.each([
    ['NaN price', { price: NaN, size: 1 }],
    ['infinite price', { price: Infinity, size: 1 }],
    ['NaN size', { price: 1, size: NaN }],
    ['negative size', { price: 1, size: -1 }],
    ['infinite size', { price: 1, size: Infinity }],
  ])('with a %s is refused whole', (_name, bad) => {
    const book = new OrderBook();
    book.apply(snapshot([['1', '1']], [['2', '1']]));
    const broken = { type: 'delta', bids: [level('1', '9')], asks: [{ ...level('3', '1'), ...bad }] } as const;

    expect(() => book.apply(broken)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect([book.bids(), book.asks()]).toEqual([[level('1', '1')], [level('2', '1')]]);
  });

  it('before the first snapshot of a venue without ids is ignored', () => {
    const book = new OrderBook();

    expect(book.apply(delta([['1', '1']], []))).toBe('waiting');
    expect(book.needsSnapshot).toBe(true);
    expect(book.apply(snapshot([['2', '1']], []))).toBe('ready');
    expect(book.stats()).toMatchObject({ ignored: 1, applied: 0, snapshots: 1, bids: 1 });
  });
});

describe('a snapshot', () => {
  it('replaces the whole book', () => {
    const book = new OrderBook();
    book.apply(snapshot([['1', '1']], [['2', '1']]));

    book.apply(snapshot([['5', '1']], []));

    expect([book.bids(), book.asks()]).toEqual([[level('5', '1')], []]);
  });

  it('may come beside the stream of a venue without ids', () => {
    const book = new OrderBook();

    expect(book.applySnapshot(snapshot([['5', '1']], []))).toBe('ready');
  });

  it('is refused when it is a delta', () => {
    expect(() => new OrderBook().applySnapshot(delta([], []))).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });
});

describe('the depth', () => {
  it('drops the worst levels after each change, and they do not come back', () => {
    const book = new OrderBook({ depth: 2 });
    book.apply(
      snapshot(
        [
          ['1', '1'],
          ['2', '1'],
          ['3', '1'],
        ],
        [
          ['4', '1'],
          ['5', '1'],
          ['6', '1'],
        ],
      ),
    );

    book.apply(delta([['3', '0']], [['4', '0']]));

    expect([book.bids(), book.asks()]).toEqual([[level('2', '1')], [level('5', '1')]]);
    expect(book.stats()).toMatchObject({ truncated: 2 });
  });
});

describe('a checksum', () => {
  it('that agrees is counted', () => {
    const book = new OrderBook({ checksum: counting });

    book.apply(snapshot([['1', '1']], [], { checksum: 1 }));
    book.apply(delta([['2', '1']], [], { checksum: 2 }));
    book.apply(delta([['3', '1']], []));

    expect(book.stats()).toMatchObject({ checksumsVerified: 2, checksumFailures: 0, status: 'ready' });
  });

  it('that disagrees empties the book until a snapshot comes', () => {
    const book = new OrderBook({ checksum: counting });
    book.apply(snapshot([['1', '1']], []));

    expect(book.apply(delta([['2', '1']], [], { checksum: 9 }))).toBe('gap');
    expect([book.bids(), book.needsSnapshot]).toEqual([[], true]);
    expect(book.explain().reason).toBe(`the venue's checksum is 9, that of the book 2`);
    expect(book.apply(snapshot([['1', '1']], []))).toBe('ready');
  });
});

describe('resetting', () => {
  it('forgets levels and kept deltas and starts as an empty book', () => {
    const book = new OrderBook({ sequence: 'ranges' });
    book.apply(delta([], [], { firstId: 1, lastId: 2 }));

    book.reset();

    expect(book.stats()).toMatchObject({ status: 'empty', buffered: 0, dropped: 1, lastId: null });
    expect(book.needsSnapshot).toBe(false);
  });
});

describe('stats', () => {
  it('is plain data', () => {
    const book = new OrderBook();

    expect(JSON.parse(JSON.stringify(book.stats()))).toEqual(book.stats());
  });
});
