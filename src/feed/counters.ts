/** What all connections of a pool count together. Only the pool's stats read it. */
export interface FeedCounters {
  opened: number;
  connectFailures: number;
  reconnects: number;
  frames: number;
  bytes: number;
  events: number;
  stray: number;
  acks: number;
  rejected: number;
  alive: number;
  unknown: number;
  malformed: number;
  requests: number;
  requestTimeouts: number;
  pings: number;
  delivered: number;
  handlerErrors: number;
}

export function newCounters(): FeedCounters {
  return {
    opened: 0,
    connectFailures: 0,
    reconnects: 0,
    frames: 0,
    bytes: 0,
    events: 0,
    stray: 0,
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
