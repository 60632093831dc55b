import type { Connection } from './connection.js';
import type { AnyFeedEvent } from './event.js';
import type { FeedExplanation, FeedTopicState } from './feed-stats.js';
import type { TopicRecord } from './topic-record.js';

type KnownState = Exclude<FeedTopicState, 'unknown'>;

/** Says where a topic stands on its connection, and why. */
export function explainTopic<Event extends AnyFeedEvent>(
  topic: string,
  connection: Connection<Event> | undefined,
): FeedExplanation {
  const record = connection?.records.get(topic);
  if (connection === undefined || record === undefined) {
    const reason = 'nobody has subscribed to it, or the venue refused it';
    return { topic, state: 'unknown', reason, listeners: 0, events: 0, lastEventAt: undefined, url: undefined };
  }
  const state = stateOf(record, connection);
  return {
    topic,
    state,
    reason: reasonOf(state, record, connection),
    listeners: record.listeners.length,
    events: record.events,
    lastEventAt: record.lastEventAt,
    url: connection.url,
  };
}

function stateOf<Event extends AnyFeedEvent>(record: TopicRecord<Event>, connection: Connection<Event>): KnownState {
  if (record.isLive) return 'live';
  if (!connection.isOpen) return record.lostAt === undefined ? 'connecting' : 'lost';
  if (record.wire === 'subscribing' || record.wire === 'unsubscribing') return record.wire;
  if (!record.isWanted) return 'unsubscribing';
  return record.refusal === undefined ? 'queued' : 'refused';
}

function reasonOf<Event extends AnyFeedEvent>(
  state: KnownState,
  record: TopicRecord<Event>,
  connection: Connection<Event>,
): string {
  switch (state) {
    case 'live':
      return record.isUnasked ? 'the venue sends it unasked' : 'the venue confirmed it';
    case 'lost':
    case 'connecting':
      return `the connection is being opened; ${connection.failures} attempts failed since it was stable`;
    case 'subscribing':
      return 'the request was sent and has no answer yet';
    case 'queued':
      return 'the request waits for its turn';
    case 'refused':
      return `it is tried again; ${String(record.refusal)}`;
    case 'unsubscribing':
    default:
      return 'nobody wants it any more; the venue is being told';
  }
}
