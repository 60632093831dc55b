import type { Bar, BookChange, FeedEvent, Quote, Trade } from '../event.js';
import type { OrderBookOptions } from '../order-book-options.js';
import { asFields, fields, type Fields, levels, number, optionalNumber, sequenceNumber, word } from '../guards.js';
import type { VenueLimits } from '../limits.js';
import {
  type FeedProtocol,
  type Incoming,
  override,
  type ProtocolDefinition,
  type ProtocolOverrides,
  type RequestAction,
} from '../protocol.js';
import { checkMarket } from './market.js';

/** Spot, USDⓈ-margined futures, coin-margined futures. */
export type BinanceMarket = 'spot' | 'usdm' | 'coinm';

const SPOT_LIMITS: VenueLimits = {
  // Requests above about 4,096 bytes are ignored without an error (Binance.Net issue 1180, ccxws issue 161).
  topicsPerRequest: Infinity,
  bytesPerRequest: 4_096,
  topicsPerConnection: 1_024,
  charactersPerConnection: Infinity,
  // 5 messages a second, pongs included: 4 of ours and one pong.
  pace: 250,
  connectionsPerWindow: 300,
  connectionWindow: 300_000,
  connectionLifetime: 86_400_000,
  source: 'github.com/binance/binance-spot-api-docs web-socket-streams.md',
  asOf: '2026-07-21',
};

const FUTURES_LIMITS: VenueLimits = {
  ...SPOT_LIMITS,
  // 10 messages a second: 8 of ours and two pings or pongs.
  pace: 125,
  source: 'developers.binance.com derivatives, websocket-market-streams',
};

const URLS: Readonly<Record<BinanceMarket, string>> = {
  spot: 'wss://stream.binance.com:9443/stream',
  usdm: 'wss://fstream.binance.com/public/stream',
  coinm: 'wss://dstream.binance.com/stream',
};

const USDM_MARKET_URL = 'wss://fstream.binance.com/market/stream';

/** Streams that the usdm market serves at /public since 2026-04-23; all others are at /market. */
const USDM_PUBLIC = /@(?:trade|bookTicker|depth\d*|rpiDepth)(?:@|$)/;

/** Streams of the best 5, 10 or 20 levels: each frame is a whole book. */
const PARTIAL_DEPTH = /@depth(?:5|10|20)(?:@|$)/;

/** Streams whose every frame holds the whole state. Not bars: the last frame of one must not be lost to the next. */
const WHOLE = /@(?:bookTicker|depth(?:5|10|20))(?:@|$)/;

/**
 * The combined streams of Binance: `btcusdt@trade`, `@aggTrade`, `@bookTicker`, `@depth@100ms`,
 * `@depth20`, `@kline_1m`.
 *
 * A diff-depth book starts from a REST snapshot: pass the body of `/depth` through
 * {@link binanceDepthSnapshot} to `applySnapshot`. Spot quotes carry no time (`ts` is NaN).
 * The usdm market has two addresses; the pool opens a connection for each that is needed.
 * @throws ConfigError when the market is unknown or an override has a wrong value.
 */
export function binance(market: BinanceMarket, overrides?: ProtocolOverrides): FeedProtocol {
  checkMarket('binance', Object.keys(URLS), market);
  const definition: ProtocolDefinition = {
    name: `binance-${market}`,
    url: URLS[market],
    urlFor: market === 'usdm' ? usdmUrl : undefined,
    limits: market === 'spot' ? SPOT_LIMITS : FUTURES_LIMITS,
    heartbeat: { every: 20_000, timeout: 10_000, ping: 'frame' },
    refuse,
    request,
    read,
    conflation: { prefix: '{"stream":"', isWhole: (topic) => WHOLE.test(topic) },
    book: (topic) => bookOptions(market, topic),
  };
  return override(definition, overrides);
}

/**
 * A book snapshot from the body of Binance's REST `/depth`.
 * @throws CorruptDataError when the body has another form.
 */
export function binanceDepthSnapshot(body: unknown): BookChange {
  return partialBook(fields('depth snapshot', body));
}

function usdmUrl(topic: string): string {
  return USDM_PUBLIC.test(topic) ? URLS.usdm : USDM_MARKET_URL;
}

function refuse(topic: string): string | undefined {
  const [symbol = ''] = topic.split('@', 1);
  if (!topic.includes('@')) return 'a stream name looks like btcusdt@trade';
  // The venue accepts a stream of upper-case letters and never sends anything.
  return symbol === symbol.toLowerCase() || symbol.startsWith('!') ? undefined : 'the symbol must be in lower case';
}

