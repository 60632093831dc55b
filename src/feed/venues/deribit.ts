import type { BookChange, BookLevel, FeedEvent, OptionTicker, Ticker, Trade } from '../event.js';
import { asFields, fields, type Fields, level, list, number, optionalNumber, sequenceNumber, word } from '../guards.js';
import type { VenueLimits } from '../limits.js';
import {
  type Acknowledgement,
  type FeedProtocol,
  type Incoming,
  override,
  type ProtocolOverrides,
  type RequestAction,
} from '../protocol.js';
import { takerSide } from './taker-side.js';

const LIMITS: Partial<VenueLimits> = {
  // 500 channels a request, and about 3.3 subscribe requests a second for one address.
  topicsPerRequest: 500,
  pace: 300,
  source: 'docs.deribit.com, articles on rate limits and public/subscribe',
  asOf: '2026-11-20',
};

/** Names of options end with the strike and the type. */
const OPTION = /-[CP]$/;

/**
 * Deribit's public channels: `book.BTC-PERPETUAL.100ms`, `trades.BTC-PERPETUAL.100ms`, `ticker.BTC-27DEC24-50000-C.100ms`.
 *
 * Tickers of options are {@link OptionTicker}s, all others {@link Ticker}s. Changes of a book name the change before them.
 * Channels that end with `raw` need a login, which this protocol does not make.
 *
 * Shown on a recording of 2021; nobody has reported a live run yet, and what the venue answers to a refused channel and
 * its test requests are read as its documentation says.
 * @throws ConfigError when an override has a wrong value.
 */
export function deribit(overrides?: ProtocolOverrides): FeedProtocol {
  return override(
    {
      name: 'deribit',
      url: 'wss://www.deribit.com/ws/api/v2',
      limits: LIMITS,
      heartbeat: { every: 20_000, timeout: 10_000, ping: (id) => call('public/test', id, {}) },
      refuse: (topic) => (TOPIC.test(topic) ? undefined : 'a topic looks like ticker.BTC-PERPETUAL.100ms'),
      request: (action, topics, id) => call(`public/${action satisfies RequestAction}`, id, { channels: topics }),
      read,
      book: () => ({ sequence: 'linked' }),
    },
    overrides,
  );
}

const TOPIC = /^(?:book|trades|ticker)\.[^.]+(?:\.[^.]+)*$/;

function call(method: string, id: number, params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}

function read(message: unknown): Incoming {
  const frame = fields('frame', message);
  if (frame['method'] === 'subscription') return readChannel(frame);
  if (frame['method'] === 'heartbeat') return readHeartbeat(fields('params', frame['params']));
  if ('error' in frame) return refusal(frame);
  if (Array.isArray(frame['result'])) return answer(frame['result']);
  return 'result' in frame ? { type: 'alive' } : { type: 'unknown' };
}

function readHeartbeat(params: Fields): Incoming {
  return params['type'] === 'test_request' ? { type: 'ping', reply: call('public/test', 0, {}) } : { type: 'alive' };
}

function refusal(frame: Fields): Acknowledgement {
  const { message, code } = fields('error', frame['error']);
  return { type: 'ack', id: optionalNumber('id', frame['id']), error: `${String(message)} (${String(code)})` };
}

/** The venue lists the channels that it took; one that is missing goes without an answer, and is refused as such. */
function answer(channels: readonly unknown[]): Acknowledgement {
  return { type: 'ack', topics: channels.map((channel) => word('channel', channel)) };
}

function readChannel(raw: Fields): Incoming {
  const { channel, data } = fields('params', raw['params']);
  const topic = word('channel', channel);
  const event = readEvent(topic, data, raw);
  return event === undefined ? { type: 'unknown' } : { type: 'event', event };
}

function readEvent(topic: string, data: unknown, raw: Fields): FeedEvent | undefined {
  switch (topic.slice(0, topic.indexOf('.'))) {
    case 'book':
      return bookEvent(topic, fields('data', data), raw);
    case 'trades':
      return tradeEvent(topic, list('data', data), raw);
    case 'ticker':
      return tickerEvent(topic, fields('data', data), raw);
    default:
      return undefined;
  }
}

