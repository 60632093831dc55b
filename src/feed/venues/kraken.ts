import { crc32 } from 'node:zlib';
import type { BookChange, BookLevel, FeedEvent, Trade } from '../event.js';
import { fields, type Fields, level, list, number, optionalNumber, word } from '../guards.js';
import type { VenueLimits } from '../limits.js';
import type { BookView, OrderBookOptions } from '../order-book-options.js';
import { type FeedProtocol, type Incoming, override, type ProtocolOverrides, type RequestAction } from '../protocol.js';
import { takerSide } from './taker-side.js';

const LIMITS: Partial<VenueLimits> = {
  // The venue states no figures for public streams.
  pace: 50,
  source: 'docs.kraken.com/exchange/api-reference/spot-websocket',
  asOf: '2026-11-20',
};

/**
 * Kraken's WebSocket API v1: `book-1000:XBT/USD`, `trade:XBT/USD`, `ticker:XBT/USD`.
 *
 * The venue names a stream by a channel and a pair; the topics join them. Every change of a book carries a CRC32, which
 * the OrderBook checks. `systemStatus` and `heartbeat` come unasked. Trades have no id.
 *
 * Shown on recordings of 2021; nobody has reported a live run yet.
 * @throws ConfigError when an override has a wrong value.
 */
export function kraken(overrides?: ProtocolOverrides): FeedProtocol {
  return override(
    {
      name: 'kraken-v1',
      url: 'wss://ws.kraken.com',
      limits: LIMITS,
      heartbeat: { every: 20_000, timeout: 10_000, ping: (id) => JSON.stringify({ event: 'ping', reqid: id }) },
      unasked: ['systemStatus', 'heartbeat'],
      refuse: (topic) => (TOPIC.test(topic) ? undefined : 'a topic looks like book-1000:XBT/USD'),
      // One request names one channel and many pairs.
      group: channelOf,
      request,
      read,
      book: bookOptions,
    },
    overrides,
  );
}

const TOPIC = /^(?:book-\d+|trade|ticker):.+\/.+$/;

/** CRC32 over the ten best asks, then bids: price and size without the point and without leading zeros. */
function checksumOf(book: BookView): number {
  return crc32([...book.asks(10), ...book.bids(10)].map(digits).join(''));
}

function digits({ priceText, sizeText }: BookLevel): string {
  return bare(priceText) + bare(sizeText);
}

function bare(text: string): string {
  return text.replace('.', '').replace(/^0+/, '');
}

function bookOptions(topic: string): OrderBookOptions {
  if (!topic.startsWith('book-')) return {};
  // The venue sends no removal for a level that falls out of the subscribed depth.
  return { depth: depthOf(channelOf(topic)), checksum: checksumOf };
}

function channelOf(topic: string): string {
  return topic.slice(0, topic.indexOf(':'));
}

function depthOf(channel: string): number {
  return Number(channel.slice('book-'.length));
}

function request(event: RequestAction, topics: readonly string[], reqid: number): string {
  const channel = channelOf(topics[0] ?? '');
  const subscription = channel.startsWith('book-') ? { name: 'book', depth: depthOf(channel) } : { name: channel };
  const pair = topics.map((topic) => topic.slice(channel.length + 1));
  return JSON.stringify({ event, reqid, pair, subscription });
}

function read(message: unknown): Incoming {
  if (Array.isArray(message)) return readChannel(message);
  const frame = fields('frame', message);
  switch (frame['event']) {
    case 'heartbeat':
    case 'systemStatus':
      return { type: 'event', event: statusEvent(frame['event'], frame) };
    case 'pong':
      return { type: 'alive' };
    case 'subscriptionStatus':
      return readStatus(frame);
    default:
      return { type: 'unknown' };
  }
}

function statusEvent(topic: string, raw: Fields): FeedEvent {
  const status = topic === 'heartbeat' ? topic : word('status', raw['status']);
  return { kind: 'status', topic, symbol: '', ts: NaN, items: [{ status }], raw };
}

/** Each pair of a request is answered by itself. */
function readStatus(frame: Fields): Incoming {
  const { name, depth } = fields('subscription', frame['subscription']);
  const topic = `${name === 'book' ? `book-${String(depth)}` : word('name', name)}:${word('pair', frame['pair'])}`;
  if (frame['status'] !== 'error') return { type: 'ack', topics: [topic] };
  return { type: 'ack', refused: [topic], error: word('errorMessage', frame['errorMessage']) };
}

function readChannel(frame: readonly unknown[]): Incoming {
  const channel = word('channel', frame.at(-2));
  const symbol = word('pair', frame.at(-1));
  const topic = `${channel}:${symbol}`;
  const name = channel.replace(/-\d+$/, '');
  if (name === 'book') return { type: 'event', event: bookEvent(topic, symbol, frame) };
  if (name === 'trade') return { type: 'event', event: tradeEvent(topic, symbol, frame) };
  if (name === 'ticker') return { type: 'event', event: tickerEvent(topic, symbol, frame) };
  return { type: 'unknown' };
}

/** An update may hold two objects: asks, then bids with the checksum of both. */
function bookEvent(topic: string, symbol: string, raw: readonly unknown[]): FeedEvent {
  const parts = raw.slice(1, -2).map((part) => fields('book', part));
  const isSnapshot = parts.some((part) => 'as' in part || 'bs' in part);
  const rows = (name: string): (readonly unknown[])[] =>
    parts.flatMap((part) => list(name, part[name] ?? []).map((row) => list(name, row)));
  const bids = rows(isSnapshot ? 'bs' : 'b');
  const asks = rows(isSnapshot ? 'as' : 'a');
  const checksum = parts.map((part) => part['c']).find((value) => value !== undefined);
  const change: BookChange = {
    type: isSnapshot ? 'snapshot' : 'delta',
    bids: bids.map(([price, size]) => level(price, size)),
    asks: asks.map(([price, size]) => level(price, size)),
    checksum: optionalNumber('c', checksum),
  };
  const ts = newest([...bids, ...asks]);
  return { kind: 'book', topic, symbol, ts, items: [change], raw };
}

/** The newest time of the rows, which are in seconds. NaN without rows. */
function newest(rows: readonly (readonly unknown[])[]): number {
  let time = NaN;
  for (const [, , seconds] of rows) {
    const next = number('time', seconds) * 1_000;
    if (!(next <= time)) time = next;
  }
  return time;
}

function tradeEvent(topic: string, symbol: string, raw: readonly unknown[]): FeedEvent {
  const items = list('trades', raw[1]).map((row) => trade(list('trade', row)));
  return { kind: 'trade', topic, symbol, ts: items.at(-1)?.ts ?? NaN, items, raw };
}

function trade([price, size, seconds, side]: readonly unknown[]): Trade {
  // The venue's v1 trades have no id.
  return {
    price: number('price', price),
    size: number('size', size),
    side: takerSide('side', side, 'b', 's'),
    ts: number('time', seconds) * 1_000,
    id: '',
  };
}

function tickerEvent(topic: string, symbol: string, raw: readonly unknown[]): FeedEvent {
  const data = fields('ticker', raw[1]);
  const value = (name: string, index: number): number => number(name, list(name, data[name])[index]);
  const item = {
    type: 'snapshot',
    last: value('c', 0),
    bid: value('b', 0),
    bidSize: value('b', 2),
    ask: value('a', 0),
    askSize: value('a', 2),
    volume: value('v', 1),
  } as const;
  return { kind: 'ticker', topic, symbol, ts: NaN, items: [item], raw };
}
