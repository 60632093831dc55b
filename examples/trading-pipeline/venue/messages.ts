import type { Fault } from '../faults/fault.js';
import type { BarsOptions, RecordingInfo } from '../recording/index.js';
import type { SyntheticOptions } from '../synthetic/index.js';

/** How fast a venue replays: as fast as each client takes, or a multiple of real time. */
export type Speed = 'max' | number;

/** What a venue process is asked to replay, and how. */
export interface VenueProcessOptions {
  /** A recording's file, a file of bars, or the options of a synthetic session. */
  readonly source:
    | { readonly path: string }
    | { readonly bars: BarsOptions }
    | { readonly synthetic: SyntheticOptions };
  /** Symbols that the venue knows. Default: all of the recording. */
  readonly symbols?: readonly string[];
  /** Milliseconds between clock marks. */
  readonly bar: number;
  readonly speed: Speed;
  /** What goes wrong; the market then waits for `reached` at each clock mark. Default: nothing. */
  readonly faults?: readonly Fault[];
}

/** What a venue saw from outside since it was opened or reset. Counters only grow. */
export interface VenueCounts {
  /** WebSocket connections accepted. */
  readonly connections: number;
  /** Subscribe requests received, refused ones included. Streams named in a URL are part of the connection. */
  readonly subscribeRequests: number;
  /** Streams newly subscribed to, summed over connections. */
  readonly topicsSubscribed: number;
  readonly unsubscribeRequests: number;
  /** HTTP requests received. */
  readonly restRequests: number;
  /** Market frames handed to the sockets, clock marks and replies not included. */
  readonly framesSent: number;
  /** Bytes of those frames, without the WebSocket headers. */
  readonly bytesSent: number;
  /** Clock marks handed to the sockets. */
  readonly marksSent: number;
  /** Requests and streams refused, and connections closed for breaking a limit. */
  readonly refused: number;
  /** Connections cut by a fault. */
  readonly cuts: number;
  /** Market frames that a client had subscribed to and a fault kept from it. */
  readonly framesWithheld: number;
  /** Market frames sent a second time by a fault. */
  readonly framesRepeated: number;
  /** Those of them that were trades. */
  readonly tradesRepeated: number;
  /** HTTP requests answered 429 by a fault. */
  readonly restRefused: number;
  /** Times, 0 or 1, that a bot said nothing for 10 s and the market went on without waiting for it. */
  readonly waitsGivenUp: number;
}

/** What the parent sends to the venue process. Each request is answered once, by its `id`. */
export type VenueRequest = { readonly id: number } & (
  | { readonly type: 'open'; readonly options: VenueProcessOptions }
  | { readonly type: 'start' }
  | { readonly type: 'counts' }
  | { readonly type: 'progress' }
  | { readonly type: 'reached'; readonly at: number }
  | { readonly type: 'reset' }
  | { readonly type: 'stop' }
);

/** What the venue process answers. */
export type VenueReply = { readonly id: number } & (
  | { readonly type: 'ready'; readonly port: number; readonly recording: RecordingInfo }
  | { readonly type: 'counts'; readonly counts: VenueCounts }
  | { readonly type: 'progress'; readonly fraction: number }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly message: string; readonly isUserError: boolean }
);
