import type { Connection } from './connection.js';
import type { AnyFeedEvent } from './event.js';

/** An open one that failed least; of equals the one with the most topics, so that few connections are used. */
export function healthiestOf<Event extends AnyFeedEvent>(
  connections: readonly Connection<Event>[],
): Connection<Event> | undefined {
  const [best] = connections.toSorted(
    (a, b) => Number(b.isOpen) - Number(a.isOpen) || a.failures - b.failures || b.records.size - a.records.size,
  );
  return best;
}
