/**
 * A connection to Redis that is there or not, and keeps nothing for later.
 *
 * Each lost connection is replaced by a new client. So no command waits in a queue of the client and none is sent
 * twice: either could land after a newer write, in this process or another, and a cache would serve what was
 * invalidated. A command is sent now or refused; when its connection is lost it fails, and whether the server has
 * done it is not known. Only the very first connection is waited for, in order, as long as it has not failed.
 */
import { type BackOffBounds, backOffDelay } from '../../core/back-off.js';
import type { Clock, Timer } from '../../core/clock.js';
import { CircuitOpenError, ClosedError, OverflowError, TimeoutError } from '../../core/errors.js';
import type { FailureReporter } from '../../core/failures.js';
import type { Command, Dial, Link } from './link.js';

/** Where a failure happened that no caller waits for. */
export interface RedisErrorContext {
  /** Whether the connection failed, or a message or its listener did. */
  readonly during: 'connection' | 'message' | 'listener';
}

/** What a connection needs to know. */
export interface ConnectionSettings {
  /** For error messages. */
  readonly owner: string;
  /** Makes a link. */
  readonly dial: Dial;
  /** Most commands without an answer. */
  readonly maxPending: number;
  /** Milliseconds between two signs of life, and for a server to give one. */
  readonly heartbeat: number;
  /** The clock of delays and time limits. */
  readonly ioClock: Clock;
  /** Where failures end. */
  readonly reporter: FailureReporter<RedisErrorContext>;
  /** Done with a new link before it counts as there. */
  readonly prepare?: (link: Link) => Promise<unknown>;
  /** Told each time the connection is there. */
  readonly onUp?: () => void;
}

/** Milliseconds before a lost connection is replaced. */
const DELAYS: BackOffBounds = { minDelay: 50, maxDelay: 2_000 };
/** Milliseconds that connecting may take. */
const DIAL_TIMEOUT = 10_000;

