import { describe, expect, it } from 'vitest';
import { bybit2021, bybitV5 } from 'tickwise/feed';
import { level } from './books.js';
import { CORRUPT, eventOf } from './event-of.js';

const bookRow = (price: string, side: string, size?: number): object => ({ price, symbol: 'X', id: 1, side, size });

describe('bybitV5', () => {
  const linear = bybitV5('linear');

  it('asks with an id as text and pings as text', () => {
    expect(JSON.parse(linear.request('subscribe', ['a.b'], 7))).toEqual({
      req_id: '7',
      op: 'subscribe',
      args: ['a.b'],
    });
    expect(linear.heartbeat.ping).toBeTypeOf('function');
    expect(JSON.parse((linear.heartbeat.ping as (id: number) => string)(9))).toEqual({ req_id: '9', op: 'ping' });
  });

  it.each([
    [
      { success: true, ret_msg: '', conn_id: 'x', req_id: '7', op: 'subscribe' },
      { type: 'ack', id: 7 },
    ],
    [{ success: true, ret_msg: 'subscribe', conn_id: 'x', op: 'subscribe' }, { type: 'ack' }],
    [
      { success: false, ret_msg: 'args size >10', conn_id: 'x', req_id: '8', op: 'subscribe' },
      { type: 'ack', id: 8, error: 'args size >10' },
    ],
    [{ success: true, ret_msg: 'pong', conn_id: 'x', op: 'ping' }, { type: 'alive' }],
    [{ args: ['1672916271846'], op: 'pong' }, { type: 'alive' }],
    [
      { success: true, conn_id: 'x', data: { failTopics: ['b'], successTopics: ['a'] }, type: 'COMMAND_RESP' },
      { type: 'ack', topics: ['a'], refused: ['b'], error: 'listed in failTopics' },
    ],
    [
      { success: true, conn_id: 'x', data: { failTopics: [], successTopics: ['a'] }, type: 'COMMAND_RESP' },
      { type: 'ack', topics: ['a'], refused: [] },
    ],
    [{ hello: 1 }, { type: 'unknown' }],
    [{ topic: 'liquidation.X', ts: 1, data: {} }, { type: 'unknown' }],
    [[], { type: 'unknown' }],
  ])('reads the answer %o', (frame, expected) => {
    expect(linear.read(frame)).toEqual(expected);
  });

  it('reads books with their update id', () => {
    const frame = {
      topic: 'orderbook.50.X',
      type: 'snapshot',
      ts: 5,
      data: { s: 'X', b: [['1.0', '2']], a: [['2', '0']], u: 18, seq: 9 },
    };

    expect(eventOf(linear, frame)).toEqual({
      kind: 'book',
      topic: 'orderbook.50.X',
      symbol: 'X',
      ts: 5,
      items: [{ type: 'snapshot', bids: [level('1.0', '2')], asks: [level('2', '0')], lastId: 18 }],
    });
    expect(linear.book('orderbook.50.X')).toEqual({ sequence: 'increment', depth: 50 });
    expect(linear.book('orderbook.rpi.X')).toEqual({ sequence: 'increment' });
  });

  it('reads trades', () => {
    const row = { T: 4, s: 'X', S: 'Sell', v: '0.5', p: '16.50', L: 'MinusTick', i: 'abc', BT: false };

    expect(eventOf(linear, { topic: 'publicTrade.X', type: 'snapshot', ts: 5, data: [row] })).toEqual({
      kind: 'trade',
      topic: 'publicTrade.X',
      symbol: 'X',
      ts: 5,
      items: [{ price: 16.5, size: 0.5, side: 'sell', ts: 4, id: 'abc' }],
    });
  });

  it('reads tickers: whole ones, changed fields only, and those of options', () => {
    const contract = {
      topic: 'tickers.X',
      type: 'delta',
      ts: 5,
      data: { symbol: 'X', bid1Price: '9.5', markPrice: '' },
    };
    const option = {
      topic: 'tickers.X',
      type: 'snapshot',
      ts: 5,
      data: { symbol: 'X', bidPrice: '0', askPrice: '10' },
    };

    expect(eventOf(linear, contract)).toMatchObject({ kind: 'ticker', items: [{ type: 'delta', bid: 9.5 }] });
    expect(eventOf(linear, contract)).not.toHaveProperty('items.0.mark', expect.any(Number));
    expect(eventOf(bybitV5('option'), option)).toMatchObject({ items: [{ type: 'snapshot', bid: 0, ask: 10 }] });
  });

  it.each([
    ['a side that is none', { topic: 'publicTrade.X', ts: 1, data: [{ T: 1, S: 'buy', v: '1', p: '1', i: 'a' }] }],
    ['trades that are no list', { topic: 'publicTrade.X', ts: 1, data: {} }],
    ['a time that is missing', { topic: 'orderbook.1.X', data: { s: 'X', b: [], a: [], u: 1 } }],
    ['an update id that is missing', { topic: 'orderbook.1.X', ts: 1, data: { s: 'X', b: [], a: [] } }],
    ['a symbol of 300 characters', { topic: 'orderbook.1.X', ts: 1, data: { s: 'x'.repeat(300), b: [], a: [], u: 1 } }],
  ])('refuses %s', (_name, frame) => {
    expect(() => linear.read(frame)).toThrow(CORRUPT);
  });
});

