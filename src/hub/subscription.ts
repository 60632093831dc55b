import type { QueueCounts } from './tally.js';

/** Whether a subscription receives, or what ended it. */
export type SubscriptionState =
  /** It receives. */
  | 'active'
  /** `unsubscribe` was called, or the stream left. */
  | 'unsubscribed'
  /** Its handler failed `quarantineAfter` times in a row. */
  | 'quarantined'
  /** Its queue overflowed under 'disconnect'. */
  | 'disconnected'
  /** The topic ended, or the hub was closed. */
  | 'closed';

/**
 * Counters of one subscription.
 *
 * received = delivered + pending + dropped + conflated + discarded; failed is part of delivered.
 */
export interface SubscriptionStats extends Readonly<QueueCounts> {
  /** Whether it receives, or what ended it. */
  readonly state: SubscriptionState;
  /** Values that reached the subscription, replayed ones included. */
  readonly received: number;
  /** Values that wait in its queue. */
  readonly pending: number;
}

/** A handle on one subscription. */
export interface Subscription extends Disposable {
  /** Number of the subscription within its hub, from 1; `onError` is told it. */
  readonly id: number;
  /** The topic it receives. */
  readonly topic: string;
  /** Ends it: its handler is not called again, in a publish under way neither. Waiting values are discarded. Idempotent. */
  unsubscribe(): void;
  /** Returns its counters. */
  stats(): SubscriptionStats;
}