/** Somebody who waits for an end. */
interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** See the notes above. */
export class RedisConnection {
  readonly #settings: ConnectionSettings;
  readonly #pending = new Set<(error: unknown) => void>();
  #waiters: Waiter[] = [];
  /** What the commands under way will come to. */
  readonly #answers = new Set<Promise<unknown>>();
  /** Commands that wait for the first connection; `undefined` once it is there or has failed. */
  #early: Waiter[] | undefined = [];
  #link: Link | undefined;
  #isUp = false;
  #isClosed = false;
  #failures = 0;
  /** Why there is no connection. */
  #cause: unknown;
  #connections = 0;
  /** Of the next dial, the dial's end, or the next heartbeat: one at a time. */
  #timer: Timer | undefined;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
    this.#dial();
  }

  /** Whether commands are sent. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Commands without an answer, those included that wait for the first connection. */
  get pending(): number {
    return this.#pending.size + (this.#early?.length ?? 0);
  }

  /** Times the connection was there. */
  get connections(): number {
    return this.#connections;
  }

  /**
   * Resolves once the connection is there.
   * @throws ClosedError when it is closed first.
   */
  ready(): Promise<void> {
    if (this.#isClosed) return Promise.reject(this.#closed());
    if (this.#isUp) return Promise.resolve();
    this.#timer?.ref();
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /**
   * Sends a command now, or not at all; while the first connection is being made, when that is there.
   * @throws ClosedError, CircuitOpenError without a connection, OverflowError with too many commands pending; Error
   * when the connection is lost meanwhile.
   */
  send(command: Command): Promise<unknown> {
    const answer = this.#start(command);
    this.#answers.add(answer);
    const forget = (): void => void this.#answers.delete(answer);
    answer.then(forget, forget);
    return answer;
  }

  #start(command: Command): Promise<unknown> {
    const { owner, maxPending } = this.#settings;
    const link = this.#isUp ? this.#link : undefined;
    const early = this.#early;
    if (this.#isClosed) return Promise.reject(this.#closed());
    if (link === undefined && early === undefined) return Promise.reject(this.#unconnected());
    if (this.pending >= maxPending) {
      return Promise.reject(
        new OverflowError(`${owner}: ${maxPending} commands wait for Redis; this one was not sent`),
      );
    }
    if (link === undefined) {
      return new Promise<void>((resolve, reject) => early?.push({ resolve, reject })).then(() => this.#start(command));
    }
    return new Promise((resolve, reject) => {
      this.#pending.add(reject);
      // A client may throw at once.
      const answer = new Promise((start) => start(link.send(command)));
      // Room is made first: whoever got an answer may send the next command.
      answer.finally(() => this.#pending.delete(reject)).then(resolve, reject);
    });
  }

  /** Ends the connection at once. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#drop(this.#closed());
    for (const { reject } of this.#waiters.splice(0)) reject(this.#closed());
    this.#endEarly(({ reject }) => reject(this.#closed()));
  }

  /**
   * Resolves when no command waits for an answer, nor any that its answer led to; after two heartbeats at the latest,
   * for a first connection may take longer, and who never stops sending never lets it be idle.
   */
  async idle(): Promise<void> {
    const { ioClock, heartbeat } = this.#settings;
    let timer: Timer | undefined;
    const end = new Promise<'late'>((resolve) => {
      timer = ioClock.setTimeout(() => resolve('late'), 2 * heartbeat);
    });
    while (this.#answers.size > 0) {
      if ((await Promise.race([Promise.allSettled(this.#answers), end])) === 'late') break;
      // A turn, in which whoever got an answer sends the next command.
      await new Promise((resolve) => setImmediate(resolve));
    }
    timer?.cancel();
  }

  #dial(): void {
    const { dial, prepare, owner } = this.#settings;
    let link: Link;
    try {
      link = dial((cause) => this.#lose(link, cause));
    } catch (error) {
      this.#retryLater(error);
      return;
    }
    this.#link = link;
    this.#plan(DIAL_TIMEOUT, () =>
      this.#lose(link, new TimeoutError(`${owner}: connecting to Redis took longer than ${DIAL_TIMEOUT} ms`)),
    );
    link
      .connect()
      .then(() => prepare?.(link))
      .then(
        () => this.#rise(link),
        (error: unknown) => this.#lose(link, error),
      );
  }

  #rise(link: Link): void {
    if (this.#link !== link) return; // lost meanwhile
    this.#isUp = true;
    this.#failures = 0;
    this.#connections++;
    this.#planHeartbeat(link);
    this.#endEarly(({ resolve }) => resolve());
    for (const { resolve } of this.#waiters.splice(0)) resolve();
    this.#settings.onUp?.();
  }

  #lose(link: Link, cause: unknown): void {
    if (this.#link !== link) return; // told twice
    const { owner } = this.#settings;
    const wasUp = this.#isUp;
    const error = new Error(`${owner}: the connection to Redis was lost; whether the command was done is not known`, {
      cause,
    });
    this.#drop(error);
    this.#retryLater(wasUp ? new Error(`${owner}: the connection to Redis was lost`, { cause }) : cause);
  }

  #endEarly(end: (waiter: Waiter) => void): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const waiter of early) end(waiter);
  }

  #drop(error: unknown): void {
    const link = this.#link;
    this.#link = undefined;
    this.#isUp = false;
    this.#timer?.cancel();
    link?.end();
    for (const reject of this.#pending) reject(error);
    this.#pending.clear();
  }

  #retryLater(error: unknown): void {
    this.#failures++;
    this.#cause = error;
    this.#endEarly(({ reject }) => reject(this.#unconnected()));
    this.#settings.reporter.report(error, { during: 'connection' });
    this.#plan(backOffDelay(this.#failures, DELAYS, Math.random), () => this.#dial());
  }

  /** A connection whose other end is gone may stay silent for ever; a ping that stays unanswered tells. */
  #planHeartbeat(link: Link): void {
    const { heartbeat, owner } = this.#settings;
    this.#plan(heartbeat, () => {
      this.#plan(heartbeat, () =>
        this.#lose(link, new TimeoutError(`${owner}: Redis gave no sign of life for ${heartbeat} ms`)),
      );
      this.#ping(link).catch((error: unknown) => this.#lose(link, error));
    });
  }

  async #ping(link: Link): Promise<void> {
    await link.send(['ping']);
    if (this.#link === link) this.#planHeartbeat(link);
  }

  #plan(delay: number, act: () => void): void {
    this.#timer?.cancel();
    if (this.#isClosed) return;
    this.#timer = this.#settings.ioClock.setTimeout(act, delay);
    if (this.#waiters.length === 0) this.#timer.unref();
  }

  #unconnected(): CircuitOpenError {
    const message = `${this.#settings.owner}: there is no connection to Redis; nothing was sent`;
    return new CircuitOpenError(message, { cause: this.#cause });
  }

  #closed(): ClosedError {
    return new ClosedError(`${this.#settings.owner} is closed`);
  }
}
