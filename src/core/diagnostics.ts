/**
 * What happens inside the primitives, for those who listen on `node:diagnostics_channel`. Nobody has to: without a
 * listener an event costs one field read, and its message is not made.
 *
 * Publish through `if (LOADS.hasSubscribers) LOADS.publish({ … } satisfies LoadMessage)`.
 */
import { channel } from 'node:diagnostics_channel';

/** A cached function was run. On the channel `tickwise:load`. */
export interface LoadMessage {
  /** Name of the cache. */
  readonly cache: string;
  /** Time it took, in milliseconds, to the microsecond. */
  readonly loadTimeMs: number;
  /** Whether it threw or rejected. */
  readonly isError: boolean;
}

/** A batch was sent, successfully or not. On the channel `tickwise:flush`. */
export interface FlushMessage {
  /** Name of the writer. */
  readonly writer: string;
  /** Rows sent. */
  readonly rows: number;
  /** Which send of its batch it was, from 1. */
  readonly attempt: number;
  /** Why it failed; `undefined` when it did not. */
  readonly error: unknown;
}

/** A connection that was lost or refused is made again. On the channel `tickwise:reconnect`. */
export interface ReconnectMessage {
  /** Where to, without query, user and password. */
  readonly url: string;
  /** Failures in a row before it. */
  readonly failures: number;
}

/** Values or rows were given up for want of room. On the channel `tickwise:drop`. */
export interface DropMessage {
  /** Which primitive dropped them. */
  readonly from: 'hub' | 'batch';
  /** Topic of the values; `undefined` for rows. */
  readonly topic: string | undefined;
  /** How many. */
  readonly count: number;
}

/** A circuit breaker changed its state. On the channel `tickwise:breaker`. */
export interface BreakerMessage {
  /** Its name. */
  readonly name: string;
  readonly from: 'closed' | 'open' | 'half-open';
  readonly to: 'closed' | 'open' | 'half-open';
}

/** Carries {@link LoadMessage}s. */
export const LOADS = channel('tickwise:load');
/** Carries {@link FlushMessage}s. */
export const FLUSHES = channel('tickwise:flush');
/** Carries {@link ReconnectMessage}s. */
export const RECONNECTS = channel('tickwise:reconnect');
/** Carries {@link DropMessage}s. */
export const DROPS = channel('tickwise:drop');
/** Carries {@link BreakerMessage}s. */
export const BREAKERS = channel('tickwise:breaker');
