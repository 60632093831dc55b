import { crc32 } from 'node:zlib';
import type { BookChange, BookLevel, FeedEvent, Ticker, Trade } from '../event.js';
import { asFields, fields, type Fields, levels, list, number, optionalNumber, word } from '../guards.js';
import type { VenueLimits } from '../limits.js';
import type { BookView, OrderBookOptions } from '../order-book-options.js';
import { type FeedProtocol, type Incoming, override, type ProtocolOverrides, type RequestAction } from '../protocol.js';
import { takerSide } from './taker-side.js';

const LIMITS: Partial<VenueLimits> = {
  // Subscribe, unsubscribe and login together: 480 an hour on a connection. A request may be long, so few are needed;
  // the pace keeps a burst of them apart and does not enforce the hour.
  bytesPerRequest: 65_536,
  pace: 350,
  source: 'okx.com/docs-v5, WebSocket overview: connect, request limit',
  asOf: '2026-11-20',
};

/** Levels a side of which the checksum is made. */
const CHECKED_LEVELS = 25;

/**
 * OKX's public V5 channels: `books:BTC-USDT`, `books5:BTC-USDT`, `trades:BTC-USDT`, `tickers:BTC-USDT-SWAP`.
 *
 * The venue names a stream by a channel and an instrument; the topics join them. Changes of a book carry a CRC32, which
 * the OrderBook checks where the venue still sends one.
 *
 * Shown on a recording of 2022; nobody has reported a live run yet. `books5`, refusals and the text `pong` are read as the
 * venue's documentation says.
 * @throws ConfigError when an override has a wrong value.
 */
export function okx(overrides?: ProtocolOverrides): FeedProtocol {
  return override(
    {
      name: 'okx',
      url: 'wss://ws.okx.com:8443/ws/v5/public',
      limits: LIMITS,
      heartbeat: { every: 20_000, timeout: 10_000, ping: () => 'ping' },
      refuse: (topic) => (TOPIC.test(topic) ? undefined : 'a topic looks like books:BTC-USDT'),
      request,
      decode: (text) => (text === 'pong' ? text : JSON.parse(text)),
      read,
      book: bookOptions,
    },
    overrides,
  );
}

const TOPIC = /^(?:books|books5|trades|tickers):.+$/;

function bookOptions(topic: string): OrderBookOptions {
  if (topic.startsWith('books:')) return { depth: 400, checksum: checksumOf };
  return topic.startsWith('books5:') ? { depth: 5 } : {};
}

/** CRC32, as a signed number, over `price:size` of the best bid, the best ask, the next bid, and so on. */
function checksumOf(book: BookView): number {
  const bids = book.bids(CHECKED_LEVELS);
  const asks = book.asks(CHECKED_LEVELS);
  const texts: string[] = [];
  for (let i = 0; i < CHECKED_LEVELS; i++) {
    for (const level of [bids[i], asks[i]]) if (level !== undefined) texts.push(`${level.priceText}:${level.sizeText}`);
  }
  return crc32(texts.join(':')) | 0;
}

function request(op: RequestAction, topics: readonly string[]): string {
  const args = topics.map((topic) => {
    const at = topic.indexOf(':');
    return { channel: topic.slice(0, at), instId: topic.slice(at + 1) };
  });
  return JSON.stringify({ op, args });
}

function read(message: unknown): Incoming {
  if (message === 'pong') return { type: 'alive' };
  const frame = fields('frame', message);
  switch (frame['event']) {
    case undefined:
      return readPush(frame);
    case 'subscribe':
    case 'unsubscribe':
      return { type: 'ack', topics: [topicOf(frame['arg'])] };
    case 'error':
      return readRefusal(frame);
    default:
      return { type: 'unknown' };
  }
}

function readRefusal(frame: Fields): Incoming {
  const error = `${String(frame['msg'])} (${String(frame['code'])})`;
  return asFields(frame['arg']) === undefined
    ? { type: 'ack', error }
    : { type: 'ack', refused: [topicOf(frame['arg'])], error };
}

function topicOf(arg: unknown): string {
  const { channel, instId } = fields('arg', arg);
  return `${word('channel', channel)}:${word('instId', instId)}`;
}

function readPush(raw: Fields): Incoming {
  const topic = topicOf(raw['arg']);
  const rows = list('data', raw['data']).map((row) => fields('data', row));
  const event = readEvent(topic, rows, raw);
  return event === undefined ? { type: 'unknown' } : { type: 'event', event };
}

function readEvent(topic: string, rows: readonly Fields[], raw: Fields): FeedEvent | undefined {
  const at = topic.indexOf(':');
  const symbol = topic.slice(at + 1);
  const ts = number('ts', rows.at(-1)?.['ts']);
  switch (topic.slice(0, at)) {
    case 'books':
      return { kind: 'book', topic, symbol, ts, items: rows.map((row) => bookChange(raw['action'], row)), raw };
    case 'books5':
      return { kind: 'book', topic, symbol, ts, items: rows.map((row) => bookChange('snapshot', row)), raw };
    case 'trades':
      return { kind: 'trade', topic, symbol, ts, items: rows.map(trade), raw };
    case 'tickers':
      return { kind: 'ticker', topic, symbol, ts, items: rows.map(ticker), raw };
    default:
      return undefined;
  }
}

function bookChange(action: unknown, data: Fields): BookChange {
  const bids: BookLevel[] = levels('bids', data['bids']);
  const asks: BookLevel[] = levels('asks', data['asks']);
  const checksum = optionalNumber('checksum', data['checksum']);
  return { type: action === 'snapshot' ? 'snapshot' : 'delta', bids, asks, checksum };
}

function trade(data: Fields): Trade {
  return {
    price: number('px', data['px']),
    size: number('sz', data['sz']),
    side: takerSide('side', data['side']),
    ts: number('ts', data['ts']),
    id: word('tradeId', data['tradeId']),
  };
}

function ticker(data: Fields): Ticker {
  return {
    type: 'snapshot',
    last: optionalNumber('last', data['last']),
    bid: optionalNumber('bidPx', data['bidPx']),
    bidSize: optionalNumber('bidSz', data['bidSz']),
    ask: optionalNumber('askPx', data['askPx']),
    askSize: optionalNumber('askSz', data['askSz']),
    volume: optionalNumber('vol24h', data['vol24h']),
  };
}
