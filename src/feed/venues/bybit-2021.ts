import type { BookChange, BookLevel, FeedEvent, Trade } from '../event.js';
import { asFields, fields, type Fields, level, list, number, word } from '../guards.js';
import type { VenueLimits } from '../limits.js';
import { type FeedProtocol, type Incoming, override, type ProtocolOverrides, type RequestAction } from '../protocol.js';
import { takerSide } from './taker-side.js';
import { checkMarket } from './market.js';

/** USDT contracts, coin-margined contracts. */
export type Bybit2021Market = 'linear' | 'inverse';

const URLS: Readonly<Record<Bybit2021Market, string>> = {
  linear: 'wss://stream.bybit.com/realtime_public',
  inverse: 'wss://stream.bybit.com/realtime',
};

const LIMITS: Partial<VenueLimits> = {
  topicsPerRequest: Infinity,
  bytesPerRequest: Infinity,
  topicsPerConnection: Infinity,
  // That of the V5 streams; the venue stated none for these.
  charactersPerConnection: 21_000,
  connectionsPerWindow: 500,
  connectionWindow: 300_000,
  pace: 50,
  source: 'github.com/bybit-exchange/docs docs/v5/websocket/wss-authentication.mdx (the successor of these streams)',
  asOf: '2026-07-24',
};

/**
 * Bybit's public streams of 2021, for recordings: `trade.BTCUSD`, `orderBookL2_25.BTCUSD`.
 *
 * The venue no longer serves them; live bots use `bybitV5`. Deltas carry no ids that follow one another.
 * @throws ConfigError when the market is unknown or an override has a wrong value.
 */
export function bybit2021(market: Bybit2021Market, overrides?: ProtocolOverrides): FeedProtocol {
  checkMarket('bybit2021', Object.keys(URLS), market);
  return override(
    {
      name: `bybit-2021-${market}`,
      url: URLS[market],
      limits: LIMITS,
      heartbeat: { every: 20_000, timeout: 10_000, ping: () => '{"op":"ping"}' },
      refuse: (topic) => (topic.includes('.') ? undefined : 'a topic looks like orderBookL2_25.BTCUSD'),
      request: (action: RequestAction, topics: readonly string[]) => JSON.stringify({ op: action, args: topics }),
      read,
      book: () => ({ sequence: 'none' }),
    },
    overrides,
  );
}

function read(message: unknown): Incoming {
  const frame = asFields(message);
  if (frame === undefined) return { type: 'unknown' };
  if (typeof frame['topic'] === 'string') return readTopic(frame['topic'], frame);
  return typeof frame['success'] === 'boolean' ? readAnswer(frame) : { type: 'unknown' };
}

/** Answers repeat the request, which has no id. */
function readAnswer(frame: Fields): Incoming {
  const asked = fields('request', frame['request']);
  if (asked['op'] === 'ping') return { type: 'alive' };
  const topics = list('args', asked['args']).map((topic) => word('args', topic));
  if (frame['success'] === true) return { type: 'ack', topics };
  return { type: 'ack', refused: topics, error: String(frame['ret_msg']) };
}

function readTopic(topic: string, frame: Fields): Incoming {
  const dot = topic.indexOf('.');
  const channel = topic.slice(0, dot);
  if (channel === 'trade') return { type: 'event', event: tradeEvent(topic, topic.slice(dot + 1), frame) };
  if (channel === 'orderBookL2_25' || channel === 'orderBook_200') {
    return { type: 'event', event: bookEvent(topic, topic.slice(dot + 1), frame) };
  }
  return { type: 'unknown' };
}

function tradeEvent(topic: string, symbol: string, raw: Fields): FeedEvent {
  const items = list('data', raw['data']).map(trade);
  // The frame has no time of its own; its trades are of one instant, the newest last.
  return { kind: 'trade', topic, symbol, ts: items.at(-1)?.ts ?? NaN, items, raw };
}

function trade(value: unknown): Trade {
  const data = fields('trade', value);
  return {
    price: number('price', data['price']),
    size: number('size', data['size']),
    side: takerSide('side', data['side'], 'Buy', 'Sell'),
    ts: number('trade_time_ms', data['trade_time_ms']),
    id: word('trade_id', data['trade_id']),
  };
}

function bookEvent(topic: string, symbol: string, raw: Fields): FeedEvent {
  const items = [raw['type'] === 'snapshot' ? snapshot(raw['data']) : delta(fields('data', raw['data']))];
  return { kind: 'book', topic, symbol, ts: number('timestamp_e6', raw['timestamp_e6']) / 1_000, items, raw };
}

/** Inverse contracts send the levels themselves, linear ones inside `order_book`. */
function snapshot(data: unknown): BookChange {
  const rows = list('data', Array.isArray(data) ? data : fields('data', data)['order_book']);
  const change = emptyChange('snapshot');
  for (const row of rows) put(change, fields('level', row), undefined);
  return change;
}

/** The order matters: a price may be deleted and inserted in one delta. */
function delta(data: Fields): BookChange {
  const change = emptyChange('delta');
  for (const row of list('delete', data['delete'])) put(change, fields('level', row), 0);
  for (const row of list('update', data['update'])) put(change, fields('level', row), undefined);
  for (const row of list('insert', data['insert'])) put(change, fields('level', row), undefined);
  return change;
}

interface GrowingChange extends BookChange {
  readonly bids: BookLevel[];
  readonly asks: BookLevel[];
}

function emptyChange(type: BookChange['type']): GrowingChange {
  return { type, bids: [], asks: [] };
}

function put(change: GrowingChange, row: Fields, size: 0 | undefined): void {
  const side = takerSide('side', row['side'], 'Buy', 'Sell') === 'buy' ? change.bids : change.asks;
  side.push(level(row['price'], size ?? row['size']));
}