function bookEvent(topic: string, data: Fields, raw: Fields): FeedEvent {
  const symbol = word('instrument_name', data['instrument_name']);
  const previous = data['prev_change_id'];
  const change: BookChange = {
    type: data['type'] === 'snapshot' ? 'snapshot' : 'delta',
    bids: levels('bids', data['bids']),
    asks: levels('asks', data['asks']),
    lastId: sequenceNumber('change_id', data['change_id']),
    previousId: previous === undefined ? undefined : sequenceNumber('prev_change_id', previous),
  };
  return { kind: 'book', topic, symbol, ts: number('timestamp', data['timestamp']), items: [change], raw };
}

/** Levels sent as `[new | change | delete, price, size]`. */
function levels(name: string, value: unknown): BookLevel[] {
  return list(name, value).map((row) => {
    const [action, price, size] = list(name, row);
    return level(price, action === 'delete' ? 0 : size);
  });
}

function tradeEvent(topic: string, data: readonly unknown[], raw: Fields): FeedEvent {
  const items = data.map(trade);
  const newest = asFields(data.at(-1));
  const symbol = newest === undefined ? topic.split('.')[1] : word('instrument_name', newest['instrument_name']);
  return { kind: 'trade', topic, symbol: symbol ?? '', ts: items.at(-1)?.ts ?? NaN, items, raw };
}

function trade(value: unknown): Trade {
  const data = fields('trade', value);
  return {
    price: number('price', data['price']),
    size: number('amount', data['amount']),
    side: takerSide('direction', data['direction']),
    ts: number('timestamp', data['timestamp']),
    id: word('trade_id', data['trade_id']),
  };
}

function tickerEvent(topic: string, data: Fields, raw: Fields): FeedEvent {
  const symbol = word('instrument_name', data['instrument_name']);
  const ts = number('timestamp', data['timestamp']);
  if (OPTION.test(symbol)) return { kind: 'option', topic, symbol, ts, items: [optionTicker(data)], raw };
  return { kind: 'ticker', topic, symbol, ts, items: [ticker(data)], raw };
}

function ticker(data: Fields): Ticker {
  return {
    type: 'snapshot',
    last: optionalNumber('last_price', data['last_price']),
    bid: optionalNumber('best_bid_price', data['best_bid_price']),
    bidSize: optionalNumber('best_bid_amount', data['best_bid_amount']),
    ask: optionalNumber('best_ask_price', data['best_ask_price']),
    askSize: optionalNumber('best_ask_amount', data['best_ask_amount']),
    mark: optionalNumber('mark_price', data['mark_price']),
    index: optionalNumber('index_price', data['index_price']),
    openInterest: optionalNumber('open_interest', data['open_interest']),
    volume: volumeOf(data),
    fundingRate: optionalNumber('funding_8h', data['funding_8h']),
  };
}

function optionTicker(data: Fields): OptionTicker {
  const greeks = fields('greeks', data['greeks']);
  const greek = (name: string): number | undefined => optionalNumber(name, greeks[name]);
  return {
    type: 'snapshot',
    last: optionalNumber('last_price', data['last_price']),
    bid: optionalNumber('best_bid_price', data['best_bid_price']),
    bidSize: optionalNumber('best_bid_amount', data['best_bid_amount']),
    ask: optionalNumber('best_ask_price', data['best_ask_price']),
    askSize: optionalNumber('best_ask_amount', data['best_ask_amount']),
    mark: optionalNumber('mark_price', data['mark_price']),
    index: optionalNumber('index_price', data['index_price']),
    underlying: optionalNumber('underlying_price', data['underlying_price']),
    markIv: fraction(optionalNumber('mark_iv', data['mark_iv'])),
    bidIv: fraction(optionalNumber('bid_iv', data['bid_iv'])),
    askIv: fraction(optionalNumber('ask_iv', data['ask_iv'])),
    delta: greek('delta'),
    gamma: greek('gamma'),
    theta: greek('theta'),
    vega: greek('vega'),
    rho: greek('rho'),
    openInterest: optionalNumber('open_interest', data['open_interest']),
    volume: volumeOf(data),
  };
}

function volumeOf(data: Fields): number | undefined {
  return optionalNumber('volume', fields('stats', data['stats'])['volume']);
}

/** The venue states volatilities in percent. */
function fraction(percent: number | undefined): number | undefined {
  return percent === undefined ? undefined : percent / 100;
}
