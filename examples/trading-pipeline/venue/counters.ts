import type { VenueCounts } from './messages.js';

/** The venue's counts while they grow. */
export type Counters = { -readonly [Name in keyof VenueCounts]: VenueCounts[Name] };

/** All counts at zero. */
export function newCounters(): Counters {
  return {
    connections: 0,
    subscribeRequests: 0,
    topicsSubscribed: 0,
    unsubscribeRequests: 0,
    restRequests: 0,
    framesSent: 0,
    bytesSent: 0,
    marksSent: 0,
    refused: 0,
    cuts: 0,
    framesWithheld: 0,
    framesRepeated: 0,
    tradesRepeated: 0,
    restRefused: 0,
    waitsGivenUp: 0,
  };
}
