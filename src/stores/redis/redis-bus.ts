import * as z from 'zod/mini';
import type { InvalidationBus } from '../../memo/cache-store.js';
import type { Clock } from '../../core/clock.js';
import { disposable } from '../../core/disposal.js';
import { ArgumentError, ClosedError } from '../../core/errors.js';
import { type ErrorHandler, FailureReporter } from '../../core/failures.js';
import { registerClosable } from '../../core/life-cycle.js';
import { callback, claim, clockOrSystem, duration, readOptions, text, wholeNumber } from '../../core/options.js';
import { show } from '../../core/show.js';
import { dialerOf, type RedisClient } from './client.js';
import { RedisConnection, type RedisErrorContext } from './connection.js';

/** Options of {@link redisBus}. */
export interface RedisBusOptions {
  /**
   * A client of ioredis (5 or 6) or of redis (node-redis 4.7 to 6) to one server. Its settings are used for two
   * connections of the bus's own, made with `client.duplicate()`; the client itself is not used.
   */
  readonly client: RedisClient;
  /**
   * The pub/sub channel. Whoever may publish on it can empty caches.
   * @default 'tickwise:invalidations'
   */
  readonly channel?: string;
  /**
   * Largest message, in bytes of UTF-8. A larger one is refused; one that comes from elsewhere counts as missed.
   * @default 1048576
   */
  readonly maxMessageBytes?: number;
  /**
   * Most messages that wait to be sent; the next is refused with an OverflowError.
   * @default 10000
   */
  readonly maxPending?: number;
  /**
   * Milliseconds between two pings on each connection, and the longest time one may take before the connection is
   * replaced: after twice this, a connection that died without a word is noticed.
   * @default 5000
   */
  readonly heartbeat?: number;
  /** Clock of heartbeats and of the delays before a new connection. Default the system clock. */
  readonly ioClock?: Clock;
  /** Gets failures of the connections and of listeners. Without it they become process warnings. */
  readonly onError?: ErrorHandler<RedisErrorContext>;
}

/** Carries invalidations over Redis pub/sub. */
export interface RedisBus extends InvalidationBus, AsyncDisposable {
  /** Receives no more, and ends when all messages are sent that were to be, after two heartbeats at the latest. */
  close(): Promise<void>;
  /** Resolves once messages are received and can be sent. */
  ready(): Promise<void>;
  /** Counters as they are now. */
  stats(): RedisBusStats;
}

/** Counters of a {@link RedisBus}. */
export interface RedisBusStats {
  /** Messages that Redis took. */
  readonly published: number;
  /** Messages that came, without those refused. */
  readonly received: number;
  /** Messages that came and were too large or no UTF-8; each is a gap. */
  readonly refused: number;
  /** Times that messages may have been missed, the first connection included. */
  readonly gaps: number;
  /** Failures of connections and listeners. */
  readonly failures: number;
  /** Whether messages are received now. */
  readonly isListening: boolean;
}

const schema = z.strictObject({
  client: claim<unknown>('a client of ioredis or of redis', (value) => typeof value === 'object' && value !== null),
  channel: z._default(text(), 'tickwise:invalidations'),
  maxMessageBytes: z._default(wholeNumber(1, 512 * 2 ** 20), 2 ** 20),
  maxPending: z._default(wholeNumber(1), 10_000),
  heartbeat: z._default(duration({ min: 1 }), 5_000),
  ioClock: clockOrSystem(),
  onError: z.optional(callback<ErrorHandler<RedisErrorContext>>()),
});

const OWNER = 'redisBus';

/** Somebody who gets the messages. */
interface Listener {
  readonly onMessage: (message: string) => void;
  readonly onGap: () => void;
}

/**
 * Makes a bus that carries invalidations over Redis pub/sub.
 *
 * Redis forgets a message once it is sent, so what is published while a listener is not connected is lost to it.
 * Listeners are therefore told of a gap each time the subscription begins, the first time included, and for each
 * message that cannot be read. A message is sent at once or refused. The connections keep the process alive until
 * `close`.
 *
 * Cost: two connections; one command per message.
 *
 * @throws ConfigError when an option is unknown or wrong, or the client is none of the two packages' to one server.
 * @example
 * const bus = redisBus({ client: new Redis('redis://localhost', { lazyConnect: true }) });
 * const position = memo(loadPosition, { name: 'position', store, bus });
 */
