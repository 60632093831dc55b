import { describe, expect, it } from 'vitest';
import { binance, binanceDepthSnapshot } from 'tickwise/feed';
import { level } from './books.js';
import { CORRUPT, eventOf } from './event-of.js';

const stream = (name: string, data: object): object => ({ stream: name, data });

describe('binance', () => {
  const spot = binance('spot');
  const usdm = binance('usdm');

  it('asks by method with an id', () => {
    expect(JSON.parse(spot.request('subscribe', ['a@trade', 'b@depth'], 7))).toEqual({
      method: 'SUBSCRIBE',
      params: ['a@trade', 'b@depth'],
      id: 7,
    });
    expect(JSON.parse(spot.request('unsubscribe', ['a@trade'], 8))).toMatchObject({ method: 'UNSUBSCRIBE' });
  });

  it.each([
    [
      { result: null, id: 3 },
      { type: 'ack', id: 3 },
    ],
    [
      { error: { code: 2, msg: 'Invalid request' }, id: 4 },
      { type: 'ack', id: 4, error: '2: Invalid request' },
    ],
    [
      { code: 3, msg: 'Invalid JSON' },
      { type: 'ack', error: '3: Invalid JSON' },
    ],
    [{ result: ['a@trade'], id: 5 }, { type: 'unknown' }],
    [{ lastUpdateId: 1, bids: [], asks: [] }, { type: 'unknown' }],
    [{ stream: 'x@other', data: { e: 'serverShutdown' } }, { type: 'ending' }],
    [{ e: 'serverShutdown', E: 1 }, { type: 'ending' }],
    ['text', { type: 'unknown' }],
    [null, { type: 'unknown' }],
  ])('reads the answer %o', (frame, expected) => {
    expect(spot.read(frame)).toEqual(expected);
  });

  it('reads trades with the side of the taker', () => {
    const data = { e: 'trade', E: 11, s: 'BTCUSDT', t: 5, p: '10.50', q: '0.1', T: 10, m: true };

    expect(eventOf(spot, stream('btcusdt@trade', data))).toEqual({
      kind: 'trade',
      topic: 'btcusdt@trade',
      symbol: 'BTCUSDT',
      ts: 11,
      items: [{ price: 10.5, size: 0.1, side: 'sell', ts: 10, id: '5' }],
    });
  });

  it('reads aggregated trades with their own id', () => {
    const data = { e: 'aggTrade', E: 11, s: 'X', a: 77, f: 1, l: 2, p: '1', q: '2', T: 10, m: false };

    expect(eventOf(spot, stream('x@aggTrade', data))).toMatchObject({ items: [{ id: '77', side: 'buy' }] });
  });

  it('reads the quotes of spot, which carry neither a kind nor a time', () => {
    const data = { u: 400, s: 'X', b: '1.5', B: '10', a: '1.6', A: '20' };

    expect(eventOf(spot, stream('x@bookTicker', data))).toEqual({
      kind: 'quote',
      topic: 'x@bookTicker',
      symbol: 'X',
      ts: NaN,
      items: [{ bid: 1.5, bidSize: 10, ask: 1.6, askSize: 20 }],
    });
  });

  it('reads depth changes with their ids and texts', () => {
    const data = {
      e: 'depthUpdate',
      E: 9,
      s: 'X',
      U: 5,
      u: 7,
      pu: 4,
      b: [['1.50', '0.000']],
      a: [['2.0', '3.10', 'x']],
    };

    expect(eventOf(usdm, stream('x@depth@100ms', data))).toMatchObject({
      kind: 'book',
      ts: 9,
      items: [
        {
          type: 'delta',
          bids: [level('1.50', '0.000')],
          asks: [level('2.0', '3.10')],
          firstId: 5,
          lastId: 7,
          previousId: 4,
        },
      ],
    });
  });

  it('reads partial books as snapshots, in the form of either market', () => {
    const spotFrame = stream('x@depth5', { lastUpdateId: 7, bids: [['1', '2']], asks: [] });
    const usdmFrame = stream('x@depth20@100ms', { e: 'depthUpdate', E: 1, s: 'X', U: 1, u: 7, pu: 0, b: [], a: [] });

    expect(eventOf(spot, spotFrame)).toMatchObject({
      kind: 'book',
      symbol: 'X',
      items: [{ type: 'snapshot', lastId: 7 }],
    });
    expect(eventOf(usdm, usdmFrame)).toMatchObject({ items: [{ type: 'snapshot', lastId: 7 }] });
  });

  it('reads bars', () => {
    const k = { t: 60_000, T: 119_999, s: 'X', i: '1m', o: '1', c: '2', h: '3', l: '0.5', v: '9', n: 4, x: true };

    expect(eventOf(spot, stream('x@kline_1m', { e: 'kline', E: 1, s: 'X', k }))).toMatchObject({
      kind: 'bar',
      items: [
        { start: 60_000, end: 119_999, open: 1, high: 3, low: 0.5, close: 2, volume: 9, trades: 4, isClosed: true },
      ],
    });
  });

  it.each([
    ['a price that is no number', { e: 'trade', s: 'X', t: 5, p: 'x', q: '1', T: 1 }],
    ['an empty price', { e: 'trade', s: 'X', t: 5, p: '', q: '1', T: 1 }],
    ['an id that is missing', { e: 'trade', s: 'X', p: '1', q: '1', T: 1 }],
    ['a negative size', { e: 'depthUpdate', E: 1, s: 'X', U: 1, u: 1, b: [['1', '-1']], a: [] }],
    ['a level that is no pair', { e: 'depthUpdate', E: 1, s: 'X', U: 1, u: 1, b: ['1'], a: [] }],
    ['levels that are none', { e: 'depthUpdate', E: 1, s: 'X', U: 1, u: 1, b: {}, a: [] }],
    ['an id beyond exact numbers', { e: 'depthUpdate', E: 1, s: 'X', U: 1, u: 2 ** 60, b: [], a: [] }],
    ['an infinite price', { e: 'bookTicker', s: 'X', b: 'Infinity', B: '1', a: '1', A: '1' }],
  ])('refuses %s', (_name, data) => {
    expect(() => usdm.read(stream('x@stream', data))).toThrow(CORRUPT);
  });

  it('reads the body of a REST snapshot and refuses any other', () => {
    expect(binanceDepthSnapshot({ lastUpdateId: 9, bids: [['1.0', '2']], asks: [] })).toEqual({
      type: 'snapshot',
      bids: [level('1.0', '2')],
      asks: [],
      lastId: 9,
    });
    for (const body of [null, [], { bids: [], asks: [] }, { lastUpdateId: 1, bids: 7, asks: [] }]) {
      expect(() => binanceDepthSnapshot(body)).toThrow(CORRUPT);
    }
  });

  it('refuses streams that the venue would take and never send', () => {
    expect(['btcusdt@trade', '!ticker@arr', 'BTCUSDT@trade', 'btcusdt'].map((topic) => spot.refuse(topic))).toEqual([
      undefined,
      undefined,
      'the symbol must be in lower case',
      'a stream name looks like btcusdt@trade',
    ]);
  });

  it.each([
    ['btcusdt@depth@100ms', '/public/'],
    ['btcusdt@depth20', '/public/'],
    ['btcusdt@bookTicker', '/public/'],
    ['btcusdt@trade', '/public/'],
    ['btcusdt@aggTrade', '/market/'],
    ['btcusdt@kline_1m', '/market/'],
    ['btcusdt@markPrice@1s', '/market/'],
  ])('finds %s of the usdm market at %s', (topic, path) => {
    expect(new URL(usdm.urlFor(topic)).pathname).toBe(`${path}stream`);
    expect(spot.urlFor(topic)).toBe(spot.url);
  });

  it('knows how the books of its streams follow', () => {
    expect(spot.book('x@depth')).toEqual({ sequence: 'ranges' });
    expect(usdm.book('x@depth@0ms')).toEqual({ sequence: 'chained' });
    expect(usdm.book('x@depth20@100ms')).toEqual({});
  });
});