describe('bybit2021', () => {
  const linear = bybit2021('linear');
  const inverse = bybit2021('inverse');

  it('reads snapshots, whose levels each market puts elsewhere', () => {
    const rows = [bookRow('1.0', 'Buy', 2.5), bookRow('2.0', 'Sell', 3)];
    const frame = { topic: 'orderBookL2_25.X', type: 'snapshot', cross_seq: 1, timestamp_e6: 1_618_677_786_558_146 };
    const items = [{ type: 'snapshot', bids: [level('1.0', '2.5')], asks: [level('2.0', '3')] }];

    expect(eventOf(inverse, { ...frame, data: rows })).toMatchObject({ symbol: 'X', ts: 1_618_677_786_558.146, items });
    expect(eventOf(linear, { ...frame, timestamp_e6: '1000', data: { order_book: rows } })).toMatchObject({
      ts: 1,
      items,
    });
  });

  it('reads deltas: deletions first, so that a price may be deleted and inserted', () => {
    const data = {
      delete: [bookRow('1.0', 'Buy')],
      update: [bookRow('3', 'Sell', 7)],
      insert: [bookRow('1.0', 'Buy', 4)],
    };

    expect(eventOf(linear, { topic: 'orderBookL2_25.X', type: 'delta', timestamp_e6: 1, data })).toMatchObject({
      items: [{ type: 'delta', bids: [level('1.0', '0'), level('1.0', '4')], asks: [level('3', '7')] }],
    });
  });

  it('reads trades of either market', () => {
    const trade = { symbol: 'X', price: '10.5', size: 2, side: 'Buy', trade_id: 'id', trade_time_ms: '1618677785116' };

    for (const item of [trade, { ...trade, price: 10.5, trade_time_ms: 1_618_677_785_116 }]) {
      expect(eventOf(linear, { topic: 'trade.X', data: [item] })).toEqual({
        kind: 'trade',
        topic: 'trade.X',
        symbol: 'X',
        ts: 1_618_677_785_116,
        items: [{ price: 10.5, size: 2, side: 'buy', ts: 1_618_677_785_116, id: 'id' }],
      });
    }
  });

  it.each([
    [
      { success: true, ret_msg: '', request: { op: 'subscribe', args: ['trade.X'] } },
      { type: 'ack', topics: ['trade.X'] },
    ],
    [
      { success: false, ret_msg: 'error:topic', request: { op: 'subscribe', args: ['trade.Y'] } },
      { type: 'ack', refused: ['trade.Y'], error: 'error:topic' },
    ],
    [{ success: true, ret_msg: 'pong', request: { op: 'ping', args: null } }, { type: 'alive' }],
    [{ topic: 'klineV2.1.X', data: [] }, { type: 'unknown' }],
    [{}, { type: 'unknown' }],
  ])('reads the answer %o', (frame, expected) => {
    expect(linear.read(frame)).toEqual(expected);
  });

  it('asks without an id, as the recordings do', () => {
    expect(linear.request('subscribe', ['trade.X'], 1)).toBe('{"op":"subscribe","args":["trade.X"]}');
  });
});
