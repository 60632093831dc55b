import { describe, expect, it } from 'vitest';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { bybit2021, type FeedProtocol, FeedPool, OrderBook, coinbase, kraken } from 'tickwise/feed';
import { expectedRows, hasRecordings, recordedFrames } from './recordings.js';

/** A recording, the topics its frames answer and carry, and how many requests it takes until it may start. */
const RECORDINGS: readonly [source: string, name: string, protocol: FeedProtocol, book: RegExp, others: RegExp][] = [
  ['bybit-linear', 'bybit-linear-2021-04-17', bybit2021('linear'), /^orderBookL2_25\./, /^trade\./],
  ['bybit-inverse', 'bybit-inverse-2021-04-17', bybit2021('inverse'), /^orderBookL2_25\./, /^trade\./],
  ['kraken', 'kraken-book-2021-04-17', kraken(), /^book-1000:/, /^(heartbeat|systemStatus)$/],
  ['coinbase', 'coinbase-2021-04-17', coinbase(), /^level2:/, /^(ticker|matches):/],
];

describe.skipIf(!hasRecordings)('a recording over a real socket', { timeout: 60_000 }, () => {
  it.each(RECORDINGS)(
    'gives the expected books through the pool, one parse per frame: %s',
    async (source, name, protocol, book, others) => {
      const frames = recordedFrames(name).filter(({ dir }) => dir === 'in');
      const topics = topicsOf(frames, protocol).filter((topic) => book.test(topic) || others.test(topic));
      await using venue = await replayVenue(frames, protocol, topics);
      const pool = new FeedPool({ protocol, url: venue.url, onError: (error) => expect.unreachable(String(error)) });
      const books = new Map<string, OrderBook>();
      for (const topic of topics.filter((candidate) => book.test(candidate))) {
        books.set(topic.slice(topic.search(/[.:]/) + 1), new OrderBook(protocol.book(topic)));
      }

      const subscribed = Promise.all(
        topics.map((topic) =>
          pool.subscribe(topic, (event) => {
            if (event.kind === 'book') for (const change of event.items) books.get(event.symbol)?.apply(change);
          }),
        ),
      );
      await subscribed;
      await venue.sent;
      await venue.drained();
      const stats = pool.stats();
      await pool.close();

      const rows = [...books].flatMap(([symbol, subject]) => topTen(symbol, subject));
      const expected = expectedRows('final-books-top10.csv').filter((row) => row.startsWith(`${source},`));
      expect(rows.toSorted()).toEqual(expected.map((row) => row.split(',').slice(2).join(',')).toSorted());
      expect(stats).toMatchObject({ connections: 1, malformed: 0, unknown: 0, rejected: 0, live: topics.length });
      expect(stats.frames).toBe(stats.parsed);
      expect(stats.frames).toBe(stats.events + stats.acks);
    },
  );
});

interface Venue extends AsyncDisposable {
  readonly url: string;
  /** Resolves when every frame was handed to the socket. */
  readonly sent: Promise<void>;
  /** Resolves when the client has read everything: it answers a ping after the last frame. */
  drained(): Promise<void>;
}

/** Sends a recording's frames, answers included, once every topic was asked for; unasked ones are not waited for. */
async function replayVenue(
  frames: readonly { text: string }[],
  protocol: FeedProtocol,
  topics: readonly string[],
): Promise<Venue> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  const groups = new Set(
    topics.filter((topic) => !protocol.unasked.includes(topic)).map((topic) => protocol.group(topic)),
  );
  let client: WebSocket | undefined;
  const sent = new Promise<void>((resolve) => {
    server.on('connection', (socket) => {
      client = socket;
      let requests = 0;
      socket.on('message', () => {
        requests++;
        if (requests < groups.size) return;
        for (const { text } of frames) socket.send(text);
        resolve();
      });
    });
  });
  const { port } = server.address() as AddressInfo; // A listening TCP server has such an address.
  return {
    url: `ws://127.0.0.1:${port}`,
    sent,
    async drained() {
      const answered = new Promise((resolve) => client?.once('pong', resolve));
      client?.ping();
      await answered;
    },
    async [Symbol.asyncDispose]() {
      client?.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Topics that a recording has data for or an answer to. */
function topicsOf(frames: readonly { text: string }[], protocol: FeedProtocol): string[] {
  const topics = new Set<string>();
  for (const { text } of frames) {
    const incoming = protocol.read(protocol.decode(text));
    if (incoming.type === 'event') topics.add(incoming.event.topic);
    if (incoming.type === 'ack')
      for (const topic of [...(incoming.topics ?? []), ...(incoming.current ?? [])]) topics.add(topic);
  }
  return [...topics];
}

function topTen(symbol: string, book: OrderBook): string[] {
  const side = (name: string, levels: readonly { priceText: string; sizeText: string }[]): string[] =>
    levels.map((level, index) => `${symbol},${name},${index + 1},${level.priceText},${level.sizeText}`);
  return [...side('bid', book.bids(10)), ...side('ask', book.asks(10))];
}
