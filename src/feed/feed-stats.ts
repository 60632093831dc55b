import type { Connection } from './connection.js';
import type { FeedCounters } from './counters.js';
import type { AnyFeedEvent } from './event.js';
import type { LinkHealth } from './link-health.js';

/**
 * Counters of a FeedPool, over all its connections. Only those under "now" go down.
 *
 * frames = parsed + malformed + conflated + held, and parsed = events + acks + rejected + alive + unknown.
 */
export interface FeedStats {
  /** Name of the protocol. */
  readonly protocol: string;
  /** Now: connections that are open. */
  readonly connections: number;
  /** Now: topics somebody wants. */
  readonly topics: number;
  /** Now: topics whose values are expected. */
  readonly live: number;
  /** Now: requests without an answer. */
  readonly pendingRequests: number;
  /** Now: whether reading is paused. */
  readonly paused: boolean;
  /** Sockets opened, successful or not. */
  readonly opened: number;
  /** Of those, how many never got to the open state. */
  readonly connectFailures: number;
  /** Of those, how many replaced a lost or failed one. */
  readonly reconnects: number;
  /** Now: how many of them in the last 60 minutes, to the minute. */
  readonly reconnectsLastHour: number;
  /** Connections that another took the place of, without a gap. */
  readonly rotations: number;
  /** Times that came to nothing; each was tried again. */
  readonly rotationFailures: number;
  /** Now: how each connection does. */
  readonly links: readonly LinkHealth[];
  /** Frames received. */
  readonly frames: number;
  /** Frames dropped unread because a newer one of their topic came; see the option `conflate`. */
  readonly conflated: number;
  /** Now: frames that wait for the end of the turn or the interval. */
  readonly held: number;
  /** Bytes of their payloads. */
  readonly bytes: number;
  /** Frames understood. */
  readonly parsed: number;
  /** Frames that held data for a topic. */
  readonly events: number;
  /** Of those, how many nobody wanted any more. */
  readonly stray: number;
  /** Of those, how many the venue had sent before, of topics that it resends; they are not delivered. */
  readonly repeated: number;
  /** Calls of listeners. */
  readonly delivered: number;
  /** Frames that accepted a request. */
  readonly acks: number;
  /** Frames that refused one. */
  readonly rejected: number;
  /** Frames that are only signs of life. */
  readonly alive: number;
  /** Frames the protocol does not know. */
  readonly unknown: number;
  /** Frames that could not be understood. */
  readonly malformed: number;
  /** Subscribe and unsubscribe frames sent. */
  readonly requests: number;
  /** Of those, how many got no answer in time. */
  readonly requestTimeouts: number;
  /** Pings sent. */
  readonly pings: number;
  /** Times topics were lost and came back, counted per topic. */
  readonly gaps: number;
  /** Listener, notify and option callbacks that threw. */
  readonly handlerErrors: number;
  /** Failures reported to `onError` or as warnings, of any kind. */
  readonly errors: number;
}

/** Where a topic stands. */
export type FeedTopicState =
  | 'unknown'
  | 'connecting'
  | 'queued'
  | 'subscribing'
  | 'live'
  | 'lost'
  | 'refused'
  | 'unsubscribing';

/** Why a topic gives values or none. */
export interface FeedExplanation {
  /** The topic asked about. */
  readonly topic: string;
  /** Where it stands. */
  readonly state: FeedTopicState;
  /** The same in words, with what is known of the cause. */
  readonly reason: string;
  /** Callers that want it. */
  readonly listeners: number;
  /** Events received since it was first subscribed. */
  readonly events: number;
  /** When the last one came, epoch milliseconds; undefined before the first. */
  readonly lastEventAt: number | undefined;
  /** Address of its connection; undefined without one. */
  readonly url: string | undefined;
}

/** The counters with the one that follows from them. */
export function frameCounts(counters: FeedCounters): FeedCounters & Pick<FeedStats, 'parsed'> {
  const { frames, malformed, conflated, held } = counters;
  return { ...counters, parsed: frames - malformed - conflated - held };
}

/** What the connections have now. */
export function connectionTotals<Event extends AnyFeedEvent>(
  connections: readonly Connection<Event>[],
): Pick<FeedStats, 'connections' | 'topics' | 'live' | 'pendingRequests' | 'links'> {
  // Without those that are asked for a second time while one connection takes the place of another.
  const records = connections
    .flatMap((connection) => [...connection.records.values()])
    .filter((record) => record.listeners.length > 0);
  return {
    connections: connections.filter((connection) => connection.isOpen).length,
    topics: records.length,
    live: records.filter((record) => record.isLive).length,
    pendingRequests: connections.reduce((sum, connection) => sum + connection.desk.pending, 0),
    links: connections.map((connection) => connection.health()),
  };
}
