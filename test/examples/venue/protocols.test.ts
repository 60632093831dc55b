import { describe, expect, test } from 'vitest';

import { limitsOf } from '../../../examples/trading-pipeline/venue/limits.js';
import type { Asker } from '../../../examples/trading-pipeline/venue/protocols/index.js';
import { protocolOf } from '../../../examples/trading-pipeline/venue/protocols/index.js';

import { binanceLines, bybit2021Lines, bybitV5Lines, coinbaseLines, krakenLines, recordingOf } from './recordings.js';

const bybit2021 = protocolOf(recordingOf(bybit2021Lines));
const bybitV5 = protocolOf(recordingOf(bybitV5Lines));
const binance = protocolOf(recordingOf(binanceLines('usdm')));
const kraken = protocolOf(recordingOf(krakenLines));
const coinbase = protocolOf(recordingOf(coinbaseLines));

function asker(known: readonly string[], topics: readonly string[] = []): Asker {
  return { id: 'c-1', topics, knows: (topic) => known.includes(topic) };
}

const every: Asker = { id: 'c-1', topics: [], knows: () => true };

function request(value: unknown): string {
  return JSON.stringify(value);
}

/** A subscription of so many bytes. */
function paddedRequest(length: number): string {
  const empty = request({ method: 'SUBSCRIBE', params: ['@trade'], id: 1 });
  return empty.replace('@trade', `${'a'.repeat(length - empty.length)}@trade`);
}

describe('Bybit of 2021', () => {
  test('acknowledges a subscription by repeating it, as recorded', () => {
    const answer = bybit2021.answer('{"op":"subscribe","args":["trade.BTCUSDT"]}', asker(['trade.BTCUSDT']));

    expect(answer).toEqual({
      kind: 'subscribe',
      replies: ['{"success":true,"ret_msg":"","conn_id":"c-1","request":{"op":"subscribe","args":["trade.BTCUSDT"]}}'],
      added: ['trade.BTCUSDT'],
    });
  });

  test('refuses a request with an unknown stream as a whole', () => {
    const answer = bybit2021.answer('{"op":"subscribe","args":["trade.A","trade.B"]}', asker(['trade.A']));

    expect(answer).toMatchObject({ kind: 'subscribe', refused: 1 });
    expect(answer.added).toBeUndefined();
    expect(JSON.parse(answer.replies[0] ?? '')).toMatchObject({
      success: false,
      ret_msg: 'error:handler not found,topic:trade.B',
    });
  });

  test('answers a ping', () => {
    const { replies } = bybit2021.answer('{"op":"ping"}', asker([]));

    expect(replies).toEqual(['{"success":true,"ret_msg":"pong","conn_id":"c-1","request":{"op":"ping","args":null}}']);
  });

  test('takes 21 000 characters of streams and no more', () => {
    const topics = Array.from({ length: 210 }, (_, index) => `t.${index}`.padEnd(100, 'x'));

    const full = bybit2021.answer(request({ op: 'subscribe', args: topics }), every);
    const over = bybit2021.answer(request({ op: 'subscribe', args: ['y'] }), { ...every, topics });

    expect(full.added).toHaveLength(210);
    expect(over.replies[0]).toContain('"success":false,"ret_msg":"args longer than 21000 characters"');
  });

  test.each(['no json', '[]', 'null', '{}', '{"op":"subscribe"}', '{"op":"subscribe","args":[1,null]}'])(
    'refuses %s',
    (text) => {
      const answer = bybit2021.answer(text, every);

      expect(answer.refused).toBe(1);
      expect(answer.replies[0]).toContain('"success":false');
    },
  );
});

