import * as z from 'zod/mini';
import type { Callback } from '../core/callback.js';
import type { Clock } from '../core/clock.js';
import type { ErrorHandler } from '../core/failures.js';
import { callback, claim, clockOption, duration, wholeNumber } from '../core/options.js';
import type { AnyFeedEvent, FeedEvent } from './event.js';
import { type FeedProtocol, isProtocol, webSocketUrl } from './protocol.js';

/** Where something failed; the fields that apply are there. */
export interface FeedErrorContext {
  /**
   * `connect`: a connection could not be opened. `connection`: an open one was lost. `frame`: a frame
   * could not be understood. `protocol`: a function of the protocol threw. `subscribe`: the venue refused
   * a topic after a reconnect. `handler`: an emit, notify, onGap, onUnknown or random callback threw.
   */
  readonly where: 'connect' | 'connection' | 'frame' | 'protocol' | 'subscribe' | 'handler';
  /** Address of the connection. */
  readonly url?: string | undefined;
  /** The topic concerned. */
  readonly topic?: string | undefined;
  /** The first 200 characters of the frame. */
  readonly frame?: string | undefined;
}

/** A stretch of time in which values of a topic were missed. Epoch milliseconds. */
export interface FeedGap {
  /** The topic concerned. */
  readonly topic: string;
  /** When something last arrived on the lost connection. */
  readonly from: number;
  /** When the topic was back. */
  readonly to: number;
}

/** When a lost connection is opened again. Times in milliseconds. */
export interface ReconnectOptions {
  /**
   * Bound of the first delay; it doubles with each failure. The delay is a random part of the bound.
   * @default 500
   */
  readonly minDelay?: number | undefined;
  /**
   * Largest bound.
   * @default 30_000
   */
  readonly maxDelay?: number | undefined;
  /**
   * A connection that brought data for this long counts as stable: its loss starts again at `minDelay`.
   * @default 30_000
   */
  readonly stableAfter?: number | undefined;
}

/** Which frames need not be parsed. */
export interface ConflateOptions {
  /**
   * Whether only the newest value of a topic is wanted. Called once when it is subscribed. The venue must send the whole
   * state in each frame of it (tickers of options and spot at Bybit; `bookTicker`, `depth5` to `depth20` at
   * Binance): others are refused with ArgumentError, since changes would be lost.
   */
  readonly topics: (topic: string) => boolean;
  /**
   * Time between two values of a topic, in milliseconds; 0 is a turn of the event loop.
   * @default 0
   */
  readonly interval?: number | undefined;
}

/** Options of a {@link FeedPool}. */
export interface FeedPoolOptions<Event extends AnyFeedEvent = FeedEvent> {
  /** The venue's language and limits. */
  readonly protocol: FeedProtocol<Event>;
  /**
   * Address for all topics, for instance of a replay server.
   * @default the protocol's, by topic
   */
  readonly url?: string | undefined;
  /**
   * Most connections at a time. A topic that needs one more is refused with OverflowError.
   * @default 16
   */
  readonly maxConnections?: number | undefined;
  /**
   * Shortest time between two frames sent on one connection, in milliseconds; 0 sends at once.
   * @default the protocol's (50 for Bybit, 250 for Binance spot)
   */
  readonly pace?: number | undefined;
  /**
   * Longest wait for the answer to a request, in milliseconds; then its topics count as refused.
   * @default 10_000
   */
  readonly ackTimeout?: number | undefined;
  /**
   * Longest time an opening handshake may take, in milliseconds.
   * @default 10_000
   */
  readonly connectTimeout?: number | undefined;
  /**
   * Largest frame accepted, in bytes. A larger one ends the connection, which is then opened again.
   * @default 8_388_608 (8 MiB)
   */
  readonly maxPayload?: number | undefined;
  /** When a lost connection is opened again. */
  readonly reconnect?: ReconnectOptions | undefined;
  /**
   * Topics of which only the newest value is wanted: of all their frames that arrive in one turn of the event loop, or in
   * one interval, only the last is parsed and delivered. The last frame of a burst always is.
   * @default none: every frame is parsed and delivered
   */
  readonly conflate?: ConflateOptions | undefined;
  /**
   * How long a connection is used, in milliseconds, until another takes its place without a gap: first the new one is
   * opened and brings the same topics, then the old one is closed. For that time there is one connection more than
   * `maxConnections`. Up to 2 % of the time are taken off at random.
   * @default 98 % of the venue's `connectionLifetime` (23.5 hours for Binance); Infinity never does
   */
  readonly rotateAfter?: number | undefined;
  /**
   * Source of the jitter, from 0 up to 1. Anything else, or an error, waits the whole bound.
   * @default Math.random
   */
  readonly random?: (() => number) | undefined;
  /**
   * Clock of heartbeats, deadlines, pace and back-off, and of the times in gaps.
   * @default systemClock
   */
  readonly ioClock?: Clock | undefined;
  /**
   * Called with every failure that nobody awaits.
   * @default process warnings, the first at once, then a count per minute
   */
  readonly onError?: ErrorHandler<FeedErrorContext> | undefined;
  /**
   * Called once per topic and loss, when the topic is back and before its next value.
   * @default nothing
   */
  readonly onGap?: Callback<[gap: FeedGap]> | undefined;
  /**
   * Called with every frame that the protocol does not know.
   * @default nothing; they are counted
   */
  readonly onUnknown?: Callback<[message: unknown]> | undefined;
}

const reconnectSchema = z.strictObject({
  minDelay: z.optional(duration({ min: 1 })),
  maxDelay: z.optional(duration({ min: 1 })),
  stableAfter: z.optional(duration()),
});

/** Schema of the options. */
export const feedPoolSchema = z.strictObject({
  protocol: claim<FeedProtocol<AnyFeedEvent>>('a protocol (bybitV5, binance, defineProtocol)', isProtocol),
  url: z.optional(webSocketUrl()),
  maxConnections: z.optional(wholeNumber(1, 1_000)),
  pace: z.optional(duration()),
  ackTimeout: z.optional(duration({ min: 1 })),
  connectTimeout: z.optional(duration({ min: 1 })),
  maxPayload: z.optional(wholeNumber(1, 2 ** 30)),
  reconnect: z.optional(reconnectSchema),
  conflate: z.optional(
    z.strictObject({ topics: callback<(topic: string) => boolean>(), interval: z.optional(duration()) }),
  ),
  rotateAfter: z.optional(duration({ min: 1_000, allowInfinity: true })),
  random: z.optional(callback<() => number>()),
  ioClock: z.optional(clockOption()),
  onError: z.optional(callback<ErrorHandler<FeedErrorContext>>()),
  onGap: z.optional(callback<Callback<[gap: FeedGap]>>()),
  onUnknown: z.optional(callback<Callback<[message: unknown]>>()),
});
