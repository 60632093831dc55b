import type { BackOffBounds } from '../core/back-off.js';
import type { Clock } from '../core/clock.js';
import type { Conflation } from './conflation.js';
import type { ConnectBudget } from './connect-budget.js';
import type { FeedCounters } from './counters.js';
import type { AnyFeedEvent } from './event.js';
import type { FeedErrorContext } from './feed-options.js';
import type { FrameTaps } from './frame-tap.js';
import type { FeedProtocol } from './protocol.js';
import type { RecentCount } from './recent-count.js';

/** What the connections of a pool share. Times in milliseconds. */
export interface ConnectionSettings<Event extends AnyFeedEvent> {
  /** The venue's language, which the pool's frames are read and written in. */
  readonly protocol: FeedProtocol<Event>;
  /** Shortest time between two frames sent on one connection; 0 sends at once. */
  readonly pace: number;
  /** Longest wait for the answer to a request; then its topics count as refused. */
  readonly ackTimeout: number;
  /** Longest time from opening a socket to the end of its handshake. */
  readonly connectTimeout: number;
  /** Largest frame accepted, in bytes; a larger one ends the link. */
  readonly maxPayload: number;
  /** Bounds of the delay before a lost link is opened again, and before refused topics are asked for again. */
  readonly backOff: BackOffBounds;
  /** Time from opening to the last event from which a link counts as stable: its loss starts the delays anew. */
  readonly stableAfter: number;
  /** Source of the jitter in delays; never throws, since the pool wraps the user's. */
  readonly random: () => number;
  /** Time from opening until another connection takes the place of this one; Infinity for never. */
  readonly rotateAfter: number;
  /** The connections that the venue lets the pool open. */
  readonly budget: ConnectBudget;
  /** Counts the times a lost or failed link was replaced. */
  readonly reconnects: RecentCount;
  /** Which topics are conflated, and how long; undefined for none. */
  readonly conflation: Conflation | undefined;
  /** Those who listen in on the pool. */
  readonly taps: FrameTaps;
  /** Clock of every timer and time stamp here, the epoch times in gaps included. */
  readonly ioClock: Clock;
  /** Shared by all connections of the pool, which count in it directly. */
  readonly counters: FeedCounters;
  /** Whether the pool has stopped reading; asked when a link is made and when a deadline passes. */
  readonly isPaused: () => boolean;
  /** Sink of failures that no caller waits for; it does not throw. */
  readonly report: (error: unknown, context: FeedErrorContext) => void;
}
