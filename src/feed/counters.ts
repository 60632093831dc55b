/** What all connections of a pool count together. Only the pool's stats read it. */
export interface FeedCounters {
  /** Sockets opened, successful or not. */
  opened: number;
  /** Of those, how many ended before their handshake did. */
  connectFailures: number;
  /** Of those, how many replaced a lost or failed one. */
  reconnects: number;
  /** Frames received, before anything is known of their content. */
  frames: number;
  /** Of those, how many were dropped unread because a newer one of their topic came. */
  conflated: number;
  /** Now: of those, how many wait for the end of the turn or the interval. */
  held: number;
  /** Bytes of their payloads. */
  bytes: number;
  /** Frames that held data for a topic, wanted or not. */
  events: number;
  /** Of those, how many nobody wanted any more. */
  stray: number;
  /** Of those, how many the venue had sent before. */
  repeated: number;
  /** Answers of the venue without an error. */
  acks: number;
  /** Answers of the venue with an error. */
  rejected: number;
  /** Frames that were only a sign of life, the venue's text pings included. */
  alive: number;
  /** Frames the protocol has no meaning for; each goes to `onUnknown`. */
  unknown: number;
  /** Frames whose decoding or reading threw, or gave something of no known type. */
  malformed: number;
  /** Subscribe and unsubscribe frames sent. */
  requests: number;
  /** Of those, how many got no answer in time. */
  requestTimeouts: number;
  /** Pings of ours, as frame or text, also when making their text failed. */
  pings: number;
  /** Calls of listeners: one event counts once for each. */
  delivered: number;
  /** User callbacks that threw (not those whose promise rejected). */
  handlerErrors: number;
}

/** Makes the counters of a new pool, all 0. */
export function newCounters(): FeedCounters {
  return {
    opened: 0,
    connectFailures: 0,
    reconnects: 0,
    frames: 0,
    conflated: 0,
    held: 0,
    bytes: 0,
    events: 0,
    stray: 0,
    repeated: 0,
    acks: 0,
    rejected: 0,
    alive: 0,
    unknown: 0,
    malformed: 0,
    requests: 0,
    requestTimeouts: 0,
    pings: 0,
    delivered: 0,
    handlerErrors: 0,
  };
}
