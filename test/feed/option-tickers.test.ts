import { describe, expect, it } from 'vitest';
import { bybitV5, deribit, kraken, okx } from 'tickwise/feed';
import { CORRUPT, eventOf } from './event-of.js';

describe('an option ticker of Bybit', () => {
  it('has volatilities, greeks, open interest and volume as numbers', () => {
    const data = {
      symbol: 'BTC-27DEC24-50000-C',
      bidPrice: '10',
      bidSize: '1',
      bidIv: '0.5',
      askPrice: '11',
      askSize: '2',
      askIv: '0.6',
      lastPrice: '10.5',
      markPrice: '10.4',
      indexPrice: '60000',
      markPriceIv: '0.55',
      underlyingPrice: '60010',
      openInterest: '7',
      volume24h: '8',
      delta: '0.4',
      gamma: '0.001',
      vega: '3',
      theta: '-2',
    };
    const frame = { topic: 'tickers.BTC-27DEC24-50000-C', ts: 5, type: 'snapshot', data };

    expect(eventOf(bybitV5('option'), frame)).toEqual({
      kind: 'option',
      topic: 'tickers.BTC-27DEC24-50000-C',
      symbol: 'BTC-27DEC24-50000-C',
      ts: 5,
      items: [
        {
          type: 'snapshot',
          last: 10.5,
          bid: 10,
          bidSize: 1,
          ask: 11,
          askSize: 2,
          mark: 10.4,
          index: 60_000,
          underlying: 60_010,
          markIv: 0.55,
          bidIv: 0.5,
          askIv: 0.6,
          delta: 0.4,
          gamma: 0.001,
          theta: -2,
          vega: 3,
          openInterest: 7,
          volume: 8,
        },
      ],
    });
  });

  it('is refused with a greek that is no number', () => {
    const data = { symbol: 'X', delta: 'much' };

    expect(() => bybitV5('option').read({ topic: 'tickers.X', ts: 5, data })).toThrow(CORRUPT);
  });
});

describe('frames at the edges', () => {
  it('of Deribit may hold no trade, or no volatility', () => {
    const push = (channel: string, data: unknown): object => ({ method: 'subscription', params: { channel, data } });
    const empty = eventOf(deribit(), push('trades.BTC-1-C.raw', []));
    const bare = { instrument_name: 'A-1-C', timestamp: 1, greeks: {}, stats: {} };

    expect(empty).toMatchObject({ kind: 'trade', symbol: 'BTC-1-C', ts: NaN, items: [] });
    expect(eventOf(deribit(), push('ticker.A-1-C.raw', bare))).toMatchObject({ items: [{ markIv: undefined }] });
  });

  it.each([
    [kraken().book('trade:A/B'), {}],
    [kraken().book('book-10:A/B'), { depth: 10 }],
    [okx().book('trades:A'), {}],
    [okx().book('books:A'), { depth: 400 }],
  ])('have book options only where there is a book: %o', (options, expected) => {
    expect(options).toMatchObject(expected);
    expect(Object.keys(options).length > 0).toBe(Object.keys(expected).length > 0);
  });

  it('of Kraken may be a book without levels, with no time', () => {
    const frame = [1, { as: [], bs: [] }, 'book-10', 'A/B'];

    expect(eventOf(kraken(), frame)).toMatchObject({ ts: NaN, items: [{ type: 'snapshot', bids: [], asks: [] }] });
  });
});
