import type { FeedProtocol } from '../feed/protocol.js';
import { binance, type BinanceMarket } from '../feed/venues/binance.js';
import { bybitV5, type BybitMarket } from '../feed/venues/bybit-v5.js';
import { coinbase } from '../feed/venues/coinbase.js';
import { deribit } from '../feed/venues/deribit.js';
import { kraken } from '../feed/venues/kraken.js';
import { okx } from '../feed/venues/okx.js';

/** A venue that can be recorded. */
export interface Venue {
  /** A symbol as the venue writes it. */
  readonly example: string;
  /** How the protocol is made in a program, for the hint on replaying. */
  readonly code: string;
  /** Makes the protocol. */
  readonly protocol: () => FeedProtocol;
  /** The streams of one symbol: its trades, its best prices and its book. */
  readonly topics: (symbol: string) => readonly string[];
}

/** By the name the command takes. */
export const VENUES: ReadonlyMap<string, Venue> = new Map([
  ['bybit:spot', bybit('spot', 'BTCUSDT')],
  ['bybit:linear', bybit('linear', 'BTCUSDT')],
  ['bybit:inverse', bybit('inverse', 'BTCUSD')],
  ['bybit:option', bybitOption()],
  ['binance:spot', binanceOf('spot', 'btcusdt')],
  ['binance:usdm', binanceOf('usdm', 'btcusdt')],
  ['binance:coinm', binanceOf('coinm', 'btcusd_perp')],
  ['coinbase', venue('coinbase()', 'BTC-USD', coinbase, ['matches:*', 'ticker:*', 'level2:*'])],
  ['kraken', venue('kraken()', 'XBT/USD', kraken, ['trade:*', 'ticker:*', 'book-10:*'])],
  ['deribit', venue('deribit()', 'BTC-PERPETUAL', deribit, ['trades.*.100ms', 'ticker.*.100ms', 'book.*.100ms'])],
  ['okx', venue('okx()', 'BTC-USDT', okx, ['trades:*', 'tickers:*', 'books:*'])],
]);

function bybit(market: BybitMarket, example: string): Venue {
  const code = `bybitV5('${market}')`;
  return venue(code, example, () => bybitV5(market), ['publicTrade.*', 'tickers.*', 'orderbook.50.*']);
}

/** Trades of options come for all of a coin together. */
function bybitOption(): Venue {
  const example = 'BTC-26DEC26-100000-C';
  const plain = venue(`bybitV5('option')`, example, () => bybitV5('option'), ['tickers.*', 'orderbook.25.*']);
  return {
    ...plain,
    topics: (symbol) => [`publicTrade.${symbol.split('-', 1)[0] ?? symbol}`, ...plain.topics(symbol)],
  };
}

/** The whole book of 20 levels: one of changes alone would need a snapshot from elsewhere. */
function binanceOf(market: BinanceMarket, example: string): Venue {
  const trades = market === 'spot' ? '*@trade' : '*@aggTrade';
  const streams = [trades, '*@bookTicker', '*@depth20@100ms'];
  const plain = venue(`binance('${market}')`, example, () => binance(market), streams);
  return { ...plain, topics: (symbol) => plain.topics(symbol.toLowerCase()) };
}

function venue(code: string, example: string, protocol: () => FeedProtocol, patterns: readonly string[]): Venue {
  return { example, code, protocol, topics: (symbol) => patterns.map((pattern) => pattern.replace('*', () => symbol)) };
}
