/**
 * Coinbase Exchange's WebSocket feed as a protocol of our own: whole books, matches, tickers.
 *
 * The venue names a stream by a channel and a product; the topics join them: `level2:BTC-USD`,
 * `matches:BTC-USD`, `ticker:BTC-USD`. It answers a request with everything the connection now has.
 */
import {
  type BookChange,
  type BookLevel,
  defineProtocol,
  type FeedEvent,
  type FeedProtocol,
  type Incoming,
  type RequestAction,
  type Trade,
} from 'tickwise/feed';
import { decimal, fields, type Fields, level, list, word } from './fields.js';

export function coinbase(url = 'wss://ws-feed.exchange.coinbase.com'): FeedProtocol {
  return defineProtocol({
    name: 'coinbase',
    url,
    // 8 requests a second for one address.
    limits: { pace: 125, source: 'docs.cdp.coinbase.com/exchange/websocket-feed/rate-limits', asOf: '2026-11-20' },
    refuse: (topic) => (/^(level2|matches|ticker):.+-.+$/.test(topic) ? undefined : 'it looks like level2:BTC-USD'),
    group: channelOf,
    request,
    read,
  });
}

function channelOf(topic: string): string {
  return topic.slice(0, topic.indexOf(':'));
}

function request(type: RequestAction, topics: readonly string[]): string {
  const channel = channelOf(topics[0] ?? '');
  const products = topics.map((topic) => topic.slice(channel.length + 1));
  return JSON.stringify({ type, product_ids: products, channels: [channel] });
}

function read(message: unknown): Incoming {
  const frame = fields(message);
  switch (frame['type']) {
    case 'snapshot':
    case 'l2update':
      return { type: 'event', event: bookEvent(frame) };
    case 'match':
    case 'last_match':
      return { type: 'event', event: tradeEvent(frame) };
    case 'ticker':
      return { type: 'event', event: tickerEvent(frame) };
    case 'subscriptions':
      return { type: 'ack', current: list(frame['channels']).flatMap(topicsOf) };
    case 'error':
      return {
        type: 'ack',
        error: [frame['message'], frame['reason']].filter((text) => typeof text === 'string').join(': '),
      };
    default:
      return { type: 'unknown' };
  }
}

function topicsOf(channel: unknown): string[] {
  const { name, product_ids: products } = fields(channel);
  return list(products).map((product) => `${word(name)}:${word(product)}`);
}

function timeOf(frame: Fields): number {
  return typeof frame['time'] === 'string' ? Date.parse(frame['time']) : NaN;
}

function bookEvent(raw: Fields): FeedEvent {
  const symbol = word(raw['product_id']);
  const change = raw['type'] === 'snapshot' ? snapshot(raw) : delta(raw);
  return { kind: 'book', topic: `level2:${symbol}`, symbol, ts: timeOf(raw), items: [change], raw };
}

function snapshot(frame: Fields): BookChange {
  return { type: 'snapshot', bids: levels(frame['bids']), asks: levels(frame['asks']) };
}

function levels(rows: unknown): BookLevel[] {
  return list(rows).map((row) => {
    const [price, size] = list(row);
    return level(price, size);
  });
}

function delta(frame: Fields): BookChange {
  const bids: BookLevel[] = [];
  const asks: BookLevel[] = [];
  for (const row of list(frame['changes'])) {
    const [side, price, size] = list(row);
    (side === 'buy' ? bids : asks).push(level(price, size));
  }
  return { type: 'delta', bids, asks };
}

function tradeEvent(raw: Fields): FeedEvent {
  const symbol = word(raw['product_id']);
  const ts = timeOf(raw);
  const item: Trade = {
    price: decimal(raw['price']),
    size: decimal(raw['size']),
    // The venue states the side of the maker.
    side: raw['side'] === 'buy' ? 'sell' : 'buy',
    ts,
    id: String(decimal(raw['trade_id'])),
  };
  return { kind: 'trade', topic: `matches:${symbol}`, symbol, ts, items: [item], raw };
}

function tickerEvent(raw: Fields): FeedEvent {
  const symbol = word(raw['product_id']);
  const item = {
    type: 'snapshot',
    last: decimal(raw['price']),
    bid: decimal(raw['best_bid']),
    ask: decimal(raw['best_ask']),
    volume: decimal(raw['volume_24h']),
  } as const;
  return { kind: 'ticker', topic: `ticker:${symbol}`, symbol, ts: timeOf(raw), items: [item], raw };
}
