import { isObject, streamsOfUrl, textsOf } from '../../recording/dialects/index.js';
import type { VenueLimits } from '../limits.js';

import { type Answer, type Asker, brokenLimit, parseJson, type VenueProtocol } from './protocol.js';

/**
 * Binance market streams. As there, a well-formed stream that does not exist is acknowledged and stays silent;
 * it counts neither as subscribed to nor as refused.
 */
export function binance(limits: VenueLimits): VenueProtocol {
  return {
    limits,
    topicsOfUrl: streamsOfUrl,
    isRaw: (url) => url.pathname === '/ws' || url.pathname.startsWith('/ws/'),
    unwrap: (text) => (text.startsWith('{"stream":"') ? text.slice(text.indexOf('"data":') + 7, -1) : text),
    answer: (text, asker) => answer(limits, text, asker),
  };
}

function answer(limits: VenueLimits, text: string, asker: Asker): Answer {
  if (Buffer.byteLength(text) > limits.requestBytes) return { kind: 'other', replies: [], refused: 1 };
  const request = parseJson(text);
  if (request === undefined) return refuse('other', 3, 'Invalid JSON: expected value', null);
  if (!isObject(request)) return refuse('other', 2, 'Invalid request: expected an object', null);
  const { method, params, id = null } = request;
  const topics = textsOf(params);
  switch (method) {
    case 'SUBSCRIBE': {
      const reason = refusal(limits, asker, topics);
      if (reason !== undefined) return refuse('subscribe', 2, reason, id);
      return { kind: 'subscribe', replies: [accept(id, null)], added: topics.filter((topic) => asker.knows(topic)) };
    }
    case 'UNSUBSCRIBE':
      return { kind: 'unsubscribe', replies: [accept(id, null)], removed: topics };
    case 'LIST_SUBSCRIPTIONS':
      return { kind: 'other', replies: [accept(id, [...asker.topics])] };
    default: {
      const known = 'SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS';
      return refuse('other', 2, `Invalid request: unknown variant, expected one of ${known}`, id);
    }
  }
}

function refusal(limits: VenueLimits, asker: Asker, topics: readonly string[]): string | undefined {
  if (topics.length === 0) return 'Invalid request: missing field `params`';
  const wrong = topics.find((topic) => !/^[^@\s]+@[^@\s]+(@[^@\s]+)?$/.test(topic));
  if (wrong !== undefined) return 'Invalid request: invalid stream';
  const broken = brokenLimit(limits, asker, topics);
  return broken && `Invalid request: ${broken}`;
}

function accept(id: unknown, result: readonly string[] | null): string {
  return JSON.stringify({ result, id });
}

function refuse(kind: Answer['kind'], code: number, msg: string, id: unknown): Answer {
  return { kind, replies: [JSON.stringify({ error: { code, msg }, id })], refused: 1 };
}
