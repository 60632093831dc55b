import * as z from 'zod/mini';
import type { CacheStore } from '../../memo/cache-store.js';
import type { Clock } from '../../core/clock.js';
import { type ErrorHandler, FailureReporter } from '../../core/failures.js';
import { registerClosable } from '../../core/life-cycle.js';
import { callback, claim, clockOrSystem, duration, readOptions, wholeNumber } from '../../core/options.js';
import { checkBytes, checkKey, checkLease, checkToken, wholeTtl } from '../value-limits.js';
import { dialerOf, type RedisClient } from './client.js';
import { RedisConnection, type RedisErrorContext } from './connection.js';
import type { Command } from './link.js';

/** Options of {@link redisStore}. */
export interface RedisStoreOptions {
  /**
   * A client of ioredis (5 or 6) or of redis (node-redis 4.7 to 6) to one server. Its settings are used for a connection
   * of the store's own, made with `client.duplicate()`; the client itself is not used, and need not be connected.
   */
  readonly client: RedisClient;
  /**
   * Comes before every key.
   * @default ''
   */
  readonly prefix?: string;
  /**
   * Largest value, in bytes; a larger one is refused, and not returned when somebody else has stored one.
   * @default 16777216
   */
  readonly maxValueBytes?: number;
  /**
   * Most operations that wait for the server; the next is refused with an OverflowError.
   * @default 1000
   */
  readonly maxPending?: number;
  /**
   * Milliseconds between two pings, and the longest time one may take before the connection is replaced.
   * @default 5000
   */
  readonly heartbeat?: number;
  /** Clock of heartbeats and of the delays before a new connection. Default the system clock. */
  readonly ioClock?: Clock;
  /** Gets failures of the connection, which no caller waits for. Without it they become process warnings. */
  readonly onError?: ErrorHandler<RedisErrorContext>;
}

/** A second cache level in Redis. */
export interface RedisStore extends Required<CacheStore>, AsyncDisposable {
  /** Ends the connection when every operation has its answer, after two heartbeats at the latest. */
  close(): Promise<void>;
  /** Resolves once there is a connection. Operations before that wait for it, unless connecting fails. */
  ready(): Promise<void>;
  /** Counters as they are now. */
  stats(): RedisStoreStats;
}

/** Counters of a {@link RedisStore}. reads = hits + misses + those that failed. */
export interface RedisStoreStats {
  /** Calls of `get`. */
  readonly reads: number;
  /** Those that found a value. */
  readonly hits: number;
  /** Those that found none. */
  readonly misses: number;
  /** Values found that were larger than `maxValueBytes`; they are misses. */
  readonly oversized: number;
  /** Calls of `set`. */
  readonly writes: number;
  /** Calls of `delete`. */
  readonly deletes: number;
  /** Calls of `acquireLease` and `releaseLease`. */
  readonly leases: number;
  /** Operations of all kinds that Redis refused, or that had no connection. */
  readonly failures: number;
  /** Operations that wait for Redis now. */
  readonly pending: number;
  /** Whether there is a connection now. */
  readonly isConnected: boolean;
  /** Connections so far. */
  readonly connections: number;
}

const schema = z.strictObject({
  client: claim<unknown>('a client of ioredis or of redis', (value) => typeof value === 'object' && value !== null),
  prefix: z._default(
    claim<string>('a text', (value) => typeof value === 'string'),
    '',
  ),
  maxValueBytes: z._default(wholeNumber(1, 512 * 2 ** 20), 2 ** 24),
  maxPending: z._default(wholeNumber(1), 1_000),
  heartbeat: z._default(duration({ min: 1 }), 5_000),
  ioClock: clockOrSystem(),
  onError: z.optional(callback<ErrorHandler<RedisErrorContext>>()),
});

const OWNER = 'redisStore';

/** Takes or prolongs a lease unless somebody else has it. */
const ACQUIRE = `local holder = redis.call('get', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/** Gives a lease back if it is still the caller's. */
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0`;

