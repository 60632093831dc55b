import { type ChildProcess, fork } from 'node:child_process';

import { systemClock } from 'tickwise/core';

import type { RecordingInfo } from '../recording/index.js';
import { UserError } from '../user-error.js';

import type { VenueCounts, VenueProcessOptions, VenueReply, VenueRequest } from './messages.js';

/** Milliseconds that the process may take to end by itself. */
const STOP_TIMEOUT = 5_000;

/** A request without the number that {@link VenueHandle} gives it. */
type Question = VenueRequest extends infer R ? (R extends VenueRequest ? Omit<R, 'id'> : never) : never;

interface Waiting {
  resolve(reply: VenueReply): void;
  reject(error: Error): void;
}

/** The parent's side of a venue that runs in a process of its own. Ends with its parent. */
export class VenueHandle implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  readonly #failed: Promise<never>;
  #lastId = 0;
  #port = 0;
  #recording: RecordingInfo | undefined;

  private constructor(modulePath: string) {
    this.#child = fork(modulePath, [], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    // The cast names what venue-process.ts sends; nobody else holds the channel.
    this.#child.on('message', (message) => this.#settle(message as VenueReply));
    let fail: (error: Error) => void = () => {};
    this.#failed = new Promise((_, reject) => (fail = reject));
    this.#failed.catch(() => {}); // whoever races it hears of it
    this.#exited = new Promise((resolve) => {
      // A process that could not be started has no exit to wait for.
      this.#child.on('error', (error) => {
        fail(error);
        this.#fail(error);
        resolve();
      });
      this.#child.once('exit', (code, signal) => {
        const error = new Error(`the venue process ended (${signal ?? `exit code ${code}`})`);
        fail(error);
        this.#fail(error);
        resolve();
      });
    });
  }

  /**
   * Starts a venue process and waits until it listens on a loopback port.
   *
   * @param modulePath Path of the built `venue-process.js`.
   * @throws UserError when the recording is missing or cannot be used.
   */
  static async spawn(modulePath: string, options: VenueProcessOptions): Promise<VenueHandle> {
    const handle = new VenueHandle(modulePath);
    try {
      await handle.#open(options);
      return handle;
    } catch (error) {
      await handle.stop();
      throw error;
    }
  }

  /** Port on 127.0.0.1, for WebSocket and HTTP. */
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

  /** What is replayed. */
  get recording(): RecordingInfo {
    if (this.#recording === undefined) throw new Error('the venue has not been opened');
    return this.#recording;
  }

  /** Rejects when the process has ended, also after {@link VenueHandle.stop}. */
  get failed(): Promise<never> {
    return this.#failed;
  }

  /** Begins the replay on every connection. Answers when it has begun. */
  async start(): Promise<void> {
    await this.#ask({ type: 'start' });
  }

  /** Says that the bots are done with a clock mark: with faults the market waits for it. */
  async reached(at: number): Promise<void> {
    await this.#ask({ type: 'reached', at });
  }

  /** What the venue saw since it was opened or reset. */
  async counts(): Promise<VenueCounts> {
    const reply = await this.#ask({ type: 'counts' });
    if (reply.type !== 'counts') throw unexpected(reply);
    return reply.counts;
  }

  /** How far the furthest connection is, from 0 to 1 of the recording's time. */
  async progress(): Promise<number> {
    const reply = await this.#ask({ type: 'progress' });
    if (reply.type !== 'progress') throw unexpected(reply);
    return reply.fraction;
  }

  /** Begins a new run: drops the connections, zeroes the counts, waits for `start()` again. The port stays. */
  async reset(): Promise<void> {
    await this.#ask({ type: 'reset' });
  }

  /** Ends the process, by force when it takes longer than 5 seconds. Idempotent. */
  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.send({ id: 0, type: 'stop' } satisfies VenueRequest, ignoreClosedChannel);
    const lastResort = systemClock.setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT);
    await this.#exited;
    lastResort.cancel();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #open(options: VenueProcessOptions): Promise<void> {
    const reply = await this.#ask({ type: 'open', options });
    if (reply.type !== 'ready') throw unexpected(reply);
    this.#port = reply.port;
    this.#recording = reply.recording;
  }

  #ask(question: Question): Promise<VenueReply> {
    this.#lastId += 1;
    const request = { ...question, id: this.#lastId };
    return new Promise((resolve, reject) => {
      if (!this.#child.connected) {
        reject(new Error('the venue process has ended'));
        return;
      }
      this.#waiting.set(request.id, { resolve, reject });
      this.#child.send(request, (error) => {
        if (error !== null) this.#reject(request.id, error);
      });
    });
  }

  #settle(reply: VenueReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.type !== 'failed') waiting?.resolve(reply);
    else waiting?.reject(reply.isUserError ? new UserError(reply.message) : new Error(reply.message));
  }

  #reject(id: number, error: Error): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.reject(error);
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

function unexpected(reply: VenueReply): Error {
  return new Error(`the venue process answered "${reply.type}" to another question`);
}

function ignoreClosedChannel(): void {
  // The process is ending anyway; its exit is what stop() waits for.
}
