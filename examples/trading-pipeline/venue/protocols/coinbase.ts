import { coinbaseTopics, isObject, type JsonObject } from '../../recording/dialects/index.js';
import type { VenueLimits } from '../limits.js';

import { type Answer, type Asker, parseJson, type VenueProtocol } from './protocol.js';

/** Coinbase Pro: every change is answered with all that the connection is subscribed to. */
export function coinbase(limits: VenueLimits): VenueProtocol {
  return {
    limits,
    answer(text: string, asker: Asker): Answer {
      const request = parseJson(text);
      if (!isObject(request)) return refuse('other', 'Malformed JSON');
      if (request['type'] === 'subscribe') return subscribe(request, asker);
      if (request['type'] === 'unsubscribe') return unsubscribe(request, asker);
      return refuse('other', 'Unknown message type');
    },
  };
}

/** A request is taken as a whole or not at all. */
function subscribe(request: JsonObject, asker: Asker): Answer {
  const topics = coinbaseTopics(request);
  if (topics.length === 0) return refuse('subscribe', 'No channels provided');
  const stranger = topics.find(({ topic }) => !asker.knows(topic));
  if (stranger !== undefined) return refuse('subscribe', `${stranger.symbol} is not a valid product`);
  const added = topics.map(({ topic }) => topic);
  return { kind: 'subscribe', replies: [listing(new Set([...asker.topics, ...added]))], added };
}

/** A channel without products stands for all of its products. */
function unsubscribe(request: JsonObject, asker: Asker): Answer {
  const named = new Set(coinbaseTopics(request).map(({ topic }) => topic));
  const channels: readonly unknown[] = Array.isArray(request['channels']) ? request['channels'] : [];
  const isWhole = named.size === 0;
  const isRemoved = (topic: string): boolean => (isWhole ? channels.includes(channelOf(topic)) : named.has(topic));
  const removed = [...asker.topics].filter(isRemoved);
  const rest = [...asker.topics].filter((topic) => !isRemoved(topic));
  return { kind: 'unsubscribe', replies: [listing(rest)], removed };
}

function listing(topics: Iterable<string>): string {
  const channels = new Map<string, string[]>();
  for (const topic of topics) {
    const products = channels.get(channelOf(topic)) ?? [];
    products.push(topic.slice(channelOf(topic).length + 1));
    channels.set(channelOf(topic), products);
  }
  const list = [...channels].map(([name, products]) => ({ name, product_ids: products }));
  return JSON.stringify({ type: 'subscriptions', channels: list });
}

function channelOf(topic: string): string {
  return topic.slice(0, topic.indexOf(':'));
}

function refuse(kind: Answer['kind'], reason: string): Answer {
  return { kind, replies: [JSON.stringify({ type: 'error', message: 'Failed to subscribe', reason })], refused: 1 };
}