/**
 * Makes a second cache level that keeps its bytes in Redis.
 *
 * The store has a connection of its own, like the client's. An operation is sent at once or refused (the first ones wait
 * while the connection is being made), and none is ever
 * sent again: what a client keeps for later could undo a newer write. A lost connection is replaced, with a growing
 * delay of up to 2 s. The connection keeps the process alive until `close`.
 *
 * Values are at `<prefix>v:<key>`, leases at `<prefix>l:<key>`. The server's `maxmemory-policy` may be `noeviction`,
 * `volatile-ttl`, `allkeys-lru` or `allkeys-lfu`; a random one can give up an invalidation before what it concerns.
 *
 * Cost: one command per operation.
 *
 * @throws ConfigError when an option is unknown or wrong, or the client is none of the two packages' to one server.
 * @example
 * const store = redisStore({ client: new Redis('redis://localhost', { lazyConnect: true }) });
 * const features = memo(loadFeatures, { name: 'features', store });
 */
export function redisStore(options: RedisStoreOptions): RedisStore {
  return new ConnectedStore(options);
}

class ConnectedStore implements RedisStore {
  readonly #connection: RedisConnection;
  readonly #prefix: string;
  readonly #maxValueBytes: number;
  readonly #stats = { reads: 0, hits: 0, misses: 0, oversized: 0, writes: 0, deletes: 0, leases: 0, failures: 0 };

  constructor(options: RedisStoreOptions) {
    const { client, prefix, maxValueBytes, onError, ...settings } = readOptions(OWNER, schema, options);
    this.#prefix = prefix;
    this.#maxValueBytes = maxValueBytes;
    const reporter = new FailureReporter(OWNER, onError);
    this.#connection = new RedisConnection({ owner: OWNER, dial: dialerOf(OWNER, client), reporter, ...settings });
    registerClosable('store', this);
  }

  ready(): Promise<void> {
    return this.#connection.ready();
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    checkKey(OWNER, key);
    this.#stats.reads++;
    const found = await this.#send(['get', this.#valueKey(key)]);
    if (found instanceof Uint8Array && found.byteLength <= this.#maxValueBytes) {
      this.#stats.hits++;
      return found;
    }
    this.#stats.misses++;
    if (found !== null) this.#stats.oversized++;
    return undefined;
  }

  async set(key: string, bytes: Uint8Array, ttl: number): Promise<void> {
    checkKey(OWNER, key);
    checkBytes(OWNER, bytes, this.#maxValueBytes);
    const whole = wholeTtl(OWNER, ttl);
    this.#stats.writes++;
    const expiry = whole === Infinity ? [] : ['PX', String(whole)];
    await this.#send(['set', this.#valueKey(key), bytes, ...expiry]);
  }

  async delete(key: string): Promise<void> {
    checkKey(OWNER, key);
    this.#stats.deletes++;
    await this.#send(['del', this.#valueKey(key)]);
  }

  async acquireLease(key: string, token: string, ttl: number): Promise<boolean> {
    checkKey(OWNER, key);
    const whole = checkLease(OWNER, token, ttl);
    this.#stats.leases++;
    return Number(await this.#send(['eval', ACQUIRE, '1', this.#leaseKey(key), token, String(whole)])) === 1;
  }

  async releaseLease(key: string, token: string): Promise<void> {
    checkKey(OWNER, key);
    checkToken(OWNER, token);
    this.#stats.leases++;
    await this.#send(['eval', RELEASE, '1', this.#leaseKey(key), token]);
  }

  async close(): Promise<void> {
    await this.#connection.idle();
    this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  stats(): RedisStoreStats {
    const { pending, isUp, connections } = this.#connection;
    return { ...this.#stats, pending, isConnected: isUp, connections };
  }

  async #send(command: Command): Promise<unknown> {
    try {
      return await this.#connection.send(command);
    } catch (error) {
      this.#stats.failures++;
      throw error;
    }
  }

  #valueKey(key: string): string {
    return `${this.#prefix}v:${key}`;
  }

  #leaseKey(key: string): string {
    return `${this.#prefix}l:${key}`;
  }
}
