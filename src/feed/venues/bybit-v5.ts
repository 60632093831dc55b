import type { BookChange, FeedEvent, OptionTicker, Ticker, Trade } from '../event.js';
import {
  asFields,
  fields,
  type Fields,
  levels,
  list,
  number,
  optionalNumber,
  sequenceNumber,
  word,
} from '../guards.js';
import type { VenueLimits } from '../limits.js';
import type { OrderBookOptions } from '../order-book-options.js';
import {
  type Acknowledgement,
  type FeedProtocol,
  type Incoming,
  override,
  type ProtocolOverrides,
  type RequestAction,
} from '../protocol.js';
import { takerSide } from './taker-side.js';
import { checkMarket } from './market.js';

/** Spot, USDT and USDC contracts, coin-margined contracts, options. */
export type BybitMarket = 'spot' | 'linear' | 'inverse' | 'option';

const MARKETS: readonly BybitMarket[] = ['spot', 'linear', 'inverse', 'option'];

const LIMITS: Partial<VenueLimits> = {
  topicsPerRequest: Infinity,
  bytesPerRequest: Infinity,
  topicsPerConnection: Infinity,
  charactersPerConnection: 21_000,
  pace: 50,
  connectionsPerWindow: 500,
  connectionWindow: 300_000,
  source: 'github.com/bybit-exchange/docs docs/v5/websocket/wss-authentication.mdx',
  asOf: '2026-07-24',
};

/** Markets whose limits differ from the others'. */
const MARKET_LIMITS: Readonly<Partial<Record<BybitMarket, Partial<VenueLimits>>>> = {
  spot: { topicsPerRequest: 10 },
  option: { topicsPerConnection: 2_000 },
};

/**
 * Bybit's public V5 streams: `orderbook.50.BTCUSDT`, `publicTrade.BTCUSDT`, `tickers.BTCUSDT`.
 *
 * Tickers of contracts come as a snapshot and then as deltas that hold only what changed; those of options are
 * {@link OptionTicker}s. Books were shown on a recording; trades, tickers and options are read as the documentation says.
 * @throws ConfigError when the market is unknown or an override has a wrong value.
 */
export function bybitV5(market: BybitMarket, overrides?: ProtocolOverrides): FeedProtocol {
  checkMarket('bybitV5', MARKETS, market);
  return override(
    {
      name: `bybit-v5-${market}`,
      url: `wss://stream.bybit.com/v5/public/${market}`,
      limits: { ...LIMITS, ...MARKET_LIMITS[market] },
      heartbeat: { every: 20_000, timeout: 10_000, ping: (id) => JSON.stringify({ req_id: String(id), op: 'ping' }) },
      refuse: (topic) => (topic.includes('.') ? undefined : 'a topic looks like orderbook.50.BTCUSDT'),
      request,
      read: (message) => read(market, message),
      conflation: { prefix: '{"topic":"', isWhole: (topic) => isWhole(market, topic) },
      book: bookOptions,
    },
    overrides,
  );
}

/** Tickers of contracts hold only what changed. */
function isWhole(market: BybitMarket, topic: string): boolean {
  return topic.startsWith('tickers.') && (market === 'spot' || market === 'option');
}

function request(action: RequestAction, topics: readonly string[], id: number): string {
  return JSON.stringify({ req_id: String(id), op: action, args: topics });
}

function bookOptions(topic: string): OrderBookOptions {
  const depth = Number(topic.split('.')[1]);
  return Number.isSafeInteger(depth) && depth > 0 ? { sequence: 'increment', depth } : { sequence: 'increment' };
}

function read(market: BybitMarket, message: unknown): Incoming {
  const frame = asFields(message);
  if (frame === undefined) return { type: 'unknown' };
  if (typeof frame['topic'] === 'string') return readTopic(market, frame['topic'], frame);
  if (frame['op'] === 'pong' || frame['op'] === 'ping' || frame['ret_msg'] === 'pong') return { type: 'alive' };
  if (frame['type'] === 'COMMAND_RESP') return readCommandResponse(fields('data', frame['data']));
  return typeof frame['success'] === 'boolean' ? readAnswer(frame) : { type: 'unknown' };
}

function readAnswer(frame: Fields): Acknowledgement {
  const id = optionalNumber('req_id', frame['req_id']);
  return { type: 'ack', id, error: frame['success'] === true ? undefined : String(frame['ret_msg']) };
}

