import type { TopicStatus } from '../core/topic-source.js';
import type { QueueCounts } from './tally.js';

/**
 * Counters of a hub.
 *
 * received = delivered + pending + dropped + conflated + discarded, over all subscriptions that ever were.
 */
export interface HubStats extends Readonly<QueueCounts> {
  /** Topics with a subscriber, or lingering, or being ended upstream. */
  readonly topics: number;
  /** Subscriptions that receive, streams included. */
  readonly subscriptions: number;
  /** Values published or sent by the source. */
  readonly published: number;
  /** Of these, values that nobody had subscribed to when they were delivered. */
  readonly unheard: number;
  /** Values and statuses that the source sent for subscriptions already ended. */
  readonly ignored: number;
  /** Values that reached subscriptions, replayed ones included. */
  readonly received: number;
  /** Values that wait in queues. */
  readonly pending: number;
  /** Everything that was told to `onError`. */
  readonly failures: number;
  /** Subscriptions ended by `quarantineAfter`. */
  readonly quarantined: number;
  /** Subscriptions ended by an overflow under 'disconnect'. */
  readonly disconnected: number;
  /** Upstream subscriptions that ended, or were refused. */
  readonly upstreamEnded: number;
}

/** Why a topic is as it is. */
export interface TopicExplanation {
  /** The topic asked for. */
  readonly topic: string;
  /**
   * `unknown`: nobody subscribes to it; `local`: the hub has no source; otherwise where the upstream
   * subscription stands.
   */
  readonly state: 'unknown' | 'local' | 'idle' | 'starting' | 'live' | 'ending' | 'retrying';
  /** One sentence for a person. */
  readonly reason: string;
  /** How many subscriptions receive it. */
  readonly subscriptions: number;
  /** Sequence number of its newest value; 0 before the first. */
  readonly sequence: number;
  /** Values held for late subscribers and `latest`. */
  readonly held: number;
  /** What subscribers were told last, but gaps. */
  readonly status: TopicStatus['type'] | undefined;
  /** Refusals of the source since it last confirmed the topic. */
  readonly failuresInRow: number;
}
