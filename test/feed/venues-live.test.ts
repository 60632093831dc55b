/** The protocols of this package and of the examples in conversation with a venue that speaks their language. */
import { afterEach, describe, expect, it } from 'vitest';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { VirtualClock } from 'tickwise/core';
import {
  binance,
  bybit2021,
  bybitV5,
  type FeedEvent,
  FeedPool,
  type FeedPoolOptions,
  OrderBook,
  coinbase,
  kraken,
} from 'tickwise/feed';
import { level } from './books.js';
import { failureOf, Journal } from './journal.js';

type Frame = Record<string, unknown>;

const nothing = (): void => undefined;

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface Talk {
  readonly pool: FeedPool;
  readonly clock: VirtualClock;
  readonly asked: Journal<Frame>;
  send(frame: unknown): void;
}

/** A pool and a venue that answers each frame as told. */
async function talk(
  protocol: FeedPoolOptions['protocol'],
  answer: (frame: Frame, send: (frame: unknown) => void) => void,
  options: Partial<FeedPoolOptions> = {},
): Promise<Talk> {
  const clock = new VirtualClock();
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  const asked = new Journal<Frame>();
  let client: WebSocket | undefined;
  const send = (frame: unknown): void => client?.send(JSON.stringify(frame));
  server.on('connection', (socket) => {
    client = socket;
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as Frame;
      asked.add(frame);
      answer(frame, send);
    });
  });
  const { port } = server.address() as AddressInfo; // A listening TCP server has such an address.
  const pool = new FeedPool({ protocol, url: `ws://127.0.0.1:${port}`, pace: 0, ioClock: clock, ...options });
  open.push(async () => {
    await pool.close();
    client?.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  return { pool, clock, asked, send };
}

describe('Bybit V5', () => {
  it('answers by request id, in any order', async () => {
    const held: Frame[] = [];
    const { pool, asked } = await talk(bybitV5('spot', { limits: { topicsPerRequest: 1 } }), (frame, send) => {
      held.unshift({ success: true, ret_msg: 'subscribe', conn_id: 'x', req_id: frame['req_id'], op: 'subscribe' });
      if (held.length === 2) for (const ack of held) send(ack);
    });

    await Promise.all(['publicTrade.A', 'publicTrade.B'].map((topic) => pool.subscribe(topic, nothing)));

    expect(asked.entries.map((frame) => frame['args'])).toEqual([['publicTrade.A'], ['publicTrade.B']]);
    expect(pool.stats()).toMatchObject({ live: 2, acks: 2, requests: 2 });
  });

  it('refuses with its own words', async () => {
    const { pool } = await talk(bybitV5('linear'), (frame, send) => {
      send({ success: false, ret_msg: 'error:handler not found,topic:x.y', req_id: frame['req_id'], op: 'subscribe' });
    });

    const failure = await failureOf(pool.subscribe('x.y', nothing));

    expect(failure).toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: 'bybit-v5-linear refused: error:handler not found,topic:x.y',
    });
  });

  it('names the topics of options it takes and those it refuses', async () => {
    const { pool } = await talk(bybitV5('option'), (_frame, send) => {
      const data = { successTopics: ['tickers.BTC-1'], failTopics: ['tickers.BTC-2'] };
      send({ success: true, conn_id: 'x', data, type: 'COMMAND_RESP' });
    });

    const results = await Promise.allSettled(
      ['tickers.BTC-1', 'tickers.BTC-2'].map((topic) => pool.subscribe(topic, nothing)),
    );

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('is pinged every 20 seconds in its own form, and its pong keeps the connection', async () => {
    const { pool, clock, asked } = await talk(bybitV5('linear'), (frame, send) => {
      if (frame['op'] === 'ping') send({ success: true, ret_msg: 'pong', conn_id: 'x', req_id: '', op: 'ping' });
      else send({ success: true, ret_msg: '', conn_id: 'x', req_id: frame['req_id'], op: 'subscribe' });
    });
    await pool.subscribe('publicTrade.A', nothing);

    await clock.advance(20_000);
    const frames = await asked.atLeast(2);

    expect(frames[1]).toMatchObject({ op: 'ping' });
    expect(pool.stats()).toMatchObject({ pings: 1, opened: 1 });
  });

  it('gives a book that a restart of the service does not break', async () => {
    const topic = 'orderbook.50.X';
    const { pool, send } = await talk(bybitV5('linear'), (frame, reply) => {
      reply({ success: true, ret_msg: '', req_id: frame['req_id'], op: 'subscribe' });
    });
    const book = new OrderBook(bybitV5('linear').book(topic));
    const statuses = new Journal<string>();
    await pool.subscribe(topic, (event) => {
      if (event.kind === 'book') for (const change of event.items) statuses.add(book.apply(change));
    });

    for (const [type, u, price] of [
      ['snapshot', 7, '1'],
      ['delta', 8, '2'],
      ['snapshot', 1, '5'],
      ['delta', 2, '6'],
    ] as const) {
      send({ topic, type, ts: 1, data: { s: 'X', b: [[price, '1']], a: [], u } });
    }
    await statuses.atLeast(4);

    expect(statuses.entries).toEqual(['ready', 'ready', 'ready', 'ready']);
    expect(book.bids()).toEqual([level('6', '1'), level('5', '1')]);
  });
});

describe('Bybit of 2021', () => {
  it('answers with a copy of the request', async () => {
    const { pool, asked } = await talk(bybit2021('inverse'), (frame, send) => {
      send({ success: true, ret_msg: '', conn_id: 'x', request: frame });
    });

    const [end] = await Promise.all(['trade.A', 'trade.B'].map((topic) => pool.subscribe(topic, nothing)));
    await end?.();
    await asked.atLeast(2);

    expect(asked.entries).toEqual([
      { op: 'subscribe', args: ['trade.A', 'trade.B'] },
      { op: 'unsubscribe', args: ['trade.A'] },
    ]);
  });
});

describe('Binance', () => {
  it('takes a frame, refuses another, and sends quotes, trades and bars on one connection', async () => {
    const { pool, send } = await talk(binance('spot', { limits: { topicsPerRequest: 3 } }), (frame, reply) => {
      const isBad = (frame['params'] as string[]).includes('bad@stream');
      reply(
        isBad ? { error: { code: 2, msg: 'Invalid request' }, id: frame['id'] } : { result: null, id: frame['id'] },
      );
    });
    const events = new Journal<FeedEvent>();
    const topics = ['x@trade', 'x@bookTicker', 'x@kline_1m', 'bad@stream'];
    const results = await Promise.allSettled(topics.map((topic) => pool.subscribe(topic, events.add)));

    send({ stream: 'x@trade', data: { e: 'trade', E: 1, s: 'X', t: 1, p: '1', q: '1', T: 1, m: false } });
    send({ stream: 'x@bookTicker', data: { u: 1, s: 'X', b: '1', B: '1', a: '2', A: '1' } });
    const k = { t: 0, T: 59_999, s: 'X', i: '1m', o: '1', c: '1', h: '1', l: '1', v: '1', n: 1, x: false };
    send({ stream: 'x@kline_1m', data: { e: 'kline', E: 1, s: 'X', k } });
    await events.atLeast(3);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    expect(events.entries.map(({ kind }) => kind)).toEqual(['trade', 'quote', 'bar']);
  });

  it('books start from a REST snapshot that comes while deltas arrive', async () => {
    const topic = 'x@depth@100ms';
    const { pool, send } = await talk(binance('usdm'), (frame, reply) => reply({ result: null, id: frame['id'] }));
    const book = new OrderBook(binance('usdm').book(topic));
    const statuses = new Journal<string>();
    await pool.subscribe(topic, (event) => {
      if (event.kind === 'book') for (const change of event.items) statuses.add(book.apply(change));
    });
    const depth = (pu: number, U: number, u: number): object => ({
      stream: topic,
      data: { e: 'depthUpdate', E: u, T: u, s: 'X', U, u, pu, b: [[String(u), '1']], a: [] },
    });

    for (const frame of [depth(0, 1, 5), depth(5, 6, 9)]) send(frame);
    await statuses.atLeast(2);
    book.applySnapshot({ type: 'snapshot', bids: [level('0.5', '1')], asks: [], lastId: 7 });
    send(depth(9, 10, 12));
    send(depth(11, 13, 14));
    await statuses.atLeast(4);

    expect(statuses.entries).toEqual(['waiting', 'waiting', 'ready', 'gap']);
  });
});

describe('Kraken, defined by a user', () => {
  it('answers each pair by itself', async () => {
    const { pool, asked } = await talk(kraken(), (frame, send) => {
      const { name } = frame['subscription'] as { name: string };
      for (const pair of frame['pair'] as string[]) {
        const status = frame['event'] === 'subscribe' ? 'subscribed' : 'unsubscribed';
        const base = { event: 'subscriptionStatus', pair, subscription: { name } };
        send(pair === 'NO/PE' ? { ...base, status: 'error', errorMessage: 'no such pair' } : { ...base, status });
      }
    });
    const topics = ['trade:A/B', 'trade:NO/PE', 'ticker:A/B'];
    const results = await Promise.allSettled(topics.map((topic) => pool.subscribe(topic, nothing)));

    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { message: 'kraken-v1 refused: no such pair' } },
      { status: 'fulfilled' },
    ]);
    expect(asked.entries).toMatchObject([
      { event: 'subscribe', pair: ['A/B', 'NO/PE'], subscription: { name: 'trade' } },
      { event: 'subscribe', pair: ['A/B'], subscription: { name: 'ticker' } },
    ]);
  });

  it('sends its system state and heartbeat to who asks for them', async () => {
    const { pool, send } = await talk(kraken(), nothing);
    const events = new Journal<FeedEvent>();
    await Promise.all(['systemStatus', 'heartbeat'].map((topic) => pool.subscribe(topic, events.add)));

    send({ event: 'systemStatus', status: 'online', version: '1.8.3', connectionID: 1 });
    send({ event: 'heartbeat' });
    await events.atLeast(2);

    expect(events.entries.map(({ items }) => items)).toEqual([[{ status: 'online' }], [{ status: 'heartbeat' }]]);
    expect(pool.stats()).toMatchObject({ requests: 0, live: 2 });
  });
});