export function redisBus(options: RedisBusOptions): RedisBus {
  return new PubSubBus(options);
}

class PubSubBus implements RedisBus {
  readonly #publisher: RedisConnection;
  readonly #subscriber: RedisConnection;
  readonly #channel: string;
  readonly #maxMessageBytes: number;
  readonly #reporter: FailureReporter<RedisErrorContext>;
  readonly #listeners = new Set<Listener>();
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #stats = { published: 0, received: 0, refused: 0, gaps: 0 };
  #isClosed = false;

  constructor(options: RedisBusOptions) {
    const { client, channel, maxMessageBytes, onError, ...settings } = readOptions(OWNER, schema, options);
    this.#channel = channel;
    this.#maxMessageBytes = maxMessageBytes;
    this.#reporter = new FailureReporter(OWNER, onError);
    const shared = { owner: OWNER, dial: dialerOf(OWNER, client), reporter: this.#reporter, ...settings };
    this.#publisher = new RedisConnection(shared);
    this.#subscriber = new RedisConnection({
      ...shared,
      prepare: (link) => link.subscribe(channel, (message) => this.#receive(message)),
      onUp: () => this.#tellGap(),
    });
    registerClosable('store', this);
  }

  async ready(): Promise<void> {
    await Promise.all([this.#publisher.ready(), this.#subscriber.ready()]);
  }

  async publish(message: string): Promise<void> {
    if (this.#isClosed) throw new ClosedError(`${OWNER} is closed`);
    this.#check(message);
    await this.#publisher.send(['publish', this.#channel, message]);
    this.#stats.published++;
  }

  subscribe(onMessage: (message: string) => void, onGap: () => void): Disposable {
    if (this.#isClosed) throw new ClosedError(`${OWNER} is closed`);
    for (const listener of [onMessage, onGap]) {
      if (typeof listener !== 'function')
        throw new ArgumentError(`${OWNER}: subscribe takes two functions, got ${show(listener)}`);
    }
    const listener = { onMessage, onGap };
    this.#listeners.add(listener);
    return disposable(() => this.#listeners.delete(listener));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#listeners.clear();
    this.#subscriber.close();
    // An invalidation that is lost here would leave old results in use elsewhere.
    await this.#publisher.idle();
    this.#publisher.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  stats(): RedisBusStats {
    return { ...this.#stats, failures: this.#reporter.count, isListening: this.#subscriber.isUp };
  }

  #check(message: unknown): void {
    if (typeof message !== 'string' || /\p{Surrogate}/u.test(message)) {
      throw new ArgumentError(`${OWNER}: message must be a text without half surrogate pairs, got ${show(message)}`);
    }
    const size = Buffer.byteLength(message);
    if (size <= this.#maxMessageBytes) return;
    throw new ArgumentError(`${OWNER}: a message must have at most ${this.#maxMessageBytes} bytes, got ${size}`);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    const message = this.#read(bytes);
    if (message === undefined) return this.#refuse(bytes);
    this.#stats.received++;
    this.#tell((listener) => listener.onMessage(message));
  }

  #read(bytes: Uint8Array): string | undefined {
    if (bytes.byteLength > this.#maxMessageBytes) return undefined;
    try {
      return this.#decoder.decode(bytes);
    } catch {
      return undefined; // not UTF-8
    }
  }

  /** It may have been an invalidation; nobody can say of what. */
  #refuse(bytes: Uint8Array): void {
    this.#stats.refused++;
    const error = new Error(
      `${OWNER}: a message of ${bytes.byteLength} bytes is too large or no UTF-8 and counts as missed`,
    );
    this.#reporter.report(error, { during: 'message' });
    this.#tellGap();
  }

  #tellGap(): void {
    this.#stats.gaps++;
    this.#tell((listener) => listener.onGap());
  }

  #tell(call: (listener: Listener) => unknown): void {
    for (const listener of this.#listeners) {
      try {
        this.#reporter.watch(call(listener), { during: 'listener' });
      } catch (error) {
        this.#reporter.report(error, { during: 'listener' });
      }
    }
  }
}
