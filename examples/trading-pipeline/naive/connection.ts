import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { BotJob } from '../bot/job.js';
import { streamUrl } from '../bot/venue-address.js';
import { naiveVenue } from './venue.js';

/** Frames waiting to be handled from which on the socket is paused. */
const MANY_WAITING = 512;

/**
 * A bot's own connection: it asks for each stream by itself and hands the frames over one at a
 * time, waiting for each to be handled, because handling one writes to the database.
 */
export class NaiveConnection {
  readonly #socket: WebSocket;
  readonly #handle: (text: string) => Promise<void>;
  readonly #waiting: string[] = [];
  #isBusy = false;
  /** Sees each message when it comes in, long before it is handled. */
  #onText: ((text: string) => void) | undefined;
  #work: Promise<void> = Promise.resolve();
  #fail: (error: unknown) => void = () => {};
  /** Rejects when a frame cannot be handled. */
  readonly failed: Promise<never>;
  /** Settles when the connection has ended, with the reason. */
  readonly ended: Promise<Error>;

  private constructor(socket: WebSocket, handle: (text: string) => Promise<void>) {
    this.#socket = socket;
    this.#handle = handle;
    this.failed = new Promise((_, reject) => (this.#fail = reject));
    this.failed.catch(() => {}); // whoever races it hears of it
    socket.on('message', (data: Buffer) => this.#receive(data.toString()));
    this.ended = new Promise((resolve) => {
      socket.on('error', resolve);
      socket.on('close', () => resolve(new Error('the venue closed the connection')));
    });
  }

  /** Connects and asks for the streams. */
  static async open(
    job: BotJob,
    streams: readonly string[],
    handle: (text: string) => Promise<void>,
  ): Promise<NaiveConnection> {
    const socket = new WebSocket(streamUrl(job));
    const connection = new NaiveConnection(socket, handle);
    const reason = await Promise.race([once(socket, 'open').then(() => undefined), connection.ended]);
    if (reason !== undefined) throw reason;
    for (const [index, stream] of streams.entries()) socket.send(naiveVenue(job.venue).subscribe(stream, index + 1));
    return connection;
  }

  /** Sends requests, and settles when all are answered; what comes meanwhile waits to be handled. */
  async ask(requests: readonly string[], isAnswer: (text: string) => boolean): Promise<void> {
    let due = requests.length;
    const answered = new Promise<void>((resolve) => {
      this.#onText = (text) => {
        if (isAnswer(text) && --due === 0) resolve();
      };
    });
    this.#socket.resume();
    for (const request of requests) this.#socket.send(request);
    await Promise.race([answered, this.ended]);
    this.#onText = undefined;
  }

  /** Drops what is still waiting, and settles when the frame at work is handled. */
  async close(): Promise<void> {
    this.#waiting.length = 0;
    this.#socket.removeAllListeners('message');
    this.#socket.terminate();
    await this.#work;
  }

  #receive(text: string): void {
    this.#waiting.push(text);
    this.#onText?.(text);
    if (this.#waiting.length >= MANY_WAITING && this.#onText === undefined) this.#socket.pause();
    if (!this.#isBusy) this.#work = this.#handleWaiting().catch(this.#fail);
  }

  async #handleWaiting(): Promise<void> {
    this.#isBusy = true;
    for (let text = this.#waiting.shift(); text !== undefined; text = this.#waiting.shift()) await this.#handle(text);
    this.#isBusy = false;
    this.#socket.resume();
  }
}