describe('Coinbase, defined by a user', () => {
  it('answers with all it has, also when topics end', async () => {
    const has = new Map<string, Set<string>>();
    const { pool, asked } = await talk(coinbase(), (frame, send) => {
      for (const name of frame['channels'] as string[]) {
        const products = has.get(name) ?? new Set<string>();
        has.set(name, products);
        for (const product of frame['product_ids'] as string[]) {
          if (frame['type'] === 'subscribe') products.add(product);
          else products.delete(product);
        }
      }
      const channels = [...has].map(([name, products]) => ({ name, product_ids: [...products] }));
      send({ type: 'subscriptions', channels });
    });

    const ends = await Promise.all(
      ['level2:A-B', 'ticker:A-B', 'level2:C-D'].map((topic) => pool.subscribe(topic, nothing)),
    );
    await ends[0]?.();
    await asked.atLeast(3);
    await pool.subscribe('level2:A-B', nothing);

    expect(asked.entries.map((frame) => [frame['type'], frame['product_ids'], frame['channels']])).toEqual([
      ['subscribe', ['A-B', 'C-D'], ['level2']],
      ['subscribe', ['A-B'], ['ticker']],
      ['unsubscribe', ['A-B'], ['level2']],
      ['subscribe', ['A-B'], ['level2']],
    ]);
    expect(pool.stats()).toMatchObject({ live: 3, pendingRequests: 0 });
  });

  it('refuses the oldest request with its error', async () => {
    const { pool } = await talk(coinbase(), (_frame, send) => {
      send({ type: 'error', message: 'Failed to subscribe', reason: 'A-X is not a valid product' });
    });

    const failure = await failureOf(pool.subscribe('level2:A-X', nothing));

    expect(failure).toMatchObject({ message: 'coinbase refused: Failed to subscribe: A-X is not a valid product' });
  });
});
