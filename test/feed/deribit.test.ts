import { describe, expect, it } from 'vitest';
import { deribit, OrderBook } from 'tickwise/feed';
import { CORRUPT, eventOf } from './event-of.js';
import { hasRecordings, recordedFrames } from './recordings.js';

const push = (channel: string, data: unknown): object => ({
  jsonrpc: '2.0',
  method: 'subscription',
  params: { channel, data },
});

const option = {
  timestamp: 1_626_993_723_632,
  stats: { volume: 869 },
  open_interest: 12_685,
  mark_price: 0.001972,
  mark_iv: 120.74,
  last_price: 0.002,
  instrument_name: 'ETH-30JUL21-2800-C',
  underlying_price: 2_003.61,
  index_price: 2_006.72,
  greeks: { vega: 0.20072, theta: -1.64029, rho: 0.01188, gamma: 0.0002, delta: 0.03127 },
  bid_iv: 115.62,
  best_bid_price: 0.0015,
  best_bid_amount: 4_714,
  best_ask_price: 0.0025,
  best_ask_amount: 873,
  ask_iv: 125.63,
};

describe('deribit', () => {
  it('asks for channels by a numbered call', () => {
    expect(JSON.parse(deribit().request('unsubscribe', ['book.BTC-PERPETUAL.100ms'], 7))).toEqual({
      jsonrpc: '2.0',
      id: 7,
      method: 'public/unsubscribe',
      params: { channels: ['book.BTC-PERPETUAL.100ms'] },
    });
  });

  it.each([['BTC-PERPETUAL'], ['user.orders.BTC'], ['ticker.'], ['ticker']])('refuses the topic %s', (topic) => {
    expect(deribit().refuse(topic)).toBe('a topic looks like ticker.BTC-PERPETUAL.100ms');
  });

  it('gives the ticker of an option with volatilities as fractions', () => {
    expect(eventOf(deribit(), push('ticker.ETH-30JUL21-2800-C.raw', option))).toEqual({
      kind: 'option',
      topic: 'ticker.ETH-30JUL21-2800-C.raw',
      symbol: 'ETH-30JUL21-2800-C',
      ts: 1_626_993_723_632,
      items: [
        {
          type: 'snapshot',
          last: 0.002,
          bid: 0.0015,
          bidSize: 4_714,
          ask: 0.0025,
          askSize: 873,
          mark: 0.001972,
          index: 2_006.72,
          underlying: 2_003.61,
          markIv: 1.2074,
          bidIv: 115.62 / 100,
          askIv: 1.2563,
          delta: 0.03127,
          gamma: 0.0002,
          theta: -1.64029,
          vega: 0.20072,
          rho: 0.01188,
          openInterest: 12_685,
          volume: 869,
        },
      ],
    });
  });

  it('gives the ticker of a perpetual as one of any instrument', () => {
    const { greeks, ...data } = { ...option, instrument_name: 'ETH-PERPETUAL', funding_8h: 0.0001 };

    expect(greeks).toBeDefined();
    expect(eventOf(deribit(), push('ticker.ETH-PERPETUAL.raw', data))).toMatchObject({
      kind: 'ticker',
      items: [{ last: 0.002, mark: 0.001972, fundingRate: 0.0001, volume: 869 }],
    });
  });

  it('reads a deleted level as one of size 0', () => {
    const data = {
      type: 'change',
      timestamp: 5,
      prev_change_id: 10,
      change_id: 12,
      instrument_name: 'X-PERPETUAL',
      bids: [
        ['new', 2, 5],
        ['change', 1.5, 4],
      ],
      asks: [['delete', 3, 0]],
    };

    expect(eventOf(deribit(), push('book.X-PERPETUAL.100ms', data))).toMatchObject({
      kind: 'book',
      symbol: 'X-PERPETUAL',
      ts: 5,
      items: [
        {
          type: 'delta',
          bids: [
            { price: 2, size: 5 },
            { price: 1.5, size: 4 },
          ],
          asks: [{ price: 3, size: 0 }],
          lastId: 12,
          previousId: 10,
        },
      ],
    });
  });

  it('reads trades with the side of the taker', () => {
    const trade = { trade_id: 'T-1', price: 2, amount: 3, direction: 'sell', timestamp: 9, instrument_name: 'X-1-C' };

    expect(eventOf(deribit(), push('trades.X-1-C.raw', [trade]))).toMatchObject({
      kind: 'trade',
      symbol: 'X-1-C',
      ts: 9,
      items: [{ id: 'T-1', price: 2, size: 3, side: 'sell', ts: 9 }],
    });
    expect(() => deribit().read(push('trades.X-1-C.raw', [{ ...trade, direction: 'zero' }]))).toThrow(CORRUPT);
  });

  it.each([
    [
      { id: 3, result: ['book.A.raw'] },
      { type: 'ack', topics: ['book.A.raw'] },
    ],
    [
      { id: 3, error: { code: 11_050, message: 'bad_request' } },
      { type: 'ack', id: 3, error: 'bad_request (11050)' },
    ],
    [{ id: 3, result: { version: '1.2' } }, { type: 'alive' }],
    [{ method: 'heartbeat', params: { type: 'heartbeat' } }, { type: 'alive' }],
    [{ method: 'other' }, { type: 'unknown' }],
    [push('quote.X', { best_bid_price: 1 }), { type: 'unknown' }],
  ])('reads %o', (frame, expected) => {
    expect(deribit().read(frame)).toEqual(expected);
  });

  it('answers the test request of the venue', () => {
    const incoming = deribit().read({ method: 'heartbeat', params: { type: 'test_request' } });

    expect(incoming.type).toBe('ping');
    expect(JSON.parse(incoming.type === 'ping' ? incoming.reply : '')).toMatchObject({ method: 'public/test' });
  });
});

