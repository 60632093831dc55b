import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Clock, Timer } from '../core/clock.js';
import { OverflowError, TimeoutError } from '../core/errors.js';
import { splitFrames } from './frame-splitter.js';
import type { FrameTaps } from './frame-tap.js';
import type { Heartbeat } from './protocol.js';

/** How a socket is opened and watched. Times in milliseconds. */
export interface LinkSettings {
  /** Class of the package `ws`, which was loaded at the first subscribe. */
  readonly socketClass: typeof WebSocket;
  /** Address, `ws:` or `wss:`. */
  readonly url: string;
  /** Largest message accepted, in bytes; a larger one ends the link with an error. */
  readonly maxPayload: number;
  /** Longest time from construction to the end of the handshake. */
  readonly connectTimeout: number;
  /** When a ping is due, and how long the peer may then be silent; its `ping` is the owner's to send. */
  readonly heartbeat: Heartbeat;
  /** Clock of the deadlines and of the heartbeat. */
  readonly ioClock: Clock;
  /** Those who listen in. */
  readonly taps: FrameTaps;
}

/** What happens on a link. `closed` comes once, last, and whatever the cause. */
export interface LinkHandlers {
  /** The handshake is done and frames can be sent; comes at most once, before everything but `closed`. */
  opened(): void;
  /** One message came: the bytes of its text, in the socket's memory; whether they are UTF-8 is not checked. */
  received(frame: Buffer): void;
  /** The venue's ping frame was answered. */
  ponged(): void;
  /** A ping of ours is due. */
  pingDue(): void;
  /** The link has ended by `close`, by `terminate`, by a deadline or by the peer, which `reason` says. */
  closed(reason: Error): void;
}

/** Most bytes that may wait to be sent: a peer that asks for answers and does not read them must not fill the memory. */
const MOST_UNSENT = 2 ** 24;

/** Time a closing handshake may take, in milliseconds; a half-open peer never answers. */
const CLOSE_TIMEOUT = 1_000;

/**
 * One WebSocket from opening to its end, with a deadline for the handshake and for signs of life.
 *
 * Once ended, whatever the socket still reports is ignored: a late close event must not start a second
 * reconnect.
 */
export class Link {
  readonly #settings: LinkSettings;
  readonly #handlers: LinkHandlers;
  readonly #socket: WebSocket;
  readonly #timers = new Set<Timer>();
  readonly #ended: Promise<void>;
  #end: () => void = () => undefined;
  #state: 'opening' | 'open' | 'ended' = 'opening';
  #deadline: Timer | undefined;
  #isPaused: boolean;

