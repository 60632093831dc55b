/**
 * Trades and an order book over one WebSocket, from a small venue that this program plays itself.
 *
 *   npm run example -- feed
 *
 * Against the real venue, leave out `url`: `new FeedPool({ protocol: bybitV5('linear') })`.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { WebSocketServer } from 'ws';
import { bybitV5, type FeedEvent, FeedPool, OrderBook } from 'tickwise/feed';

const BOOK = 'orderbook.50.BTCUSDT';
const TRADES = 'publicTrade.BTCUSDT';

/** Subscribes to a book and its trades, prints what comes, and returns the lines. */
export async function run(print: (line: string) => void = console.log): Promise<string[]> {
  const venue = await startVenue();
  const protocol = bybitV5('linear');
  const pool = new FeedPool({ protocol, url: venue.url });
  const book = new OrderBook(protocol.book(BOOK));
  const lines: string[] = [];
  const say = (line: string): void => {
    lines.push(line);
    print(line);
  };

  await new Promise<void>((resolve) => {
    void pool.subscribe(BOOK, (event) => {
      if (event.kind !== 'book') return;
      for (const change of event.items) book.apply(change);
      say(`book ${book.status}: ${book.bestBid} / ${book.bestAsk}`);
    });
    void pool.subscribe(TRADES, (event) => {
      for (const line of tradeLines(event)) say(line);
      resolve();
    });
  });

  const { connections, requests, frames } = pool.stats();
  say(`${connections} connection, ${requests} request, ${frames} frames`);
  await pool.close();
  await venue.close();
  return lines;
}

function tradeLines(event: FeedEvent): string[] {
  if (event.kind !== 'trade') return [];
  return event.items.map(({ side, size, price }) => `${event.symbol}: ${side} ${size} at ${price}`);
}

/** Accepts a subscription, then sends a snapshot, a delta and a trade. */
async function startVenue(): Promise<{ url: string; close(): Promise<void> }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    socket.once('message', (data: Buffer) => {
      const { req_id: id } = JSON.parse(data.toString()) as { req_id: string };
      const frames = [{ success: true, ret_msg: '', op: 'subscribe', req_id: id }, ...marketData()];
      for (const frame of frames) socket.send(JSON.stringify(frame));
    });
  });
  const { port } = server.address() as AddressInfo; // A listening TCP server has such an address.
  return {
    url: `ws://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function marketData(): object[] {
  const ts = Date.UTC(2026, 0, 5, 9);
  const snapshot = { s: 'BTCUSDT', u: 7, b: [['99.5', '1.2']], a: [['100.0', '0.8']] };
  const delta = { s: 'BTCUSDT', u: 8, b: [['99.9', '3.0']], a: [] };
  const trade = { T: ts, s: 'BTCUSDT', S: 'Buy', v: '0.3', p: '100.0', i: 't1' };
  return [
    { topic: BOOK, type: 'snapshot', ts, data: snapshot },
    { topic: BOOK, type: 'delta', ts, data: delta },
    { topic: TRADES, type: 'snapshot', ts, data: [trade] },
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await run();
