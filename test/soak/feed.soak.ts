import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { coinbase, type FeedEvent, FeedPool, OrderBook } from 'tickwise/feed';
import { SubscriptionHub } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { expectedRows, hasRecordings, recordedFrames } from '../feed/recordings.js';

const LOOPS = 200;
/** Loops after which everything that is kept is there. */
const WARM = 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void; // The flag above makes it one.

/** Megabytes in use after a full collection. */
function heapMegabytes(): number {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** A venue that sends the frames of the recording, and waits until the client has read them. */
async function startVenue(frames: readonly string[]) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  const connected = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
  const { port } = server.address() as AddressInfo; // A listening TCP server has such an address.
  return {
    url: `ws://127.0.0.1:${port}`,
    async play(): Promise<void> {
      const socket = await connected;
      for (const text of frames) socket.send(text);
      const answered = new Promise((resolve) => socket.once('pong', resolve));
      socket.ping();
      await answered;
    },
    async close(): Promise<void> {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.skipIf(!hasRecordings)('a feed that runs for long', () => {
  it(`keeps its heap and its counts over ${LOOPS} loops of the Coinbase recording`, async () => {
    const protocol = coinbase();
    const frames = recordedFrames('coinbase-2021-04-17').flatMap(({ dir, text }) => (dir === 'in' ? [text] : []));
    const topics = topicsOf(frames);
    const venue = await startVenue(frames);
    const pool = new FeedPool({ protocol, url: venue.url });
    const hub = new SubscriptionHub<Record<string, FeedEvent>>({ source: pool, replay: 1 });
    const books = new Map<string, OrderBook>();
    let [handled, parsed] = [0, 0];
    for (const topic of topics) {
      if (topic.startsWith('level2:')) books.set(topic.slice(7), new OrderBook(protocol.book(topic)));
      hub.subscribe(topic, (event) => {
        handled++;
        if (event.kind === 'book') for (const change of event.items) books.get(event.symbol)?.apply(change);
      });
      hub.subscribe(topic, () => void parsed++);
    }
    const heap: number[] = [];

    for (let loop = 1; loop <= LOOPS; loop++) {
      await venue.play();
      if (loop === WARM || loop % 60 === 20) heap.push(heapMegabytes());
    }
    heap.push(heapMegabytes());

    const stats = pool.stats();
    console.log(`${stats.frames} frames; megabytes of heap ${heap.map((size) => size.toFixed(1)).join(', ')}`);
    expect(stats.frames).toBe(LOOPS * frames.length);
    expect(stats.frames).toBe(stats.parsed + stats.malformed + stats.conflated + stats.held);
    expect(stats.parsed).toBe(stats.events + stats.acks + stats.rejected + stats.alive + stats.unknown);
    expect(stats.delivered).toBe(stats.events - stats.stray - stats.repeated);
    expect(stats).toMatchObject({ malformed: 0, unknown: 0, rejected: 0, stray: 0, opened: 1, gaps: 0, errors: 0 });
    expect([handled, parsed]).toEqual([stats.delivered, stats.delivered]);
    const { received, delivered, pending, dropped, conflated, discarded } = hub.stats();
    expect(delivered + pending + dropped + conflated + discarded).toBe(received);
    const rows = [...books].flatMap(([symbol, book]) => topTen(symbol, book));
    const expected = expectedRows('final-books-top10.csv').filter((row) => row.startsWith('coinbase,'));
    expect(rows.toSorted()).toEqual(expected.map((row) => row.split(',').slice(2).join(',')).toSorted());
    expect(heap.at(-1)).toBeLessThan((heap[0] ?? 0) * 1.05 + 2);
    await hub.close();
    await pool.close();
    await venue.close();
  });
});

function topicsOf(frames: readonly string[]): string[] {
  const protocol = coinbase();
  const topics = new Set<string>();
  for (const text of frames) {
    const incoming = protocol.read(protocol.decode(text));
    if (incoming.type === 'event') topics.add(incoming.event.topic);
  }
  return [...topics];
}

function topTen(symbol: string, book: OrderBook): string[] {
  const side = (name: string, levels: readonly { priceText: string; sizeText: string }[]): string[] =>
    levels.map((level, index) => `${symbol},${name},${index + 1},${level.priceText},${level.sizeText}`);
  return [...side('bid', book.bids(10)), ...side('ask', book.asks(10))];
}
