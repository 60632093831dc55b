import { describe, expect, it } from 'vitest';
import { type BookLevel, coinbase, kraken } from 'tickwise/feed';
import { level } from './books.js';
import { CORRUPT, eventOf } from './event-of.js';

const sized = (prices: readonly string[]): BookLevel[] => prices.map((price) => level(price, '0.00000500'));

describe('kraken', () => {
  it('asks for one channel and many pairs', () => {
    const text = kraken().request('subscribe', ['book-1000:XBT/USD', 'book-1000:ETH/XBT'], 3);

    expect(JSON.parse(text)).toEqual({
      event: 'subscribe',
      reqid: 3,
      pair: ['XBT/USD', 'ETH/XBT'],
      subscription: { name: 'book', depth: 1_000 },
    });
    expect(kraken().group('book-1000:XBT/USD')).toBe('book-1000');
  });

  it('reads an update of two objects as one change with the checksum of both', () => {
    const frame = [
      1,
      { a: [['2.0', '1.0', '1618678145.920470']] },
      { b: [['1.0', '0.0', '1618678145.920708']], c: '4105471083' },
      'book-1000',
      'SC/EUR',
    ];

    expect(eventOf(kraken(), frame)).toEqual({
      kind: 'book',
      topic: 'book-1000:SC/EUR',
      symbol: 'SC/EUR',
      ts: 1_618_678_145_920.708,
      items: [{ type: 'delta', bids: [level('1.0', '0.0')], asks: [level('2.0', '1.0')], checksum: 4_105_471_083 }],
    });
  });

  it.each([
    [
      {
        event: 'subscriptionStatus',
        channelName: 'book-10',
        pair: 'A/B',
        status: 'subscribed',
        subscription: { name: 'book', depth: 10 },
      },
      { type: 'ack', topics: ['book-10:A/B'] },
    ],
    [
      {
        event: 'subscriptionStatus',
        pair: 'A/B',
        status: 'error',
        errorMessage: 'no such pair',
        subscription: { name: 'ticker' },
      },
      { type: 'ack', refused: ['ticker:A/B'], error: 'no such pair' },
    ],
    [{ event: 'pong', reqid: 1 }, { type: 'alive' }],
    [{ event: 'new' }, { type: 'unknown' }],
    [[1, {}, 'spread', 'A/B'], { type: 'unknown' }],
  ])('reads the answer %o', (frame, expected) => {
    expect(kraken().read(frame)).toEqual(expected);
  });

  it('gives the heartbeat and the system state as topics of their own', () => {
    expect(eventOf(kraken(), { event: 'heartbeat' })).toMatchObject({ kind: 'status', topic: 'heartbeat' });
    expect(eventOf(kraken(), { event: 'systemStatus', status: 'online' })).toMatchObject({
      items: [{ status: 'online' }],
    });
    expect(kraken().unasked).toEqual(['systemStatus', 'heartbeat']);
  });

  it('computes the checksum of the example in the venue documentation', () => {
    const asks = [
      '0.05005',
      '0.05010',
      '0.05015',
      '0.05020',
      '0.05025',
      '0.05030',
      '0.05035',
      '0.05040',
      '0.05045',
      '0.05050',
    ];
    const bids = [
      '0.05000',
      '0.04995',
      '0.04990',
      '0.04980',
      '0.04975',
      '0.04970',
      '0.04965',
      '0.04960',
      '0.04955',
      '0.04950',
    ];

    const { checksum } = kraken().book('book-10:XBT/USD');

    expect(checksum?.({ asks: () => sized(asks), bids: () => sized(bids) })).toBe(974_947_235);
  });
});

describe('coinbase', () => {
  it('answers with the whole list of what the connection has', () => {
    const channels = [
      { name: 'level2', product_ids: ['A-B', 'C-D'] },
      { name: 'ticker', product_ids: ['A-B'] },
    ];

    expect(coinbase().read({ type: 'subscriptions', channels })).toEqual({
      type: 'ack',
      current: ['level2:A-B', 'level2:C-D', 'ticker:A-B'],
    });
    expect(coinbase().read({ type: 'error', message: 'Failed', reason: 'no product' })).toEqual({
      type: 'ack',
      error: 'Failed: no product',
    });
  });

  it('turns the maker side of a match into that of the taker', () => {
    const frame = {
      type: 'match',
      trade_id: 5,
      side: 'sell',
      size: '2',
      price: '1.5',
      product_id: 'A-B',
      time: '2021-04-17T16:43:37.089723Z',
    };

    expect(eventOf(coinbase(), frame)).toMatchObject({
      topic: 'matches:A-B',
      items: [{ side: 'buy', price: 1.5, size: 2, id: '5', ts: Date.UTC(2021, 3, 17, 16, 43, 37, 89) }],
    });
  });

  it.each([['sell'], ['buy']])('refuses a match without a side beside %s', (side) => {
    const frame = {
      type: 'match',
      trade_id: 5,
      size: '2',
      price: '1.5',
      product_id: 'A-B',
      time: '2021-04-17T16:43:37Z',
    };

    expect(() => coinbase().read({ ...frame, side })).not.toThrow();
    expect(() => coinbase().read({ ...frame, side: side.toUpperCase() })).toThrow(CORRUPT);
    expect(() => coinbase().read(frame)).toThrow(CORRUPT);
  });
});