describe('Bybit V5', () => {
  test('answers with the request id', () => {
    const answer = bybitV5.answer('{"op":"subscribe","req_id":"r9","args":["a"]}', every);

    expect(answer.replies).toEqual(['{"success":true,"ret_msg":"","conn_id":"c-1","req_id":"r9","op":"subscribe"}']);
  });

  test('on spot takes ten streams a request, elsewhere any number', () => {
    const args = Array.from({ length: 11 }, (_, index) => `a.${index}`);

    const spot = bybitV5.answer(request({ op: 'subscribe', args }), every);
    const ten = bybitV5.answer(request({ op: 'subscribe', args: args.slice(1) }), every);

    expect(spot.replies[0]).toContain('args size >10');
    expect(ten.added).toHaveLength(10);
    expect(limitsOf('bybit-v5', 'linear').topicsPerRequest).toBe(Infinity);
  });
});

describe('Binance', () => {
  test('acknowledges with null and the id, whatever the id is', () => {
    for (const id of [1, 'x', null]) {
      const answer = binance.answer(request({ method: 'SUBSCRIBE', params: ['a@trade'], id }), every);

      expect(answer.replies).toEqual([`{"result":null,"id":${JSON.stringify(id)}}`]);
    }
  });

  test('acknowledges a stream that does not exist and sends nothing of it', () => {
    const text = request({ method: 'SUBSCRIBE', params: ['a@trade', 'b@trade'], id: 1 });

    const answer = binance.answer(text, asker(['a@trade']));

    expect(answer).toEqual({ kind: 'subscribe', replies: ['{"result":null,"id":1}'], added: ['a@trade'] });
  });

  test.each([
    ['not json', 3, null],
    ['[]', 2, null],
    ['{"method":"BUY","id":4}', 2, 4],
    ['{"method":"SUBSCRIBE","id":4}', 2, 4],
    ['{"method":"SUBSCRIBE","params":["btcusdt"],"id":4}', 2, 4],
    ['{"method":"SUBSCRIBE","params":["btcusdt@"],"id":4}', 2, 4],
  ])('refuses %s', (text, code, id) => {
    const answer = binance.answer(text, every);

    expect(answer.refused).toBe(1);
    expect(JSON.parse(answer.replies[0] ?? '')).toMatchObject({ error: { code }, id });
  });

  test('ignores a request above 4 096 bytes without an answer', () => {
    expect(binance.answer(paddedRequest(4_096), every)).toMatchObject({
      kind: 'subscribe',
      replies: ['{"result":null,"id":1}'],
    });
    expect(binance.answer(paddedRequest(4_097), every)).toEqual({ kind: 'other', replies: [], refused: 1 });
  });

  test('takes 1 024 streams on a connection', () => {
    const topics = Array.from({ length: 1_024 }, (_, index) => `s${index}@trade`);

    const again = binance.answer(request({ method: 'SUBSCRIBE', params: ['s1@trade'], id: 1 }), { ...every, topics });
    const over = binance.answer(request({ method: 'SUBSCRIBE', params: ['x@trade'], id: 1 }), { ...every, topics });

    expect(again.refused).toBeUndefined();
    expect(over.replies[0]).toContain('more than 1024 streams');
    expect(limitsOf('binance', 'spot').topicsPerConnection).toBe(1_024);
  });

  test('lists subscriptions and takes them back', () => {
    const list = binance.answer('{"method":"LIST_SUBSCRIPTIONS","id":3}', asker([], ['a@trade']));
    const end = binance.answer('{"method":"UNSUBSCRIBE","params":["a@trade"],"id":4}', asker([], ['a@trade']));

    expect(list.replies).toEqual(['{"result":["a@trade"],"id":3}']);
    expect(end).toEqual({ kind: 'unsubscribe', replies: ['{"result":null,"id":4}'], removed: ['a@trade'] });
  });

  test('takes a frame out of its wrapping byte for byte', () => {
    expect(binance.unwrap?.('{"stream":"a@trade","data":{"p":"1.0","data":{}}}')).toBe('{"p":"1.0","data":{}}');
  });
});