describe.skipIf(!hasRecordings)('deribit on its recording', () => {
  const frames = hasRecordings ? recordedFrames('deribit-options-2021-07-22').filter(({ dir }) => dir === 'in') : [];
  const events = frames.flatMap(({ text }) => {
    const incoming = deribit().read(deribit().decode(text));
    return incoming.type === 'event' ? [incoming.event] : [];
  });

  it('understands every frame: 89 tickers of options, 46 changes of books, 1 answer', () => {
    const types = frames.map(({ text }) => deribit().read(deribit().decode(text)).type);

    expect(types.filter((type) => type === 'event').length).toBe(135);
    expect(types.filter((type) => type === 'ack').length).toBe(1);
    expect(events.filter(({ kind }) => kind === 'option').length).toBe(89);
    expect(events.filter(({ kind }) => kind === 'book').length).toBe(46);
  });

  it('builds all 10 books without a gap', () => {
    const books = new Map<string, OrderBook>();
    for (const event of events) {
      if (event.kind !== 'book') continue;
      const book = books.get(event.symbol) ?? new OrderBook(deribit().book(event.topic));
      books.set(event.symbol, book);
      for (const change of event.items) book.apply(change);
    }

    expect(books.size).toBe(10);
    for (const book of books.values()) expect(book.stats()).toMatchObject({ status: 'ready', gaps: 0, ignored: 0 });
  });

  it('notices a change that was left out', () => {
    const changes = events.flatMap((event) =>
      event.kind === 'book' && event.symbol === 'BTC-24SEP21-8000-P' ? event.items : [],
    );
    const book = new OrderBook(deribit().book('book.BTC-24SEP21-8000-P.raw'));

    const statuses = changes.toSpliced(1, 1).map((change) => book.apply(change));

    expect(changes.length).toBeGreaterThan(3);
    expect(statuses[0]).toBe('ready');
    expect(new Set(statuses.slice(1))).toEqual(new Set(['gap']));
  });
});