  constructor(settings: LinkSettings, handlers: LinkHandlers, isPaused: boolean) {
    this.#settings = settings;
    this.#handlers = handlers;
    this.#isPaused = isPaused;
    this.#ended = new Promise((resolve) => (this.#end = resolve));
    const { socketClass, url, maxPayload, connectTimeout } = settings;
    // Who reads a frame checks its text: frames that are dropped unread cost no check.
    this.#socket = new socketClass(url, { maxPayload, perMessageDeflate: false, skipUTF8Validation: true });
    this.#listen();
    this.#deadline = this.#after(connectTimeout, () => {
      this.terminate(new TimeoutError(`no connection to ${url} within ${connectTimeout} ms`));
    });
  }

  /** True from the end of the handshake until the end is decided, not until the socket is closed. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Sends a text frame; outside of the open state it is dropped without a word. */
  send(text: string): void {
    if (!this.isOpen) return;
    this.#settings.taps.sent(this.#settings.url, text);
    this.#socket.send(text, ignoreError);
    this.#checkUnsent();
  }

  /** Sends a WebSocket ping frame; the deadline for its answer starts with the heartbeat, not here. */
  ping(): void {
    if (this.isOpen) this.#socket.ping(undefined, undefined, ignoreError);
  }

  /** Stops reading; what the socket has already read may still come. */
  pause(): void {
    this.#isPaused = true;
    if (this.isOpen) this.#socket.pause();
  }

  /** Reads again and drops a deadline that ran during the pause, since the peer could not be heard. */
  resume(): void {
    this.#isPaused = false;
    if (!this.isOpen) return;
    this.#seen();
    this.#socket.resume();
  }

  /** Cuts the connection without a handshake, which a half-open peer would never finish. */
  terminate(reason: Error): void {
    if (this.#state === 'ended') return;
    this.#finish(reason);
    this.#socket.terminate();
  }

  /** Closes with a handshake, and without one when the peer does not answer in time. */
  close(reason: Error): Promise<void> {
    if (this.#state === 'opening') this.terminate(reason);
    else if (this.#state === 'open') {
      this.#finish(reason);
      this.#socket.resume();
      this.#socket.close(1_000);
      const timer = this.#settings.ioClock.setTimeout(() => this.#socket.terminate(), CLOSE_TIMEOUT);
      timer.unref();
      void this.#ended.then(() => timer.cancel());
    }
    return this.#ended;
  }

  #listen(): void {
    const socket = this.#socket;
    const receive = (frame: Buffer): void => this.#receive(frame);
    // The stream below `ws`, which begins to read it after it is open.
    let stream: Duplex | undefined;
    socket.on('upgrade', (response) => (stream = response.socket));
    socket.on('open', () => {
      if (stream !== undefined) splitFrames(stream, this.#settings.maxPayload, receive);
      this.#open();
    });
    // With the default binary type every message is one Buffer.
    socket.on('message', (data) => receive(data as Buffer));
    socket.on('ping', () => {
      this.#seen();
      if (this.isOpen) this.#handlers.ponged();
      this.#checkUnsent();
    });
    socket.on('pong', () => this.#seen());
    socket.on('error', (error) => this.terminate(error));
    socket.on('close', (code) => {
      this.#finish(new Error(`the venue closed the connection with code ${code}`));
      this.#end();
    });
  }

  #open(): void {
    if (this.#state !== 'opening') return;
    this.#state = 'open';
    this.#seen();
    if (this.#isPaused) this.#socket.pause();
    this.#scheduleHeartbeat();
    this.#settings.taps.opened(this.#settings.url);
    this.#handlers.opened();
  }

  #receive(data: Buffer): void {
    this.#seen();
    if (!this.isOpen) return;
    this.#settings.taps.received(this.#settings.url, data);
    this.#handlers.received(data);
  }

  /** Anything that arrives proves the connection alive. */
  #seen(): void {
    if (this.#deadline === undefined) return;
    this.#deadline.cancel();
    this.#timers.delete(this.#deadline);
    this.#deadline = undefined;
  }

  #checkUnsent(): void {
    if (this.#socket.bufferedAmount <= MOST_UNSENT) return;
    this.terminate(new OverflowError(`the venue does not read: ${this.#socket.bufferedAmount} bytes wait to be sent`));
  }

  #scheduleHeartbeat(): void {
    const { every, timeout } = this.#settings.heartbeat;
    if (every === Infinity) return;
    this.#after(every, () => {
      this.#handlers.pingDue();
      // A deadline that waits is kept: pings more frequent than it would put it off for ever.
      this.#deadline ??= this.#after(timeout, () => this.#giveUp());
      this.#scheduleHeartbeat();
    });
  }

  #giveUp(): void {
    this.#deadline = undefined;
    // A paused socket hears nothing, which proves nothing.
    if (!this.#isPaused) this.terminate(new TimeoutError('the connection gave no sign of life after a ping'));
  }

  #finish(reason: Error): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#handlers.closed(reason);
  }

  #after(delay: number, callback: () => void): Timer {
    const timer = this.#settings.ioClock.setTimeout(() => {
      this.#timers.delete(timer);
      callback();
    }, delay);
    timer.unref();
    this.#timers.add(timer);
    return timer;
  }
}

/** A send fails when the socket is closing; its close event says so. */
function ignoreError(): void {
  return undefined;
}
