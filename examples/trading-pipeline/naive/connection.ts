import { WebSocket } from 'ws';
import type { BotJob } from '../bot/job.js';

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
  #work: Promise<void> = Promise.resolve();
  #fail: (error: unknown) => void = () => {};
  /** Rejects when the connection breaks or a frame cannot be handled. */
  readonly failed: Promise<never>;

  private constructor(socket: WebSocket, handle: (text: string) => Promise<void>) {
    this.#socket = socket;
    this.#handle = handle;
    this.failed = new Promise((_, reject) => (this.#fail = reject));
    this.failed.catch(() => {}); // whoever races it hears of it; our own close is nobody's failure
    socket.on('message', (data: Buffer) => this.#receive(data.toString()));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the venue closed the connection')));
  }

  /** Connects and asks for the streams. */
  static async open(
    job: BotJob,
    streams: readonly string[],
    handle: (text: string) => Promise<void>,
  ): Promise<NaiveConnection> {
    const path = job.venue === 'binance' ? 'stream' : 'realtime_public';
    const socket = new WebSocket(`ws://127.0.0.1:${job.port}/${path}`);
    const connection = new NaiveConnection(socket, handle);
    await Promise.race([new Promise((resolve) => socket.once('open', resolve)), connection.failed]);
    for (const [index, stream] of streams.entries()) socket.send(subscribeRequest(job, stream, index + 1));
    return connection;
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
    if (this.#waiting.length >= MANY_WAITING) this.#socket.pause();
    if (!this.#isBusy) this.#work = this.#handleWaiting().catch(this.#fail);
  }

  async #handleWaiting(): Promise<void> {
    this.#isBusy = true;
    for (let text = this.#waiting.shift(); text !== undefined; text = this.#waiting.shift()) await this.#handle(text);
    this.#isBusy = false;
    this.#socket.resume();
  }
}

function subscribeRequest(job: BotJob, stream: string, id: number): string {
  return JSON.stringify(
    job.venue === 'binance' ? { method: 'SUBSCRIBE', params: [stream], id } : { op: 'subscribe', args: [stream] },
  );
}
