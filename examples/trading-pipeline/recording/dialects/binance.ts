import type { Market, StreamKind, Topic } from '../recording.js';

import { control, type Dialect, isObject, type JsonObject, type Opened, type Received, textsOf } from './dialect.js';

/** Binance combined streams, spot, USD-M and COIN-M: `{"stream":"btcusdt@trade","data":{…}}`. */
export const binance: Dialect = {
  opened(url: URL): Opened | undefined {
    if (!/(^|\.)binance\.(com|us|vision)$/.test(url.hostname) && url.protocol !== 'synthetic:') return undefined;
    const market = marketOfHost(url.hostname);
    return { topics: streamsOfUrl(url).map(binanceTopic), ...(market && { market }) };
  },

  subscribed(message: JsonObject): readonly Topic[] {
    return message['method'] === 'SUBSCRIBE' ? textsOf(message['params']).map(binanceTopic) : [];
  },

  received(message: unknown): Received | undefined {
    if (!isObject(message)) return undefined;
    const { stream, data } = message;
    if (typeof stream !== 'string') return 'id' in message && isAnswer(message) ? control : undefined;
    if (typeof data !== 'object' || data === null) return undefined;
    const payload: JsonObject = isObject(data) ? data : {};
    return { kind: 'frame', topic: topicOf(stream, payload), venue: 'binance', market: marketOf(payload) };
  },
};

/** Reads the name of a Binance stream: `symbol@kind`, perhaps with depth or interval. */
function binanceTopic(topic: string): Topic {
  const [symbol = '', kind = ''] = topic.split('@');
  return { topic, symbol: symbol.startsWith('!') ? '' : symbol.toUpperCase(), stream: streamOf(kind) };
}

/** Streams named in the address: `/stream?streams=a/b`, `/ws/a/b`. */
export function streamsOfUrl(url: URL): readonly string[] {
  const names = url.searchParams.get('streams') ?? /^\/ws\/(.+)$/.exec(url.pathname)?.[1] ?? '';
  return names.split('/').filter((name) => name !== '');
}

function streamOf(kind: string): StreamKind {
  if (kind === 'bookTicker') return 'quote';
  if (kind === 'trade' || kind === 'aggTrade') return 'trade';
  // Only the stream of differences is a book; `depth20` and the like are excerpts.
  return kind === 'depth' ? 'book' : 'other';
}

function topicOf(stream: string, payload: JsonObject): Topic {
  const topic = binanceTopic(stream);
  return typeof payload['s'] === 'string' ? { ...topic, symbol: payload['s'] } : topic;
}

function isAnswer(message: JsonObject): boolean {
  return 'result' in message || 'error' in message || 'code' in message;
}

function marketOfHost(host: string): Market | undefined {
  if (host.startsWith('dstream')) return 'coinm';
  if (host.startsWith('fstream')) return 'usdm';
  return host.startsWith('stream') ? 'spot' : undefined;
}

/** Futures mark their payloads; COIN-M contracts are `BTCUSD_PERP` or `BTCUSD_240927`. */
function marketOf(payload: JsonObject): Market {
  if (!isFutures(payload)) return 'spot';
  return typeof payload['s'] === 'string' && /USD_/.test(payload['s']) ? 'coinm' : 'usdm';
}

function isFutures(payload: JsonObject): boolean {
  switch (payload['e']) {
    case 'depthUpdate':
      return 'pu' in payload;
    case 'trade':
    case 'aggTrade':
      return !('M' in payload);
    case 'bookTicker':
      return true;
    default:
      return 'ps' in payload;
  }
}
