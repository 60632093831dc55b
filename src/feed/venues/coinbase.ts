import type { AnyFeedEvent, BookChange, BookLevel, FeedEvent, Trade } from '../event.js';
import { asFields, fields, type Fields, level, levels, list, number, word } from '../guards.js';
import type { VenueLimits } from '../limits.js';
import { type FeedProtocol, type Incoming, override, type ProtocolOverrides, type RequestAction } from '../protocol.js';
import { takerSide } from './taker-side.js';

const LIMITS: Partial<VenueLimits> = {
  // 8 requests a second for one address.
  pace: 125,
  source: 'docs.cdp.coinbase.com/exchange/websocket-feed/rate-limits',
  asOf: '2026-11-20',
};

/**
 * Coinbase Exchange's feed: `level2:BTC-USD`, `matches:BTC-USD`, `ticker:BTC-USD`.
 *
 * The venue names a stream by a channel and a product; the topics join them. It answers a request with everything that
 * the connection then has. Books are whole and carry no ids.
 *
 * Shown on a recording of 2021; nobody has reported a live run yet.
 * @throws ConfigError when an override has a wrong value.
 */
export function coinbase(overrides?: ProtocolOverrides): FeedProtocol {
  return override(
    {
      name: 'coinbase',
      url: 'wss://ws-feed.exchange.coinbase.com',
      limits: LIMITS,
      refuse: (topic) =>
        /^(level2|matches|ticker):.+-.+$/.test(topic) ? undefined : 'a topic looks like level2:BTC-USD',
      group: channelOf,
      // The last trade comes as `last_match` with each subscription, and had come as `match`.
      resends: (topic) => topic.startsWith('matches:'),
      identify: (event) => (event.kind === 'trade' ? idOf(event) : JSON.stringify(event.raw)),
      request,
      read,
    },
    overrides,
  );
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
  const frame = fields('frame', message);
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
      return { type: 'ack', current: list('channels', frame['channels']).flatMap(topicsOf) };
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
  const { name, product_ids: products } = fields('channel', channel);
  return list('product_ids', products).map((product) => `${word('name', name)}:${word('product', product)}`);
}

/** Ids are counted for each product, as topics are. */
function idOf({ items }: AnyFeedEvent): string {
  const [trade] = items;
  return String(asFields(trade)?.['id']);
}

function timeOf(frame: Fields): number {
  return typeof frame['time'] === 'string' ? Date.parse(frame['time']) : NaN;
}

function bookEvent(raw: Fields): FeedEvent {
  const symbol = word('product_id', raw['product_id']);
  const change = raw['type'] === 'snapshot' ? snapshot(raw) : delta(raw);
  return { kind: 'book', topic: `level2:${symbol}`, symbol, ts: timeOf(raw), items: [change], raw };
}

function snapshot(frame: Fields): BookChange {
  return { type: 'snapshot', bids: levels('bids', frame['bids']), asks: levels('asks', frame['asks']) };
}

function delta(frame: Fields): BookChange {
  const bids: BookLevel[] = [];
  const asks: BookLevel[] = [];
  for (const row of list('changes', frame['changes'])) {
    const [side, price, size] = list('change', row);
    (takerSide('side', side) === 'buy' ? bids : asks).push(level(price, size));
  }
  return { type: 'delta', bids, asks };
}

function tradeEvent(raw: Fields): FeedEvent {
  const symbol = word('product_id', raw['product_id']);
  const ts = timeOf(raw);
  const item: Trade = {
    price: number('price', raw['price']),
    size: number('size', raw['size']),
    // The venue states the side of the maker.
    side: takerSide('side', raw['side'], 'sell', 'buy'),
    ts,
    id: String(number('trade_id', raw['trade_id'])),
  };
  return { kind: 'trade', topic: `matches:${symbol}`, symbol, ts, items: [item], raw };
}

function tickerEvent(raw: Fields): FeedEvent {
  const symbol = word('product_id', raw['product_id']);
  const item = {
    type: 'snapshot',
    last: number('price', raw['price']),
    bid: number('best_bid', raw['best_bid']),
    ask: number('best_ask', raw['best_ask']),
    volume: number('volume_24h', raw['volume_24h']),
  } as const;
  return { kind: 'ticker', topic: `ticker:${symbol}`, symbol, ts: timeOf(raw), items: [item], raw };
}
