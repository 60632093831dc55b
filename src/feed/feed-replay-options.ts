import * as z from 'zod/mini';
import type { Callback } from '../core/callback.js';
import { type Clock } from '../core/clock.js';
import type { ErrorHandler } from '../core/failures.js';
import { callback, claim, clockOption, numberWithin } from '../core/options.js';
import { VirtualClock } from '../core/virtual-clock.js';
import type { AnyFeedEvent, FeedEvent } from './event.js';
import { type FeedProtocol, isProtocol } from './protocol.js';

/** An order book snapshot that was fetched beside the stream, as a recording has it. */
export interface RecordedSnapshot {
  /** The venue's name of the instrument. */
  readonly symbol: string;
  /** When it was fetched, epoch milliseconds. */
  readonly t: number;
  /** The body of the answer, parsed. */
  readonly body: unknown;
}

/** Options of `replayFeed`. */
export interface FeedReplayOptions<Event extends AnyFeedEvent = FeedEvent> {
  /** Files of one recording in their order, packed or not. */
  readonly files: readonly string[];
  /** The venue's language. */
  readonly protocol: FeedProtocol<Event>;
  /**
   * How many times faster than it was recorded; Infinity is as fast as it goes. Not used with `drive`.
   * @default Infinity
   */
  readonly speed?: number | undefined;
  /**
   * A clock that the replay moves to the time of each frame before it is delivered, so that everything that takes it sees
   * the recording's time. Its present wall time must not be after the first frame.
   * @default none
   */
  readonly drive?: VirtualClock | undefined;
  /**
   * Called with each order book snapshot of the recording, in its place between the frames.
   * @default nothing
   */
  readonly onSnapshot?: Callback<[snapshot: RecordedSnapshot]> | undefined;
  /**
   * Clock that the speed follows.
   * @default systemClock
   */
  readonly ioClock?: Clock | undefined;
  /**
   * Told of lines and frames that were not understood, and of callbacks that threw.
   * @default a process warning
   */
  readonly onError?: ErrorHandler<{ readonly where: 'line' | 'frame' | 'handler'; readonly line: number }> | undefined;
}

/** What a replay has done. frames = events + others + malformed; delivered counts each subscriber. */
export interface FeedReplayReport {
  /** Lines read, those included that hold no frame of the venue. */
  readonly lines: number;
  /** Of those, how many were torn, too long or of another form. */
  readonly badLines: number;
  /** Frames of the venue. */
  readonly frames: number;
  /** Of those, how many held data for a topic. */
  readonly events: number;
  /** Acknowledgements, signs of life, and frames of no known meaning. */
  readonly others: number;
  /** Frames that could not be understood. */
  readonly malformed: number;
  /** Order book snapshots fetched beside the stream. */
  readonly snapshots: number;
  /** Events handed to subscribers. */
  readonly delivered: number;
  /** Time of the last line read, epoch milliseconds; NaN before the first. */
  readonly t: number;
}

/** Schema of {@link FeedReplayOptions}. */
export const feedReplaySchema = z.strictObject({
  files: claim<readonly string[]>('paths of one file or more', (value) => {
    return Array.isArray(value) && value.length > 0 && value.every((path) => typeof path === 'string' && path !== '');
  }),
  protocol: claim<FeedProtocol<AnyFeedEvent>>('a protocol (bybitV5, binance, defineProtocol)', isProtocol),
  speed: z.optional(numberWithin(Number.MIN_VALUE, Infinity)),
  drive: z.optional(claim<VirtualClock>('a VirtualClock', (value) => value instanceof VirtualClock)),
  onSnapshot: z.optional(callback<Callback<[snapshot: RecordedSnapshot]>>()),
  ioClock: z.optional(clockOption()),
  onError:
    z.optional(callback<ErrorHandler<{ readonly where: 'line' | 'frame' | 'handler'; readonly line: number }>>()),
});
