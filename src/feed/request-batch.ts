import type { AnyFeedEvent } from './event.js';
import type { FeedProtocol, RequestAction } from './protocol.js';
import type { TopicRecord } from './topic-record.js';

/** The topics of one request frame, and its text. */
export interface RequestBatch<Event extends AnyFeedEvent> {
  /** All of one group and part and at least one, in the order in which they waited. */
  readonly records: readonly TopicRecord<Event>[];
  /** The whole frame as the protocol wrote it. */
  readonly text: string;
}

/**
 * Takes as many topics from the front of `waiting` as one frame may hold: those of the first one's
 * group and part, within the venue's count and bytes. The set is left as it is.
 *
 * A single topic is always taken, even when its frame is too long: the caller checks the length.
 */
export function nextBatch<Event extends AnyFeedEvent>(
  protocol: FeedProtocol<Event>,
  action: RequestAction,
  waiting: ReadonlySet<TopicRecord<Event>>,
  id: number,
): RequestBatch<Event> {
  const { topicsPerRequest, bytesPerRequest } = protocol.limits;
  let records = firstOfGroup(waiting, topicsPerRequest, bytesPerRequest);
  for (;;) {
    const text = protocol.request(
      action,
      records.map((record) => record.topic),
      id,
    );
    // The protocol's own words around the topics are known only now.
    if (records.length <= 1 || Buffer.byteLength(text) <= bytesPerRequest) return { records, text };
    records = records.slice(0, fitting(records.length, bytesPerRequest, Buffer.byteLength(text)));
  }
}

function firstOfGroup<Event extends AnyFeedEvent>(
  waiting: ReadonlySet<TopicRecord<Event>>,
  topicsPerRequest: number,
  bytesPerRequest: number,
): TopicRecord<Event>[] {
  const records: TopicRecord<Event>[] = [];
  let characters = 0;
  for (const record of waiting) {
    const first = records[0] ?? record;
    if (record.group !== first.group || record.part !== first.part) continue;
    characters += record.characters;
    if (records.length > 0 && (records.length === topicsPerRequest || characters > bytesPerRequest)) break;
    records.push(record);
  }
  return records;
}

/** A smaller count, in proportion to what is too much. */
function fitting(count: number, allowed: number, actual: number): number {
  return Math.max(1, Math.min(count - 1, Math.floor((count * allowed) / actual)));
}
