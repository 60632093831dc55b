import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { type Clock, systemClock } from 'tickwise/core';
import { WebSocketServer } from 'ws';

import type { Fault } from '../faults/fault.js';
import type { Playable, Topic } from '../recording/index.js';
import { UserError } from '../user-error.js';

import { Connection } from './connection.js';
import { MAX_FRAME_BYTES } from './limits.js';
import type { Speed, VenueCounts } from './messages.js';
import { protocolOf, type VenueProtocol } from './protocols/index.js';
import { RestDesk } from './rest-desk.js';
import { Run } from './run.js';
import { Script } from './script.js';

/** What a venue replays, and how. */
export interface VenueServerOptions {
  readonly recording: Playable;
  /** Symbols that the venue knows. Default: all of the recording. */
  readonly symbols?: readonly string[];
  /** Milliseconds between clock marks, a whole number from 1. */
  readonly bar: number;
  readonly speed: Speed;
  /** Paces the replay. Default: the system clock. */
  readonly clock?: Clock;
  /** Times pings and limits. Default: the system clock. */
  readonly ioClock?: Clock;
  /** What goes wrong; the market then waits for `reached` at each clock mark. Default: nothing. */
  readonly faults?: readonly Fault[];
}

/**
 * A venue on 127.0.0.1 that replays a recording: WebSocket and HTTP on one port, subscriptions, pings and limits as
 * the venue has them.
 *
 * Nothing is sent before `start()`. From then on each connection gets the frames of its streams in recorded order, and
 * between them `{"event":"clock","t":B}` at every multiple B of the bar, behind all its frames with `t < B`; every
 * connection gets every mark, and after the last one `{"event":"end","t":B}`. Who connects or subscribes later gets
 * what lies ahead of the furthest connection.
 */
export class VenueServer implements AsyncDisposable {
  readonly #protocol: VenueProtocol;
  readonly #script: Script;
  readonly #symbols: ReadonlySet<string>;
  readonly #known: ReadonlyMap<string, Topic>;
  readonly #speed: Speed;
  readonly #clock: Clock;
  readonly #ioClock: Clock;
  readonly #rest: RestDesk;
  readonly #http: Server;
  readonly #webSockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false });
  #run: Run;
  #port = 0;
  #closing: Promise<void> | undefined;

  private constructor(options: VenueServerOptions) {
    const { symbols, bar, speed, clock = systemClock, ioClock = systemClock, faults = [] } = options;
    const recording = faults.length === 0 ? options.recording : inMemory(options.recording);
    if (speed !== 'max' && !(speed > 0 && speed < Infinity)) {
      throw new UserError(`the speed is "max" or a number above 0, not ${speed}`);
    }
    this.#protocol = protocolOf(recording);
    this.#script = new Script(recording, bar, symbols, faults);
    this.#symbols = new Set(symbols ?? recording.symbols);
    this.#known = knownTopics(recording, symbols);
    this.#speed = speed;
    this.#clock = clock;
    this.#ioClock = ioClock;
    this.#run = new Run(this.#script, speed, clock, ioClock);
    this.#rest = new RestDesk(recording, this.#symbols);
    this.#http = this.#createServer();
  }

  /**
   * Opens a venue on a free port.
   * @throws UserError when the recording has not these symbols, or bar or speed make no sense.
   */
  static async listen(options: VenueServerOptions): Promise<VenueServer> {
    const server = new VenueServer(options);
    server.#http.listen(0, '127.0.0.1');
    await once(server.#http, 'listening');
    const address = server.#http.address();
    server.#port = typeof address === 'object' && address !== null ? address.port : 0;
    return server;
  }

  get port(): number {
    return this.#port;
  }

  /** `ws://127.0.0.1:port`, to which a path may be added. */
  get url(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  /** `http://127.0.0.1:port`, base of the REST snapshots. */
  get restUrl(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Begins the replay on every connection. Does nothing the second time. */
  start(): void {
    this.#run.start();
  }

  /** Says that the bots are done with a clock mark: with faults the market waits for it. */
  reached(at: number): void {
    this.#run.reached(at);
  }

  counts(): VenueCounts {
    return { ...this.#run.counters };
  }

  /** How far the furthest connection is, from 0 to 1 of the recording's time. */
  progress(): number {
    return this.#run.fraction;
  }

  /** Begins a new run: drops the connections, zeroes the counts, waits for `start()` again. The port stays. */
  async reset(): Promise<void> {
    const { connections, lockstep } = this.#run;
    lockstep?.close();
    this.#run = new Run(this.#script, this.#speed, this.#clock, this.#ioClock);
    await Promise.all([...connections].map((connection) => connection.drop()));
  }

  /** Drops the connections and frees the port. Idempotent. */
  async close(): Promise<void> {
    this.#closing ??= this.#shut();
    await this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #shut(): Promise<void> {
    const closed = once(this.#http, 'close');
    // First no more clients, then away with those that are there; `close` waits for the last of them.
    this.#http.close();
    this.#http.closeAllConnections();
    await this.reset();
    await closed;
  }

  /** Never rejects: what it reads was read before. */
  async #answer(url: URL, response: ServerResponse): Promise<void> {
    const { status, body, headers } = await this.#rest.answer(this.#run, url);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  }

  #createServer(): Server {
    const server = createServer((request, response) => {
      void this.#answer(urlOf(request), response);
    });
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        const [run, url] = [this.#run, urlOf(request)];
        run.counters.connections += 1;
        const [protocol, known, ioClock] = [this.#protocol, this.#known, this.#ioClock];
        run.connections.add(new Connection({ webSocket, socket, url, protocol, run, known, ioClock }));
      });
    });
    return server;
  }
}

/** With faults the venue looks far ahead, and back; made once. */
function inMemory(recording: Playable): Playable {
  return { ...recording, frames: [...recording.frames] };
}

function knownTopics(recording: Playable, symbols?: readonly string[]): ReadonlyMap<string, Topic> {
  if (symbols === undefined) return recording.topics;
  return new Map([...recording.topics].filter(([, topic]) => topic.symbol === '' || symbols.includes(topic.symbol)));
}

/** The address that a client asked for; what cannot be read is the root. */
function urlOf(request: IncomingMessage): URL {
  const address = `http://127.0.0.1${request.url ?? '/'}`;
  return new URL(URL.canParse(address) ? address : 'http://127.0.0.1/');
}
