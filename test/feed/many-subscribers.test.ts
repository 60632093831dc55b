import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { bybit2021, bybitV5, type FeedEvent, FeedPool, type FeedProtocol } from 'tickwise/feed';
import { SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';
import { Journal } from './journal.js';
import { hasRecordings, recordedFrames } from './recordings.js';

const SUBSCRIBERS = 50;
const SYMBOLS = ['ADAUSDT', 'BCHUSDT', 'DOTUSDT', 'ETHUSDT', 'LINKUSDT', 'LTCUSDT', 'UNIUSDT', 'XTZUSDT'];

interface Venue extends AsyncDisposable {
  readonly url: string;
  readonly requests: Journal<{ readonly op: string; readonly args: readonly string[]; readonly req_id?: string }>;
  readonly connections: Journal<WebSocket>;
}

/** A venue that answers a request with `answer` and sends `frames` once it was asked for 16 topics. */
async function startVenue(frames: readonly string[], answer: (id: string | undefined) => string[]): Promise<Venue> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  const requests: Venue['requests'] = new Journal();
  const connections: Venue['connections'] = new Journal();
  server.on('connection', (socket) => {
    connections.add(socket);
    let topics = 0;
    socket.on('message', (data: Buffer) => {
      const request = JSON.parse(data.toString()) as { op: string; args: string[]; req_id?: string };
      requests.add(request);
      if (request.op === 'subscribe') topics += request.args.length;
      for (const text of [...answer(request.req_id), ...(topics === 16 ? frames : [])]) socket.send(text);
    });
  });
  const { port } = server.address() as AddressInfo; // A listening TCP server has such an address.
  return {
    url: `ws://127.0.0.1:${port}`,
    requests,
    connections,
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Subscribes 50 models to both topics of every symbol, and returns what each of them has seen once all frames were. */
async function watchAll(
  venue: Venue,
  protocol: FeedProtocol,
  topicsOf: (symbol: string) => readonly string[],
  frames: number,
) {
  const pool = new FeedPool({ protocol, url: venue.url });
  const hub = new SubscriptionHub<Record<string, FeedEvent>>({ source: pool });
  const seen = SYMBOLS.map(() => Array.from({ length: SUBSCRIBERS }, (): FeedEvent[] => []));
  const last = new Journal<FeedEvent>();
  for (const [index, symbol] of SYMBOLS.entries()) {
    for (const own of seen[index] ?? []) {
      for (const topic of topicsOf(symbol)) hub.subscribe(topic, (event) => void own.push(event));
    }
    for (const topic of topicsOf(symbol)) hub.subscribe(topic, last.add);
  }
  await last.atLeast(frames);
  const stats = { pool: pool.stats(), hub: hub.stats() };
  await hub.close();
  await pool.close();
  return { seen, stats };
}

describe('50 subscribers for each of 8 symbols of Bybit linear', () => {
  it.skipIf(!hasRecordings)('cost 16 topics in one request, and each sees every frame of its symbol once', async () => {
    const received = recordedFrames('bybit-linear-2021-04-17').filter(({ dir }) => dir === 'in');
    const texts = received.map(({ text }) => text);
    const data = texts.filter((text) => text.startsWith('{"topic"'));
    await using venue = await startVenue(texts, () => []);

    const topics = (symbol: string): string[] => [`orderBookL2_25.${symbol}`, `trade.${symbol}`];
    const { seen, stats } = await watchAll(venue, bybit2021('linear'), topics, data.length);

    expect(data.length).toBe(3_326);
    expect(venue.requests.entries.filter(({ op }) => op === 'subscribe').map(({ args }) => args.length)).toEqual([16]);
    expect(venue.connections.entries.length).toBe(1);
    expect(stats.pool).toMatchObject({ events: data.length, delivered: data.length, requests: 1, malformed: 0 });
    for (const [index, symbol] of SYMBOLS.entries()) {
      const [first = [], ...others] = seen[index] ?? [];
      const expected = data
        .map((text) => JSON.parse(text) as { topic: string })
        .filter(({ topic }) => topic.endsWith(`.${symbol}`));
      expect(first.map(({ raw }) => raw)).toEqual(expected);
      for (const other of others) expect(other.every((event, at) => event === first[at])).toBe(true);
      expect(new Set(others.map(({ length }) => length))).toEqual(new Set([expected.length]));
    }
  });

  it('cost the same in the language of today', async () => {
    const trade = { T: 1, S: 'Buy', v: '1', p: '2' };
    const frames = Array.from({ length: 800 }, (_, index) => {
      const symbol = SYMBOLS[index % 8] ?? '';
      const [topic, data] =
        index % 16 < 8
          ? [`publicTrade.${symbol}`, [{ ...trade, s: symbol, i: String(index) }]]
          : [`tickers.${symbol}`, { symbol, lastPrice: String(index) }];
      return JSON.stringify({ topic, type: 'snapshot', ts: index, data });
    });
    await using venue = await startVenue(frames, (id) => [
      JSON.stringify({ success: true, ret_msg: '', op: 'subscribe', req_id: id }),
    ]);

    const topics = (symbol: string): string[] => [`publicTrade.${symbol}`, `tickers.${symbol}`];
    const { seen, stats } = await watchAll(venue, bybitV5('linear'), topics, frames.length);

    const requests = venue.requests.entries.filter(({ op }) => op === 'subscribe');
    expect(requests.map(({ args }) => new Set(args).size)).toEqual([16]);
    expect(stats.pool).toMatchObject({ topics: 16, connections: 1, delivered: 800 });
    for (const ofSymbol of seen) {
      for (const events of ofSymbol) expect(events.length).toBe(100);
      expect(ofSymbol.every((events) => new Set(events).size === 100)).toBe(true);
    }
  });
});
