import type { RejectedRow, SendContext, SinkObject, SinkReport } from '../../batch/index.js';
import { ClosedError } from '../../core/errors.js';
import { FailureReporter } from '../../core/failures.js';
import { registerClosable } from '../../core/life-cycle.js';
import { dialerOf } from '../../stores/redis/client.js';
import { RedisConnection } from '../../stores/redis/connection.js';
import type { Command, Link } from '../../stores/redis/link.js';
import { sortOut } from '../row/sort-out.js';
import { evictionRisk } from './eviction.js';
import { type CommandsOf, commandsFor } from './layout.js';
import { readRedisSinkOptions, type RedisSinkErrorContext, type RedisSinkOptions } from './redis-sink-options.js';

/** Counters of a {@link RedisSink}. */
export interface RedisSinkStats {
  /** Commands sent, MULTI and EXEC not counted. */
  readonly commands: number;
  /** Rows stored. */
  readonly rows: number;
  /** Rows refused and reported. */
  readonly rejected: number;
  /** Writes that failed: nothing was stored, or the answer was lost. */
  readonly failures: number;
  /** Whether there is a connection now. */
  readonly isConnected: boolean;
  /** Connections so far. */
  readonly connections: number;
}

/** A sink that writes to Redis. */
export interface RedisSink<T extends object> extends SinkObject<T> {
  /** Always: Redis answers each command by itself. */
  readonly reportsRows: true;
  /** Whether a row that comes again changes nothing: yes in hashes and buckets, not in streams. */
  readonly isIdempotent: boolean;
  /**
   * Stores rows in one transaction: all but the reported ones, or none when it rejects and the answer was not lost.
   *
   * Rejects with CircuitOpenError without a connection, with Redis's error when that takes nothing, with ClosedError
   * after `close`.
   */
  write(batch: readonly T[], context?: Partial<SendContext>): Promise<SinkReport>;
  /** Waits for the answers, two heartbeats at most, and ends the connection. Idempotent. */
  close(): Promise<void>;
  /** Counters as they are now. */
  stats(): RedisSinkStats;
}

const OWNER = 'redisSink';

/**
 * Makes a sink that writes to Redis: a hash per key, few hashes of packed records, or a stream.
 *
 * A batch goes out as one transaction (MULTI … EXEC) in one turn, without a wait between its commands, and appears to
 * readers as a whole. Nothing is sent again by the connection itself. After a lost answer the writer sends
 * the rows again: hashes and buckets are then as they were, a stream holds the rows twice.
 *
 * A server that may give up keys without an expiry (`maxmemory-policy allkeys-…`) is reported to `onError`, or as a
 * process warning: it would lose rows silently.
 *
 * Cost: a command per row, two for a hash with removed fields.
 *
 * @throws ConfigError when an option is unknown or wrong, or the client is none of the two packages' to one server.
 * @example
 * const layout = { type: 'stream', key: 'trades', maxLength: 1_000_000 } as const;
 * const writer = new BatchWriter({ sink: redisSink({ client: new Redis('redis://localhost'), layout }) });
 */
export function redisSink<T extends object>(options: RedisSinkOptions<T>): RedisSink<T> {
  return new RedisTransactionSink<T>(options);
}

class RedisTransactionSink<T extends object> implements RedisSink<T> {
  readonly reportsRows = true;
  readonly isIdempotent: boolean;
  readonly #commandsOf: CommandsOf<T>;
  readonly #connection: RedisConnection;
  readonly #reporter: FailureReporter<RedisSinkErrorContext>;
  readonly #stats = { commands: 0, rows: 0, rejected: 0, failures: 0 };
  #hasWarned = false;
  #isClosed = false;

  constructor(options: RedisSinkOptions<T>) {
    const { client, layout, heartbeat, ioClock, onError } = readRedisSinkOptions(options);
    this.#commandsOf = commandsFor(layout);
    this.isIdempotent = layout.type !== 'stream';
    this.#reporter = new FailureReporter(OWNER, onError);
    this.#connection = new RedisConnection({
      owner: OWNER,
      dial: dialerOf(OWNER, client),
      maxPending: Number.MAX_SAFE_INTEGER, // the writer has a limit
      heartbeat,
      ioClock,
      reporter: this.#reporter,
      prepare: (link) => this.#checkServer(link),
    });
    registerClosable('store', this);
  }

  async write(batch: readonly T[], context?: Partial<SendContext>): Promise<SinkReport> {
    if (this.#isClosed) throw new ClosedError('the Redis sink is closed');
    context?.signal?.throwIfAborted();
    const { taken, positions, rejected } = sortOut(batch, this.#commandsOf);
    try {
      const errors = taken.length === 0 ? [] : await this.#transact(taken);
      for (const { index, error } of errors) rejected.push({ index: positions[index] ?? index, error });
    } catch (error) {
      this.#stats.failures++;
      throw error;
    }
    this.#stats.rejected += rejected.length;
    this.#stats.rows += batch.length - rejected.length;
    return { rejected };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#connection.idle();
    this.#connection.close();
  }

  stats(): RedisSinkStats {
    const { isUp, connections } = this.#connection;
    return { ...this.#stats, isConnected: isUp, connections };
  }

  /** Sends all commands in this turn, so that those of another write cannot come between. */
  async #transact(rows: readonly (readonly Command[])[]): Promise<readonly RejectedRow[]> {
    const commands = rows.flat();
    this.#stats.commands += commands.length;
    const started = this.#connection.send(['multi']);
    const queued = commands.map((command) => this.#connection.send(command));
    const answer = this.#connection.send(['exec']);
    // The first failure says why; with it EXEC fails, too, and nothing is stored.
    const outcomes = await Promise.allSettled([started, ...queued, answer]);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return refusedRows(rows, await answer);
  }

  /** Never fails: a server that tells nothing about itself can be written to all the same. */
  async #checkServer(link: Link): Promise<void> {
    const info = await link.send(['info']).catch(() => undefined);
    const risk = evictionRisk(String(info));
    if (risk === undefined || this.#hasWarned) return;
    this.#hasWarned = true;
    this.#reporter.report(risk, { during: 'eviction' });
  }
}

/** Reads EXEC's answer: one per command. */
function refusedRows(rows: readonly (readonly Command[])[], answer: unknown): readonly RejectedRow[] {
  if (!Array.isArray(answer)) throw new Error('redisSink: Redis has not carried the transaction out');
  const answers: readonly unknown[] = answer;
  const refused: RejectedRow[] = [];
  let at = 0;
  for (const [index, commands] of rows.entries()) {
    const end = at + commands.length;
    const error = answers.slice(at, end).find((each) => each instanceof Error);
    if (error !== undefined) refused.push({ index, error });
    at = end;
  }
  return refused;
}
