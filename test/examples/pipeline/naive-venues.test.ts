import { describe, expect, it } from 'vitest';
import { NaiveBook } from '../../../examples/trading-pipeline/naive/book.js';
import { naiveVenue } from '../../../examples/trading-pipeline/naive/venue.js';
import type { Venue } from '../../../examples/trading-pipeline/recording/index.js';

const BOOK = { type: 'book', isSnapshot: false, first: 0, last: 0, previous: 0, bids: [], asks: [] };

describe('a naive bot reads', () => {
  it.each<[Venue, string, unknown, unknown]>([
    ['bybit-v5', 'an answer', { success: true, op: 'subscribe' }, { type: 'ack' }],
    [
      'bybit-v5',
      'a snapshot',
      { topic: 'orderbook.50.A', type: 'snapshot', data: { u: 7, b: [['1', '2']], a: [] } },
      { ...BOOK, isSnapshot: true, first: 7, last: 7, previous: 6, bids: [['1', '2']] },
    ],
    [
      'bybit-v5',
      'trades',
      { topic: 'publicTrade.A', data: [{ v: '0.5' }, { v: '2' }] },
      { type: 'trades', sizes: [0.5, 2] },
    ],
    [
      'bybit-v5',
      'a ticker that tells what changed',
      { topic: 'tickers.A', type: 'delta', data: { bid1Size: '3' } },
      { type: 'quote', bidSize: 3, askSize: undefined },
    ],
    [
      'bybit-v5',
      'a book of one level as a quote',
      { topic: 'orderbook.1.A', type: 'snapshot', data: { u: 7, b: [['1', '2']], a: [['2', '4']] } },
      { type: 'quote', bidSize: 2, askSize: 4 },
    ],
    ['bybit-v5', 'another stream', { topic: 'kline.1.A', data: [] }, { type: 'other' }],
    ['coinbase', 'an answer', { type: 'subscriptions', channels: [] }, { type: 'ack' }],
    ['coinbase', 'a trade', { type: 'match', size: '0.25' }, { type: 'trades', sizes: [0.25] }],
    [
      'coinbase',
      'a ticker, which has no sizes',
      { type: 'ticker', best_bid: '1' },
      { type: 'quote', bidSize: undefined, askSize: undefined },
    ],
    [
      'coinbase',
      'changes of both sides',
      {
        type: 'l2update',
        changes: [
          ['sell', '2', '0'],
          ['buy', '1', '5'],
        ],
      },
      { ...BOOK, bids: [['1', '5']], asks: [['2', '0']] },
    ],
    ['coinbase', 'a heartbeat', { type: 'heartbeat' }, { type: 'other' }],
    ['kraken', 'an answer', { event: 'subscriptionStatus', status: 'subscribed' }, { type: 'ack' }],
    ['kraken', 'a heartbeat', { event: 'heartbeat' }, { type: 'other' }],
    ['kraken', 'trades', [1, [['10', '0.5', '1', 'b', 'm', '']], 'trade', 'A/B'], { type: 'trades', sizes: [0.5] }],
    [
      'kraken',
      'a ticker',
      [1, { a: ['10', 1, '1.5'], b: ['9', 2, '2.5'] }, 'ticker', 'A/B'],
      { type: 'quote', bidSize: 2.5, askSize: 1.5 },
    ],
    [
      'kraken',
      'a change in two parts',
      [1, { a: [['10', '1', '5.0']] }, { b: [['9', '0', '5.1']], c: '1' }, 'book-10', 'A/B'],
      { ...BOOK, bids: [['9', '0']], asks: [['10', '1']] },
    ],
    ['kraken', 'another stream', [1, {}, 'ohlc-1', 'A/B'], { type: 'other' }],
  ])('of %s %s', (venue, _what, message, expected) => {
    expect(naiveVenue(venue).read(JSON.stringify(message))).toEqual(expected);
  });

  it.each<Venue>(['bybit-2021', 'bybit-v5', 'binance', 'coinbase', 'kraken'])(
    "of %s the replay's own marks",
    (venue) => {
      expect(naiveVenue(venue).read('{"event":"clock","t":5}')).toEqual({ type: 'clock', at: 5 });
      expect(naiveVenue(venue).read('{"event":"end","t":6}')).toEqual({ type: 'end' });
    },
  );
});

describe('a naive book', () => {
  const change = (last: number, bids: [string, string][]): Parameters<NaiveBook['apply']>[0] => ({
    type: 'book',
    isSnapshot: last === 1,
    first: last,
    last,
    previous: last - 1,
    bids,
    asks: [['9', '1']],
  });

  it('drops levels beyond the depth of its stream', () => {
    const book = new NaiveBook({ numbering: 'none', depth: 2 });

    book.apply(
      change(1, [
        ['1', '1'],
        ['2', '1'],
        ['3', '1'],
      ]),
    );

    expect(book.bids.map(({ priceText }) => priceText)).toEqual(['3', '2']);
  });

  it('is lost when a counted update is missing', () => {
    const book = new NaiveBook({ numbering: 'increment', depth: 50 });

    book.apply(change(1, [['1', '1']]));
    book.apply(change(2, [['2', '1']]));
    expect(book.isReady).toBe(true);
    book.apply(change(4, []));

    expect(book.isLost).toBe(true);
  });
});
