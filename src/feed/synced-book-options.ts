import * as z from 'zod/mini';
import type { Callback } from '../core/callback.js';
import type { Clock } from '../core/clock.js';
import type { ErrorHandler } from '../core/failures.js';
import { callback, claim, clockOption, duration } from '../core/options.js';
import type { BookChange } from './event.js';
import type { BookExplanation, BookStatus, OrderBookOptions, OrderBookStats } from './order-book-options.js';

/** Where a failure of a SyncedBook happened. */
export interface SyncedBookErrorContext {
  /** While it got a snapshot, or in a callback of its user. */
  readonly where: 'resync' | 'handler';
}

/** Options of a SyncedBook. */
export interface SyncedBookOptions {
  /**
   * Options of the book itself; a protocol's `book(topic)` gives them.
   * @default those of an OrderBook without ids
   */
  readonly book?: OrderBookOptions | undefined;
  /**
   * Gets a snapshot of this one book: from a REST address, or by asking the venue for another one in the stream, and then
   * it resolves with undefined. Never called while its last promise is open. The signal ends it after `timeout` and on
   * `close`.
   */
  readonly resync: (signal: AbortSignal) => Promise<BookChange | undefined>;
  /**
   * Called after each change of the status.
   * @default nothing
   */
  readonly onStatus?: Callback<[status: BookStatus]> | undefined;
  /**
   * Shortest time between the starts of two resyncs, and the bound of the first random delay after one that failed, in
   * milliseconds.
   * @default 1_000
   */
  readonly minDelay?: number | undefined;
  /**
   * Largest bound of the delay after resyncs that failed, in milliseconds.
   * @default 30_000
   */
  readonly maxDelay?: number | undefined;
  /**
   * How long a resync may take, in milliseconds; also how long a snapshot that was asked for may take to come in the
   * stream.
   * @default 10_000
   */
  readonly timeout?: number | undefined;
  /**
   * The clock of delays and time limits.
   * @default the system clock
   */
  readonly ioClock?: Clock | undefined;
  /**
   * Told of resyncs that failed and of callbacks that threw.
   * @default a process warning
   */
  readonly onError?: ErrorHandler<SyncedBookErrorContext> | undefined;
  /**
   * Random numbers from 0 to 1 for the delays.
   * @default Math.random
   */
  readonly random?: (() => number) | undefined;
}

/** Counters of a SyncedBook: those of its book and of its resyncs. */
export interface SyncedBookStats extends OrderBookStats {
  /** Resyncs started. */
  readonly resyncs: number;
  /** Resyncs that failed, took too long, or brought a snapshot of no use. */
  readonly resyncFailures: number;
  /** Failures reported, callbacks included. */
  readonly errors: number;
}

/** Why a SyncedBook stands where it does. */
export interface SyncedBookExplanation extends BookExplanation {
  /** Whether a resync runs, waits for its time, or is not needed. */
  readonly resync: 'none' | 'planned' | 'running';
  /** What the last failed resync said; undefined when none has failed since the book was ready. */
  readonly lastError: unknown;
}

/** Schema of {@link SyncedBookOptions}. */
export const syncedBookSchema = z.strictObject({
  book: z.optional(claim<OrderBookOptions>('an object', (value) => typeof value === 'object' && value !== null)),
  resync: callback<(signal: AbortSignal) => Promise<BookChange | undefined>>(),
  onStatus: z.optional(callback<Callback<[status: BookStatus]>>()),
  minDelay: z.optional(duration()),
  maxDelay: z.optional(duration()),
  timeout: z.optional(duration({ min: 1 })),
  ioClock: z.optional(clockOption()),
  onError: z.optional(callback<ErrorHandler<SyncedBookErrorContext>>()),
  random: z.optional(callback<() => number>()),
});