/** Option streams answer with lists of topics instead of the request's id. */
function readCommandResponse(data: Fields): Acknowledgement {
  const refused = list('failTopics', data['failTopics'] ?? []).map((topic) => word('failTopics', topic));
  const topics = list('successTopics', data['successTopics'] ?? []).map((topic) => word('successTopics', topic));
  return { type: 'ack', topics, refused, error: refused.length > 0 ? 'listed in failTopics' : undefined };
}

function readTopic(market: BybitMarket, topic: string, frame: Fields): Incoming {
  const event = readEvent(market, topic, frame);
  return event === undefined ? { type: 'unknown' } : { type: 'event', event };
}

function readEvent(market: BybitMarket, topic: string, raw: Fields): FeedEvent | undefined {
  const ts = number('ts', raw['ts']);
  switch (topic.slice(0, topic.indexOf('.'))) {
    case 'orderbook': {
      const data = fields('data', raw['data']);
      return { kind: 'book', topic, symbol: word('s', data['s']), ts, items: [bookChange(raw['type'], data)], raw };
    }
    case 'publicTrade': {
      const symbol = topic.slice('publicTrade.'.length);
      return { kind: 'trade', topic, symbol, ts, items: list('data', raw['data']).map(trade), raw };
    }
    case 'tickers': {
      const data = fields('data', raw['data']);
      const symbol = word('symbol', data['symbol']);
      if (market === 'option') return { kind: 'option', topic, symbol, ts, items: [optionTicker(data)], raw };
      return { kind: 'ticker', topic, symbol, ts, items: [ticker(raw['type'], data)], raw };
    }
    default:
      return undefined;
  }
}

function bookChange(type: unknown, data: Fields): BookChange {
  return {
    type: type === 'snapshot' ? 'snapshot' : 'delta',
    bids: levels('b', data['b']),
    asks: levels('a', data['a']),
    lastId: sequenceNumber('u', data['u']),
  };
}

function trade(value: unknown): Trade {
  const data = fields('trade', value);
  return {
    price: number('p', data['p']),
    size: number('v', data['v']),
    side: takerSide('S', data['S'], 'Buy', 'Sell'),
    ts: number('T', data['T']),
    id: word('i', data['i']),
  };
}

function ticker(type: unknown, data: Fields): Ticker {
  return {
    type: type === 'delta' ? 'delta' : 'snapshot',
    last: optionalNumber('lastPrice', data['lastPrice']),
    bid: optionalNumber('bid1Price', data['bid1Price']),
    bidSize: optionalNumber('bid1Size', data['bid1Size']),
    ask: optionalNumber('ask1Price', data['ask1Price']),
    askSize: optionalNumber('ask1Size', data['ask1Size']),
    mark: optionalNumber('markPrice', data['markPrice']),
    index: optionalNumber('indexPrice', data['indexPrice']),
    openInterest: optionalNumber('openInterest', data['openInterest']),
    volume: optionalNumber('volume24h', data['volume24h']),
    fundingRate: optionalNumber('fundingRate', data['fundingRate']),
  };
}

/** Options always come whole, and name their fields otherwise. */
function optionTicker(data: Fields): OptionTicker {
  return {
    type: 'snapshot',
    last: optionalNumber('lastPrice', data['lastPrice']),
    bid: optionalNumber('bidPrice', data['bidPrice']),
    bidSize: optionalNumber('bidSize', data['bidSize']),
    ask: optionalNumber('askPrice', data['askPrice']),
    askSize: optionalNumber('askSize', data['askSize']),
    mark: optionalNumber('markPrice', data['markPrice']),
    index: optionalNumber('indexPrice', data['indexPrice']),
    underlying: optionalNumber('underlyingPrice', data['underlyingPrice']),
    markIv: optionalNumber('markPriceIv', data['markPriceIv']),
    bidIv: optionalNumber('bidIv', data['bidIv']),
    askIv: optionalNumber('askIv', data['askIv']),
    delta: optionalNumber('delta', data['delta']),
    gamma: optionalNumber('gamma', data['gamma']),
    theta: optionalNumber('theta', data['theta']),
    vega: optionalNumber('vega', data['vega']),
    openInterest: optionalNumber('openInterest', data['openInterest']),
    volume: optionalNumber('volume24h', data['volume24h']),
  };
}
