import { isObject, type JsonObject, textsOf } from '../../recording/dialects/index.js';
import type { VenueLimits } from '../limits.js';

import { type Answer, type Asker, brokenLimit, parseJson, type VenueProtocol } from './protocol.js';

/** Puts an outcome into the words of the venue. */
type Wording = (outcome: Outcome, asker: Asker, request: JsonObject) => string;

interface Outcome {
  readonly success: boolean;
  readonly message: string;
}

/** The public API of 2021: answers repeat the request. */
export function bybit2021(limits: VenueLimits): VenueProtocol {
  return bybit(limits, ({ success, message }, { id }, { op = '', args = null }) =>
    JSON.stringify({ success, ret_msg: message, conn_id: id, request: { op, args } }),
  );
}

/** V5: answers carry the client's `req_id`. */
export function bybitV5(limits: VenueLimits): VenueProtocol {
  return bybit(limits, ({ success, message }, { id }, { op = '', req_id: requestId = '' }) =>
    JSON.stringify({ success, ret_msg: message, conn_id: id, req_id: requestId, op }),
  );
}

function bybit(limits: VenueLimits, write: Wording): VenueProtocol {
  return {
    limits,
    answer(text: string, asker: Asker): Answer {
      const message = parseJson(text);
      const request = isObject(message) ? message : {};
      const ok = (reply: string): readonly string[] => [write({ success: true, message: reply }, asker, request)];
      const topics = textsOf(request['args']);
      switch (request['op']) {
        case 'ping':
          return { kind: 'other', replies: ok('pong') };
        case 'subscribe': {
          const reason = refusal(limits, asker, topics);
          if (reason === undefined) return { kind: 'subscribe', replies: ok(''), added: topics };
          const reply = write({ success: false, message: reason }, asker, request);
          return { kind: 'subscribe', replies: [reply], refused: 1 };
        }
        case 'unsubscribe':
          return { kind: 'unsubscribe', replies: ok(''), removed: topics };
        default: {
          const reply = write({ success: false, message: 'error:unknown op' }, asker, request);
          return { kind: 'other', replies: [reply], refused: 1 };
        }
      }
    },
  };
}

/** A request is taken as a whole or not at all. */
function refusal(limits: VenueLimits, asker: Asker, topics: readonly string[]): string | undefined {
  const stranger = topics.find((topic) => !asker.knows(topic));
  if (stranger !== undefined) return `error:handler not found,topic:${stranger}`;
  return topics.length === 0 ? 'error:args is empty' : brokenLimit(limits, asker, topics);
}
