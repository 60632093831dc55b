import type { StreamKind, Topic } from '../recording.js';

import { control, type Dialect, isObject, type JsonObject, type Opened, type Received, textsOf } from './dialect.js';

/** Channel in which each type of message comes. */
const CHANNELS: ReadonlyMap<unknown, string> = new Map([
  ['snapshot', 'level2'],
  ['l2update', 'level2'],
  ['match', 'matches'],
  ['last_match', 'matches'],
  ['ticker', 'ticker'],
  ['heartbeat', 'heartbeat'],
]);

const STREAMS: ReadonlyMap<string, StreamKind> = new Map([
  ['level2', 'book'],
  ['matches', 'trade'],
  ['ticker', 'quote'],
]);

/** Coinbase Pro: `{"type":"l2update","product_id":"BTC-USD",…}`. */
export const coinbase: Dialect = {
  opened(url: URL): Opened | undefined {
    return /(^|\.)coinbase\.com$/.test(url.hostname) ? { topics: [] } : undefined;
  },

  subscribed(message: JsonObject): readonly Topic[] {
    return message['type'] === 'subscribe' ? coinbaseTopics(message) : [];
  },

  received(message: unknown): Received | undefined {
    if (!isObject(message)) return undefined;
    const { type, product_id: product } = message;
    if (type === 'subscriptions' || type === 'error') return control;
    const channel = CHANNELS.get(type);
    if (channel === undefined || typeof product !== 'string') return undefined;
    return { kind: 'frame', topic: coinbaseTopic(channel, product), venue: 'coinbase', market: 'spot' };
  },
};

/** The stream of a channel and a product. */
function coinbaseTopic(channel: string, product: string): Topic {
  return { topic: `${channel}:${product}`, symbol: product, stream: STREAMS.get(channel) ?? 'other' };
}

/** Streams that a subscribe or unsubscribe message names: every channel of every product, channels may bring their own. */
export function coinbaseTopics(message: JsonObject): readonly Topic[] {
  const products = textsOf(message['product_ids']);
  const channels: readonly unknown[] = Array.isArray(message['channels']) ? message['channels'] : [];
  return channels.flatMap((channel) => {
    const name = isObject(channel) ? channel['name'] : channel;
    const own = isObject(channel) && 'product_ids' in channel ? textsOf(channel['product_ids']) : products;
    return typeof name === 'string' ? own.map((product) => coinbaseTopic(name, product)) : [];
  });
}
