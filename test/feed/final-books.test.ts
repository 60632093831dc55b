import { describe, expect, it } from 'vitest';
import {
  type BookChange,
  bybit2021,
  bybitV5,
  type FeedProtocol,
  type Incoming,
  OrderBook,
  coinbase,
  kraken,
} from 'tickwise/feed';
import { expectedRows, hasRecordings, recordedFrames } from './recordings.js';

const RECORDINGS: readonly [source: string, name: string, protocol: FeedProtocol][] = [
  ['bybit-linear', 'bybit-linear-2021-04-17', bybit2021('linear')],
  ['bybit-inverse', 'bybit-inverse-2021-04-17', bybit2021('inverse')],
  ['bybit-v5', 'bybit-v5-orderbook500-xrpusdt-2024-12-01', bybitV5('linear')],
  ['coinbase', 'coinbase-2021-04-17', coinbase()],
  ['kraken', 'kraken-book-2021-04-17', kraken()],
];

describe.skipIf(!hasRecordings)('final books of the recordings', { timeout: 60_000 }, () => {
  it.each(RECORDINGS)('equal the expected ten best levels to the character: %s', (source, name, protocol) => {
    const expected = expectedRows('final-books-top10.csv').filter((row) => row.startsWith(`${source},`));

    const books = replay(name, protocol);

    const rows = [...books].flatMap(([symbol, book]) => topTen(symbol, book));
    expect(rows.toSorted()).toEqual(expected.map((row) => row.split(',').slice(2).join(',')).toSorted());
    expect(rows.length).toBe(books.size * 20);
  });

  it('are all 31 of the expected ones, and no others', () => {
    const expected = new Set(expectedRows('final-books-top10.csv').map((row) => row.split(',').slice(0, 3).join(',')));

    const books = RECORDINGS.flatMap(([, name, protocol]) => [...replay(name, protocol).keys()]);

    expect([expected.size, books.length]).toEqual([31, 31]);
  });

  it('agree with all 4,269 checksums of the venue', () => {
    const books = replay('kraken-book-2021-04-17', kraken());

    const stats = [...books.values()].map((book) => book.stats());
    expect(sum(stats.map((book) => book.checksumsVerified))).toBe(4_269);
    expect(sum(stats.map((book) => book.checksumFailures))).toBe(0);
    expect(stats.every((book) => book.status === 'ready' && book.bids <= 1_000 && book.asks <= 1_000)).toBe(true);
  });

  it.each(RECORDINGS)('are reached with every frame understood and none of it a gap: %s', (_source, name, protocol) => {
    const frames = readFrames(name, protocol);

    expect(new Set(frames.map((frame) => frame.type))).not.toContain('unknown');
    expect([...replay(name, protocol).values()].map((book) => book.stats().gaps)).not.toContain(1);
  });
});

describe.skipIf(!hasRecordings)('a change dropped from a recording with ids', () => {
  it('makes a gap that a new snapshot ends', () => {
    const changes = bookChanges('bybit-v5-orderbook500-xrpusdt-2024-12-01', bybitV5('linear'));
    const book = new OrderBook(bybitV5('linear').book('orderbook.500.XRPUSDT'));

    const statuses = changes.toSpliced(20, 1).map(({ change }) => book.apply(change));

    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 'ready'));
    expect(new Set(statuses.slice(20))).toEqual(new Set(['gap']));
    expect(book.bids()).toEqual([]);
    expect(changes.slice(0, 1).map(({ change }) => book.apply(change))).toEqual(['ready']);
  });
});

const framesRead = new Map<string, Incoming[]>();

/** The frames of a recording as the protocol reads them; read once for all tests. */
function readFrames(name: string, protocol: FeedProtocol): Incoming[] {
  const known = framesRead.get(name);
  if (known !== undefined) return known;
  const frames = recordedFrames(name).filter((frame) => frame.dir === 'in');
  const read = frames.map((frame) => protocol.read(protocol.decode(frame.text)));
  framesRead.set(name, read);
  return read;
}

function replay(name: string, protocol: FeedProtocol): Map<string, OrderBook> {
  const books = new Map<string, OrderBook>();
  for (const { symbol, topic, change } of bookChanges(name, protocol)) {
    const book = books.get(symbol) ?? new OrderBook(protocol.book(topic));
    books.set(symbol, book);
    book.apply(change);
  }
  return books;
}

function bookChanges(name: string, protocol: FeedProtocol): { symbol: string; topic: string; change: BookChange }[] {
  return readFrames(name, protocol).flatMap((incoming) => {
    if (incoming.type !== 'event' || incoming.event.kind !== 'book') return [];
    const { symbol, topic, items } = incoming.event;
    return items.map((change) => ({ symbol, topic, change }));
  });
}

function topTen(symbol: string, book: OrderBook): string[] {
  const side = (name: string, levels: readonly { priceText: string; sizeText: string }[]): string[] =>
    levels.map((level, index) => `${symbol},${name},${index + 1},${level.priceText},${level.sizeText}`);
  return [...side('bid', book.bids(10)), ...side('ask', book.asks(10))];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
