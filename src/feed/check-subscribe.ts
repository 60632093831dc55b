import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { AnyFeedEvent } from './event.js';
import type { FeedProtocol } from './protocol.js';

/** Longest topic, in characters. */
const LONGEST_TOPIC = 256;

/**
 * Checks the arguments of `FeedPool.subscribe`.
 * @throws ArgumentError when one is of the wrong type, or the venue has no such topic.
 */
export function checkSubscribe<Event extends AnyFeedEvent>(
  protocol: FeedProtocol<Event>,
  topic: string,
  emit: unknown,
  notify: unknown,
): void {
  if (typeof topic !== 'string' || topic === '' || topic.length > LONGEST_TOPIC) {
    throw new ArgumentError(`topic must be a text of 1 to ${LONGEST_TOPIC} characters, got ${show(topic)}`);
  }
  if (typeof emit !== 'function') throw new ArgumentError(`emit must be a function, got ${show(emit)}`);
  if (typeof notify !== 'function') throw new ArgumentError(`notify must be a function, got ${show(notify)}`);
  const refusal = protocol.unasked.includes(topic) ? undefined : protocol.refuse(topic);
  if (refusal !== undefined) throw new ArgumentError(`${protocol.name} has no topic ${show(topic)}: ${refusal}`);
}
