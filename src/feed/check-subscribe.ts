import { ArgumentError, OverflowError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { AnyFeedEvent } from './event.js';
import { type FeedProtocol, isWebSocketUrl } from './protocol.js';
import type { TopicRecord } from './topic-record.js';

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

/**
 * The address of a new topic: the one given for all, else the protocol's for it.
 * @throws ArgumentError when the protocol names none. @throws OverflowError when the topic fits on no connection.
 */
export function addressOf<Event extends AnyFeedEvent>(
  protocol: FeedProtocol<Event>,
  given: string | undefined,
  record: TopicRecord<Event>,
): string {
  const { charactersPerConnection } = protocol.limits;
  if (!record.isUnasked && record.characters > charactersPerConnection) {
    const message = `${show(record.topic)} takes ${record.characters} of the ${charactersPerConnection} characters of a connection`;
    throw new OverflowError(message);
  }
  const url = given ?? protocol.urlFor(record.topic);
  if (isWebSocketUrl(url)) return url;
  throw new ArgumentError(`${protocol.name} names no WebSocket address for ${show(record.topic)}, but ${show(url)}`);
}