describe('Kraken', () => {
  const subscription = { name: 'book', depth: 1000 };

  test('answers pair by pair, with the recorded channel numbers, and refuses what it does not have', () => {
    const text = request({ event: 'subscribe', pair: ['ETH/CHF', 'NO/NE'], subscription, reqid: 5 });

    const answer = kraken.answer(text, asker(['book-1000:ETH/CHF']));

    expect(answer).toMatchObject({ kind: 'subscribe', added: ['book-1000:ETH/CHF'], refused: 1 });
    expect(answer.replies.map((reply) => JSON.parse(reply))).toEqual([
      {
        channelID: 496,
        channelName: 'book-1000',
        event: 'subscriptionStatus',
        reqid: 5,
        pair: 'ETH/CHF',
        status: 'subscribed',
        subscription,
      },
      {
        errorMessage: 'Currency pair not supported NO/NE',
        event: 'subscriptionStatus',
        reqid: 5,
        pair: 'NO/NE',
        status: 'error',
        subscription,
      },
    ]);
  });

  test('greets, answers pings and ends subscriptions', () => {
    const end = kraken.answer(request({ event: 'unsubscribe', pair: ['ETH/CHF'], subscription }), every);

    expect(kraken.greeting?.()).toContain('"event":"systemStatus","status":"online"');
    expect(kraken.answer('{"event":"ping","reqid":42}', every).replies).toEqual(['{"event":"pong","reqid":42}']);
    expect(end).toMatchObject({ kind: 'unsubscribe', removed: ['book-1000:ETH/CHF'] });
    expect(end.replies[0]).toContain('"status":"unsubscribed"');
  });

  test.each(['x', '{"event":"dance"}', '{"event":"subscribe","pair":"ETH/CHF"}'])('refuses %s', (text) => {
    expect(kraken.answer(text, every)).toMatchObject({ refused: 1 });
  });
});

describe('Coinbase', () => {
  test('answers every change with all subscriptions', () => {
    const text = request({ type: 'subscribe', product_ids: ['A-B'], channels: ['level2', { name: 'ticker' }] });

    const answer = coinbase.answer(text, { ...every, topics: ['matches:A-B'] });

    expect(answer.added).toEqual(['level2:A-B', 'ticker:A-B']);
    expect(JSON.parse(answer.replies[0] ?? '')).toEqual({
      type: 'subscriptions',
      channels: [
        { name: 'matches', product_ids: ['A-B'] },
        { name: 'level2', product_ids: ['A-B'] },
        { name: 'ticker', product_ids: ['A-B'] },
      ],
    });
  });

  test('takes a channel with products of its own', () => {
    const channels = [{ name: 'level2', product_ids: ['C-D'] }];

    const answer = coinbase.answer(request({ type: 'subscribe', product_ids: ['A-B'], channels }), every);

    expect(answer.added).toEqual(['level2:C-D']);
  });

  test('refuses unknown products and empty requests', () => {
    const unknown = coinbase.answer('{"type":"subscribe","product_ids":["X-Y"],"channels":["level2"]}', asker([]));
    const empty = coinbase.answer('{"type":"subscribe","product_ids":["X-Y"]}', every);

    expect(unknown.replies).toEqual([
      '{"type":"error","message":"Failed to subscribe","reason":"X-Y is not a valid product"}',
    ]);
    expect(empty.replies[0]).toContain('No channels provided');
  });

  test('unsubscribes products, or a whole channel', () => {
    const topics = ['level2:A-B', 'level2:C-D', 'ticker:A-B'];

    const one = coinbase.answer(
      '{"type":"unsubscribe","product_ids":["A-B"],"channels":["level2"]}',
      asker([], topics),
    );
    const all = coinbase.answer('{"type":"unsubscribe","channels":["level2"]}', asker([], topics));

    expect(one.removed).toEqual(['level2:A-B']);
    expect(all.removed).toEqual(['level2:A-B', 'level2:C-D']);
    expect(all.replies[0]).toBe('{"type":"subscriptions","channels":[{"name":"ticker","product_ids":["A-B"]}]}');
  });
});
