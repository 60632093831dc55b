import type { StreamKind, Topic } from '../recording.js';

import { control, type Dialect, isObject, type JsonObject, type Opened, type Received, textsOf } from './dialect.js';

const CONTROL_EVENTS: ReadonlySet<unknown> = new Set(['systemStatus', 'subscriptionStatus', 'pong', 'error']);

/** Sent once a second of silence to every client that has a subscription. */
const HEARTBEAT: Topic = { topic: 'heartbeat', symbol: '', stream: 'other' };

/** Kraken's first WebSocket API: data come as arrays `[channelID, data…, channelName, pair]`. */
export const kraken: Dialect = {
  opened(url: URL): Opened | undefined {
    return /(^|\.)kraken\.com$/.test(url.hostname) ? { topics: [] } : undefined;
  },

  subscribed(message: JsonObject): readonly Topic[] {
    if (message['event'] !== 'subscribe' || !isObject(message['subscription'])) return [];
    const channel = krakenChannel(message['subscription']);
    return textsOf(message['pair']).map((pair) => krakenTopic(channel, pair));
  },

  received(message: unknown): Received | undefined {
    if (Array.isArray(message)) return frameOf(message);
    if (!isObject(message)) return undefined;
    if (message['event'] === 'heartbeat') return { kind: 'frame', topic: HEARTBEAT, venue: 'kraken', market: 'spot' };
    return CONTROL_EVENTS.has(message['event']) ? control : undefined;
  },
};

/** Channel name of a subscription: `{ name: 'book', depth: 1000 }` is `book-1000`. */
export function krakenChannel(subscription: JsonObject): string {
  const { name, depth, interval } = subscription;
  if (name === 'book') return `book-${typeof depth === 'number' ? depth : 10}`;
  if (name === 'ohlc') return `ohlc-${typeof interval === 'number' ? interval : 1}`;
  return typeof name === 'string' ? name : '';
}

/** The stream of a channel and a pair. */
export function krakenTopic(channel: string, pair: string): Topic {
  return { topic: `${channel}:${pair}`, symbol: pair, stream: streamOf(channel) };
}

function frameOf(message: readonly unknown[]): Received | undefined {
  const [channel, pair] = message.slice(-2);
  if (message.length < 4 || typeof channel !== 'string' || typeof pair !== 'string') return undefined;
  return { kind: 'frame', topic: krakenTopic(channel, pair), venue: 'kraken', market: 'spot' };
}

function streamOf(channel: string): StreamKind {
  if (channel.startsWith('book-')) return 'book';
  if (channel === 'trade') return 'trade';
  return channel === 'ticker' || channel === 'spread' ? 'quote' : 'other';
}
