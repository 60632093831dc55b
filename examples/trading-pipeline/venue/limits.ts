import type { Market, Venue } from '../recording/index.js';

/** What a venue allows on one connection. Infinity where it names no limit. */
export interface VenueLimits {
  /** Frames from the client in any second, pings and pongs included; more close the connection with 1008. */
  readonly messagesPerSecond: number;
  readonly topicsPerConnection: number;
  readonly topicsPerRequest: number;
  /** Sum of the characters of all streams subscribed to. */
  readonly topicCharacters: number;
  /** Larger requests are ignored without an answer. */
  readonly requestBytes: number;
  /** Milliseconds between the venue's pings. */
  readonly pingInterval: number;
  /** Milliseconds without a pong after which the venue drops the connection. */
  readonly pongTimeout: number;
}

/** Largest frame that any venue takes, in bytes; a larger one closes the connection with 1009. */
export const MAX_FRAME_BYTES = 64 * 1024;

const NONE: VenueLimits = {
  messagesPerSecond: Infinity,
  topicsPerConnection: Infinity,
  topicsPerRequest: Infinity,
  topicCharacters: Infinity,
  requestBytes: Infinity,
  pingInterval: 20_000,
  pongTimeout: 60_000,
};

const BINANCE_SPOT: VenueLimits = {
  ...NONE,
  messagesPerSecond: 5,
  topicsPerConnection: 1_024,
  requestBytes: 4_096,
};

const BINANCE_FUTURES: VenueLimits = {
  ...NONE,
  messagesPerSecond: 10,
  topicsPerConnection: 1_024,
  requestBytes: 4_096,
  pingInterval: 180_000,
  pongTimeout: 600_000,
};

const BYBIT: VenueLimits = { ...NONE, topicCharacters: 21_000 };
const BYBIT_SPOT: VenueLimits = { ...BYBIT, topicsPerRequest: 10 };

/** The published limits, as of July 2026; that Binance ignores requests above 4 096 bytes is reported by its users. */
export function limitsOf(venue: Venue, market: Market): VenueLimits {
  if (venue === 'binance') return market === 'spot' ? BINANCE_SPOT : BINANCE_FUTURES;
  if (venue === 'bybit-2021' || venue === 'bybit-v5') return market === 'spot' ? BYBIT_SPOT : BYBIT;
  return NONE;
}