function request(action: RequestAction, topics: readonly string[], id: number): string {
  return JSON.stringify({ method: action.toUpperCase(), params: topics, id });
}

function bookOptions(market: BinanceMarket, topic: string): OrderBookOptions {
  if (PARTIAL_DEPTH.test(topic)) return {};
  return { sequence: market === 'spot' ? 'ranges' : 'chained' };
}

function read(message: unknown): Incoming {
  const frame = asFields(message);
  if (frame === undefined) return { type: 'unknown' };
  if (frame['e'] === 'serverShutdown' || asFields(frame['data'])?.['e'] === 'serverShutdown') return { type: 'ending' };
  if (typeof frame['stream'] === 'string') return readStream(frame['stream'], frame);
  return readAnswer(frame);
}

function readAnswer(frame: Fields): Incoming {
  const id = optionalNumber('id', frame['id']);
  const error = asFields(frame['error']) ?? (frame['code'] === undefined ? undefined : frame);
  if (error !== undefined) return { type: 'ack', id, error: `${String(error['code'])}: ${String(error['msg'])}` };
  return frame['result'] === null && id !== undefined ? { type: 'ack', id } : { type: 'unknown' };
}

function readStream(topic: string, frame: Fields): Incoming {
  const data = asFields(frame['data']);
  if (data === undefined) return { type: 'unknown' };
  const event = readEvent(topic, data, frame);
  return event === undefined ? { type: 'unknown' } : { type: 'event', event };
}

function readEvent(topic: string, data: Fields, raw: Fields): FeedEvent | undefined {
  const symbol = typeof data['s'] === 'string' ? data['s'] : (topic.split('@', 1)[0] ?? '').toUpperCase();
  const ts = optionalNumber('E', data['E']) ?? NaN;
  switch (data['e'] ?? kindOf(topic)) {
    case 'trade':
    case 'aggTrade':
      return { kind: 'trade', topic, symbol, ts, items: [trade(data)], raw };
    case 'bookTicker':
      return { kind: 'quote', topic, symbol, ts, items: [quote(data)], raw };
    case 'depthUpdate':
      return { kind: 'book', topic, symbol, ts, items: [bookUpdate(topic, data)], raw };
    case 'depth':
      return { kind: 'book', topic, symbol, ts, items: [partialBook(data)], raw };
    case 'kline':
      return { kind: 'bar', topic, symbol, ts, items: [bar(fields('k', data['k']))], raw };
    default:
      return undefined;
  }
}

/** The kind of a payload without an event type: spot sends book tickers and partial books so. */
function kindOf(topic: string): string {
  return PARTIAL_DEPTH.test(topic) ? 'depth' : (topic.split('@', 2)[1] ?? '');
}

function trade(data: Fields): Trade {
  return {
    price: number('p', data['p']),
    size: number('q', data['q']),
    // `m`: the buyer was the maker, so the taker sold.
    side: data['m'] === true ? 'sell' : 'buy',
    ts: number('T', data['T']),
    id: String(data['e'] === 'aggTrade' ? sequenceNumber('a', data['a']) : sequenceNumber('t', data['t'])),
  };
}

function quote(data: Fields): Quote {
  return {
    bid: number('b', data['b']),
    bidSize: number('B', data['B']),
    ask: number('a', data['a']),
    askSize: number('A', data['A']),
  };
}

/** Futures send partial books in the form of updates. */
function bookUpdate(topic: string, data: Fields): BookChange {
  return {
    type: PARTIAL_DEPTH.test(topic) ? 'snapshot' : 'delta',
    bids: levels('b', data['b']),
    asks: levels('a', data['a']),
    firstId: sequenceNumber('U', data['U']),
    lastId: sequenceNumber('u', data['u']),
    previousId: data['pu'] === undefined ? undefined : sequenceNumber('pu', data['pu']),
  };
}

function partialBook(data: Fields): BookChange {
  return {
    type: 'snapshot',
    bids: levels('bids', data['bids']),
    asks: levels('asks', data['asks']),
    lastId: sequenceNumber('lastUpdateId', data['lastUpdateId']),
  };
}

function bar(data: Fields): Bar {
  word('i', data['i']);
  return {
    start: number('t', data['t']),
    end: number('T', data['T']),
    open: number('o', data['o']),
    high: number('h', data['h']),
    low: number('l', data['l']),
    close: number('c', data['c']),
    volume: number('v', data['v']),
    trades: number('n', data['n']),
    isClosed: data['x'] === true,
  };
}
