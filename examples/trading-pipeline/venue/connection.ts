import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';

import type { Clock } from 'tickwise/core';
import { WebSocket } from 'ws';

import { InboundRate } from './inbound-rate.js';
import { Playback } from './playback.js';
import type { Answer, Asker, VenueProtocol } from './protocols/index.js';
import type { Run } from './run.js';

/** Bytes that may wait for a client who asks more than it reads. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

/** One client: what it subscribed to, what it may do, and its own passage through the recording. */
export class Connection implements Asker {
  readonly id = randomUUID();
  readonly #webSocket: WebSocket;
  readonly #protocol: VenueProtocol;
  readonly #run: Run;
  readonly #known: ReadonlyMap<string, unknown>;
  readonly #ioClock: Clock;
  readonly #rate: InboundRate;
  /** Streams subscribed to, with the index of the first frame that counts. */
  readonly #topics = new Map<string, number>();
  readonly #playback: Playback;
  #lastPong: number;

  constructor(parts: {
    readonly webSocket: WebSocket;
    readonly socket: Duplex;
    readonly url: URL;
    readonly protocol: VenueProtocol;
    readonly run: Run;
    readonly known: ReadonlyMap<string, unknown>;
    readonly ioClock: Clock;
  }) {
    const { webSocket, socket, url, protocol, run, known, ioClock } = parts;
    const isRaw = protocol.isRaw?.(url) ?? false;
    this.#webSocket = webSocket;
    this.#protocol = protocol;
    this.#run = run;
    this.#known = known;
    this.#ioClock = ioClock;
    this.#rate = new InboundRate(protocol.limits.messagesPerSecond, ioClock);
    this.#playback = new Playback({ run, webSocket, socket, topics: this.#topics, protocol, isRaw });
    this.#lastPong = ioClock.now();
    this.#listen();
    const greeting = protocol.greeting?.();
    if (greeting !== undefined) this.#reply(greeting);
    this.#add((protocol.topicsOfUrl?.(url) ?? []).filter((topic) => this.knows(topic)));
  }

  get topics(): Iterable<string> {
    return this.#topics.keys();
  }

  knows(topic: string): boolean {
    return this.#known.has(topic);
  }

  /** Begins to send what was recorded. */
  play(): void {
    this.#playback.start();
  }

  /** Counts the frames it would have got up to one. */
  countUntil(frame: number): number {
    return this.#playback.countUntil(frame);
  }

  /** Ends the connection at once. */
  drop(): Promise<void> {
    this.#playback.stop();
    if (this.#webSocket.readyState === WebSocket.CLOSED) return Promise.resolve();
    return new Promise((resolve) => {
      this.#webSocket.once('close', () => resolve());
      this.#webSocket.terminate();
    });
  }

  #listen(): void {
    this.#webSocket.on('message', (data, isBinary) => {
      // ws gives a single Buffer as long as `binaryType` is left alone.
      if (this.#admit() && !isBinary) this.#answer((data as Buffer).toString('utf8'));
    });
    this.#webSocket.on('ping', () => void this.#admit());
    this.#webSocket.on('pong', () => {
      if (this.#admit()) this.#lastPong = this.#ioClock.now();
    });
    // ws closes the connection by itself, with the code of what was wrong.
    this.#webSocket.on('error', () => (this.#run.counters.refused += 1));
    const stopPings = this.#ping();
    this.#webSocket.on('close', () => {
      stopPings();
      this.#playback.stop();
      this.#run.connections.delete(this);
    });
  }

  /** Counts a frame of the client against its allowance. */
  #admit(): boolean {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return false;
    if (this.#rate.admit()) return true;
    this.#run.counters.refused += 1;
    this.#playback.stop();
    this.#webSocket.close(1008, 'Too many requests');
    return false;
  }

  #answer(text: string): void {
    const answer = this.#protocol.answer(text, this);
    const { kind, added = [], removed = [], refused = 0 } = answer;
    const { counters } = this.#run;
    if (kind === 'subscribe') counters.subscribeRequests += 1;
    if (kind === 'unsubscribe') counters.unsubscribeRequests += 1;
    counters.refused += refused;
    for (const topic of removed) this.#topics.delete(topic);
    // Between two clock marks nobody could say with which frame a stream begins.
    const rest = added.length === 0 ? undefined : this.#run.rest();
    if (rest === undefined) this.#accept(answer);
    else void rest.then(() => this.#accept(answer));
  }

  #accept({ replies, added = [] }: Answer): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return;
    for (const reply of replies) this.#reply(reply);
    this.#add(added);
  }

  #add(topics: readonly string[]): void {
    const { pace, furthest, counters } = this.#run;
    const first = pace === undefined ? 0 : Math.max(furthest.frame, this.#playback.place);
    for (const topic of topics) {
      if (this.#topics.has(topic)) continue;
      this.#topics.set(topic, first);
      counters.topicsSubscribed += 1;
      const snapshot = pace === undefined ? undefined : this.#run.script.snapshotAt(topic, first);
      if (snapshot !== undefined) this.#reply(snapshot);
    }
    if (pace === undefined || this.#topics.size === 0) return;
    this.#playback.start();
    this.#playback.refresh();
    this.#run.subscribed();
  }

  /** Answers, unless the client asks without ever reading: then it is dropped. */
  #reply(text: string): void {
    if (this.#webSocket.bufferedAmount > MAX_UNREAD_BYTES) {
      this.#run.counters.refused += 1;
      this.#webSocket.terminate();
    } else {
      this.#webSocket.send(text);
    }
  }

  /** Sends pings for as long as pongs come. */
  #ping(): () => void {
    const { pingInterval, pongTimeout } = this.#protocol.limits;
    const next = (): void => {
      if (this.#ioClock.now() - this.#lastPong >= pongTimeout) {
        this.#webSocket.terminate();
        return;
      }
      this.#webSocket.ping();
      timer = this.#ioClock.setTimeout(next, pingInterval);
      timer.unref();
    };
    let timer = this.#ioClock.setTimeout(next, pingInterval);
    timer.unref();
    return () => timer.cancel();
  }
}
