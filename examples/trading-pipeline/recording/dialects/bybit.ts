import type { Market, StreamKind, Topic, Venue } from '../recording.js';

import { control, type Dialect, isObject, type JsonObject, type Opened, type Received, textsOf } from './dialect.js';

const MARKETS: readonly Market[] = ['linear', 'inverse', 'spot'];

/** Bybit, in the form of 2021 (`orderBookL2_25.BTCUSD`, `trade.BTCUSD`) and in V5 (`orderbook.50.BTCUSDT`, …). */
export const bybit: Dialect = {
  opened(url: URL): Opened | undefined {
    if (!/(^|\.)bybit\.com$/.test(url.hostname)) return undefined;
    const market = marketOfPath(url.pathname);
    return { topics: [], ...(market && { market }) };
  },

  subscribed(message: JsonObject): readonly Topic[] {
    return message['op'] === 'subscribe' ? textsOf(message['args']).map(bybitTopic) : [];
  },

  received(message: unknown): Received | undefined {
    if (!isObject(message)) return undefined;
    if (typeof message['success'] === 'boolean' || message['op'] === 'pong') return control;
    const name = message['topic'];
    if (typeof name !== 'string' || message['data'] === undefined) return undefined;
    const topic = bybitTopic(name);
    return { kind: 'frame', topic, venue: venueOf(name), market: marketOf(topic.symbol) };
  },
};

/** Reads the name of a Bybit stream: kind, perhaps depth or interval, symbol. */
function bybitTopic(topic: string): Topic {
  const parts = topic.split('.');
  return { topic, symbol: parts.length > 1 ? (parts.at(-1) ?? '') : '', stream: streamOf(topic) };
}

function streamOf(topic: string): StreamKind {
  if (/^(tickers|orderbook\.1)\./.test(topic)) return 'quote';
  if (/^(orderBookL2_25|orderBook_200\.\w+|orderbook\.\d+)\./.test(topic)) return 'book';
  return /^(trade|publicTrade)\./.test(topic) ? 'trade' : 'other';
}

function venueOf(topic: string): Venue {
  return /^(orderbook|publicTrade|tickers|kline|liquidation|allLiquidation)\./.test(topic) ? 'bybit-v5' : 'bybit-2021';
}

/** The address of a connection names the market in both forms. */
function marketOfPath(path: string): Market | undefined {
  if (path === '/realtime_public') return 'linear';
  if (path === '/realtime') return 'inverse';
  return MARKETS.find((market) => path === `/v5/public/${market}`);
}

/** Without an address: contracts named after USD alone are settled in the coin. V5 spot cannot be told from linear. */
function marketOf(symbol: string): Market {
  return /USD([A-Z]\d\d)?$/.test(symbol) ? 'inverse' : 'linear';
}
