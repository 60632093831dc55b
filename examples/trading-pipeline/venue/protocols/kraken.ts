import { isObject, type JsonObject, krakenChannel, krakenTopic, textsOf } from '../../recording/dialects/index.js';
import type { Playable } from '../../recording/index.js';
import type { VenueLimits } from '../limits.js';

import { type Answer, type Asker, parseJson, type VenueProtocol } from './protocol.js';

/** Kraken's first WebSocket API: one status per pair, channel numbers as in the recording. */
export function kraken(limits: VenueLimits, recording: Playable): VenueProtocol {
  const channelIds = channelIdsOf(recording);
  return {
    limits,
    broadcast: 'heartbeat',
    greeting: () => '{"connectionID":17843232920108168701,"event":"systemStatus","status":"online","version":"1.8.3"}',
    answer(text: string, asker: Asker): Answer {
      const request = parseJson(text);
      if (!isObject(request)) return refuse('other', { errorMessage: 'Malformed request', event: 'error' });
      switch (request['event']) {
        case 'ping':
          return { kind: 'other', replies: [JSON.stringify({ event: 'pong', ...requestIdOf(request) })] };
        case 'subscribe':
        case 'unsubscribe':
          return subscribe(request['event'], request, asker, channelIds);
        default:
          return refuse('other', { errorMessage: 'Unsupported event', event: 'error', ...requestIdOf(request) });
      }
    },
  };
}

function subscribe(
  kind: 'subscribe' | 'unsubscribe',
  request: JsonObject,
  asker: Asker,
  channelIds: ReadonlyMap<string, number>,
): Answer {
  const subscription = isObject(request['subscription']) ? request['subscription'] : {};
  const channel = krakenChannel(subscription);
  const pairs = textsOf(request['pair']);
  if (pairs.length === 0) return refuse(kind, { errorMessage: 'Pair(s) field must be an array', event: 'error' });
  const common = { event: 'subscriptionStatus', ...requestIdOf(request) };
  const topics: string[] = [];
  const replies = pairs.map((pair) => {
    const { topic } = krakenTopic(channel, pair);
    if (!asker.knows(topic)) {
      const errorMessage = `Currency pair not supported ${pair}`;
      return JSON.stringify({ errorMessage, ...common, pair, status: 'error', subscription });
    }
    topics.push(topic);
    const head = { channelID: channelIds.get(topic) ?? 0, channelName: channel };
    return JSON.stringify({ ...head, ...common, pair, status: `${kind}d`, subscription });
  });
  const change = kind === 'subscribe' ? { added: topics } : { removed: topics };
  return { kind, replies, ...change, refused: pairs.length - topics.length };
}

/** Channel numbers stand at the head of the recorded frames. */
function channelIdsOf(recording: Playable): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  for (const { topic, text } of recording.frames) {
    const id = ids.has(topic) ? undefined : /^\[(\d+),/.exec(text)?.[1];
    if (id !== undefined) ids.set(topic, Number(id));
  }
  return ids;
}

function requestIdOf(request: JsonObject): { readonly reqid?: number } {
  return typeof request['reqid'] === 'number' ? { reqid: request['reqid'] } : {};
}

function refuse(kind: Answer['kind'], error: JsonObject): Answer {
  return { kind, replies: [JSON.stringify({ ...error, status: 'error' })], refused: 1 };
}
