import { ArgumentError, ClosedError, ConfigError, OverflowError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { readOptions } from '../core/options.js';
import { show } from '../core/show.js';
import { systemClock } from '../core/system-clock.js';
import type { EndTopic, TopicSource, TopicStatus } from '../core/topic-source.js';
import type { Callback } from '../core/callback.js';
import type { Timer } from '../core/clock.js';
import { Connection, type ConnectionHandlers, type ConnectionSettings } from './connection.js';
import { newCounters } from './counters.js';
import type { AnyFeedEvent, FeedEvent } from './event.js';
import { type FeedErrorContext, type FeedGap, type FeedPoolOptions, feedPoolSchema } from './feed-options.js';
import type { FeedExplanation, FeedStats } from './feed-stats.js';
import { FrameRouter } from './frame-router.js';
import type { FeedProtocol } from './protocol.js';
import { explainTopic } from './explain-topic.js';
import { type Listener, TopicRecord } from './topic-record.js';
import { loadWebSocket } from './web-socket.js';

/** Longest topic, in characters. */
const LONGEST_TOPIC = 256;

/** How long a connection without topics stays open for new ones, in milliseconds. */
const EMPTY_LINGER = 30_000;

/**
 * Subscribes to a venue's streams over as few WebSockets as its limits allow, and keeps them.
 *
 * Calls of one turn share request frames, within the venue's counts and bytes and at its pace. A lost or
 * half-open connection is opened again with a growing, random delay, and what is wanted then is asked
 * for again; each topic hears `failed`, then `gap` with the times, then `live`. A frame is taken apart once,
 * however many subscribers its topic has; a frame that cannot be is counted and reported, never fatal.
 *
 * Events of one topic come in the order the venue sent them. Every subscriber gets the same object.
 *
 * Needs the package `ws`, loaded at the first subscribe.
 *
 * @example
 * const pool = new FeedPool({ protocol: bybitV5('linear') });
 * const end = await pool.subscribe('publicTrade.BTCUSDT', (event) => console.log(event.items));
 * await pool.close();
 */
export class FeedPool<Event extends AnyFeedEvent = FeedEvent> implements TopicSource<Record<string, Event>> {
  readonly #protocol: FeedProtocol<Event>;
  readonly #url: string | undefined;
  readonly #maxConnections: number;
  readonly #onGap: Callback<[gap: FeedGap]> | undefined;
  readonly #settings: ConnectionSettings<Event>;
  readonly #counters = newCounters();
  readonly #failures: FailureReporter<FeedErrorContext>;
  readonly #router: FrameRouter<Event>;
  readonly #connections = new Map<Connection<Event>, { linger: Timer | undefined }>();
  /** Where each topic lives. */
  readonly #homes = new Map<string, Connection<Event>>();
  #socketClass: ReturnType<typeof loadWebSocket> | undefined;
  #isPaused = false;
  #closing: Promise<void> | undefined;
  #gaps = 0;

  /** @throws ConfigError when an option is unknown or has a wrong value. */
  constructor(options: FeedPoolOptions<Event>) {
    const read = readOptions('FeedPool', feedPoolSchema, options);
    const { minDelay = 500, maxDelay = 30_000, stableAfter = 30_000 } = read.reconnect ?? {};
    if (minDelay > maxDelay) {
      throw new ConfigError(`FeedPool: reconnect.maxDelay must be at least minDelay (${minDelay}), got ${maxDelay}`);
    }
    this.#protocol = options.protocol;
    this.#url = read.url;
    this.#maxConnections = read.maxConnections ?? 16;
    this.#onGap = read.onGap;
    this.#failures = new FailureReporter('FeedPool', read.onError);
    this.#router = new FrameRouter(this.#protocol, this.#counters, this.#failures, read.onUnknown);
    this.#settings = {
      protocol: this.#protocol,
      pace: read.pace ?? this.#protocol.limits.pace,
      ackTimeout: read.ackTimeout ?? 10_000,
      connectTimeout: read.connectTimeout ?? 10_000,
      maxPayload: read.maxPayload ?? 2 ** 23,
      backOff: { minDelay, maxDelay },
      stableAfter,
      random: () => this.#draw(read.random ?? Math.random),
      ioClock: read.ioClock ?? systemClock,
      counters: this.#counters,
      isPaused: () => this.#isPaused,
      report: (error, context) => this.#failures.report(error, context),
    };
  }

  /**
   * Subscribes to a stream by the venue's own name for it.
   *
   * Resolves with the function that ends the subscription when the venue has confirmed it (at once when
   * it is live already); values may come before. While the venue cannot be reached it waits: the
   * failures go to `onError`. Ending tells the venue when the last subscriber of the topic has ended.
   *
   * @param emit Called with each event, synchronously from the socket. It must not change the event.
   * @param notify Called with `live`, `failed` (it is retried), `gap` and `closed`. @default nothing
   * @throws ArgumentError at once when the topic has a form the venue does not know.
   * @throws ClosedError at once after `close`, and as a rejection when closed while waiting.
   * @throws OverflowError as a rejection when one connection more than `maxConnections` would be needed.
   * @throws PeerMissingError as a rejection when the package `ws` is not installed.
   */
  subscribe(
    topic: string,
    emit: (event: Event) => void,
    notify: (status: TopicStatus) => void = () => undefined,
  ): Promise<EndTopic> {
    if (this.#closing !== undefined) throw new ClosedError('the FeedPool is closed');
    this.#check(topic, emit, notify);
    return this.#subscribe(topic, emit, notify);
  }

  /**
   * Stops reading from all connections, so that the venue waits: for replays that must not run ahead.
   *
   * Frames that were read before may still be delivered, and answers and losses are noticed only after
   * `resume`. A live venue ends a connection that is not read.
   */
  pause(): void {
    this.#isPaused = true;
    for (const connection of this.#connections.keys()) connection.pause();
  }

  /** Reads again after `pause`. */
  resume(): void {
    this.#isPaused = false;
    for (const connection of this.#connections.keys()) connection.resume();
  }

  /** Counters over all connections, as plain data. Cost: one step per topic. */
  stats(): FeedStats {
    const { frames, malformed } = this.#counters;
    const connections = [...this.#connections.keys()];
    const records = connections.flatMap((connection) => [...connection.records.values()]);
    return {
      protocol: this.#protocol.name,
      connections: connections.filter((connection) => connection.isOpen).length,
      topics: records.filter((record) => record.isWanted).length,
      live: records.filter((record) => record.isLive).length,
      pendingRequests: connections.reduce((sum, connection) => sum + connection.desk.pending, 0),
      paused: this.#isPaused,
      ...this.#counters,
      parsed: frames - malformed,
      gaps: this.#gaps,
      errors: this.#failures.count,
    };
  }

  /** Says where a topic stands, and why. */
  explain(topic: string): FeedExplanation {
    return explainTopic(topic, this.#homes.get(topic));
  }

  /**
   * Ends all subscriptions and closes all connections; resolves when the sockets are closed.
   *
   * Subscribers are told `closed`; subscribe promises that wait reject with ClosedError.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A number from the user's source of jitter; one that throws must not end the process. */
  #draw(random: () => number): number {
    try {
      return random();
    } catch (error) {
      this.#counters.handlerErrors++;
      this.#failures.report(error, { where: 'handler' });
      return 1;
    }
  }

  #check(topic: string, emit: unknown, notify: unknown): void {
    if (typeof topic !== 'string' || topic === '' || topic.length > LONGEST_TOPIC) {
      throw new ArgumentError(`topic must be a text of 1 to ${LONGEST_TOPIC} characters, got ${show(topic)}`);
    }
    if (typeof emit !== 'function') throw new ArgumentError(`emit must be a function, got ${show(emit)}`);
    if (typeof notify !== 'function') throw new ArgumentError(`notify must be a function, got ${show(notify)}`);
    const refusal = this.#protocol.unasked.includes(topic) ? undefined : this.#protocol.refuse(topic);
    if (refusal !== undefined) {
      throw new ArgumentError(`${this.#protocol.name} has no topic ${show(topic)}: ${refusal}`);
    }
  }

  async #subscribe(
    topic: string,
    emit: (event: Event) => void,
    notify: (status: TopicStatus) => void,
  ): Promise<EndTopic> {
    this.#socketClass ??= loadWebSocket();
    const socketClass = await this.#socketClass;
    if (this.#closing !== undefined) throw new ClosedError('the FeedPool was closed');
    const home = this.#homes.get(topic) ?? this.#place(topic, socketClass);
    const record = home.records.get(topic) ?? this.#newRecord(topic);
    return new Promise<EndTopic>((resolve, reject) => {
      const end = (): void => this.#end(record, listener);
      const settle = (error: unknown): void => (error === undefined ? resolve(end) : reject(error));
      const listener: Listener<Event> = { emit, notify, settle, isLive: false };
      this.#add(home, record, listener);
    });
  }

  #newRecord(topic: string): TopicRecord<Event> {
    return new TopicRecord(topic, this.#protocol.group(topic), this.#protocol.unasked.includes(topic));
  }

  #add(home: Connection<Event>, record: TopicRecord<Event>, listener: Listener<Event>): void {
    const wasLive = record.isLive;
    record.add(listener);
    if (this.#homes.get(record.topic) === home) home.reconcile(record);
    else {
      this.#homes.set(record.topic, home);
      home.add(record);
    }
    if (wasLive) this.#welcome(record, listener);
  }

  /** The connection for a new topic: one with room, else a new one. */
  #place(topic: string, socketClass: Awaited<ReturnType<typeof loadWebSocket>>): Connection<Event> {
    const url = this.#url ?? this.#protocol.urlFor(topic);
    const record = this.#newRecord(topic);
    for (const [connection, state] of this.#connections) {
      if (connection.url !== url || !connection.hasRoom(record)) continue;
      state.linger?.cancel();
      state.linger = undefined;
      return connection;
    }
    if (this.#connections.size >= this.#maxConnections) {
      throw new OverflowError(`${topic} needs one connection more than the ${this.#maxConnections} allowed`);
    }
    const connection = new Connection(url, socketClass, this.#settings, this.#handlers);
    this.#connections.set(connection, { linger: undefined });
    return connection;
  }

  readonly #handlers: ConnectionHandlers<Event> = {
    received: (connection, text) => this.#router.route(connection, text),
    live: (record) => this.#live(record),
    failed: (record, error, isFinal) => this.#failed(record, error, isFinal),
    released: (connection, record) => this.#released(connection, record),
    ended: (connection) => this.#forget(connection),
  };

  #live(record: TopicRecord<Event>): void {
    const { lostAt } = record;
    record.lostAt = undefined;
    if (lostAt !== undefined) this.#reportGap(record, lostAt);
    for (const listener of record.listeners) this.#welcome(record, listener);
  }

  #reportGap(record: TopicRecord<Event>, from: number): void {
    this.#gaps++;
    const to = this.#settings.ioClock.wallTime();
    for (const listener of record.listeners) {
      if (listener.isLive) this.#router.notify(listener, record, { type: 'gap', from, to });
    }
    this.#router.call(() => this.#onGap?.({ topic: record.topic, from, to }), record.topic);
  }

  #welcome(record: TopicRecord<Event>, listener: Listener<Event>): void {
    listener.settle(undefined);
    listener.isLive = true;
    this.#router.notify(listener, record, { type: 'live' });
  }

  #failed(record: TopicRecord<Event>, error: unknown, isFinal: boolean): void {
    if (isFinal) record.abandon(error);
    else for (const listener of record.listeners) this.#router.notify(listener, record, { type: 'failed', error });
  }

  #end(record: TopicRecord<Event>, listener: Listener<Event>): void {
    if (!record.has(listener)) return;
    record.remove(listener);
    this.#homes.get(record.topic)?.reconcile(record);
  }

  #released(connection: Connection<Event>, record: TopicRecord<Event>): void {
    this.#homes.delete(record.topic);
    const state = this.#connections.get(connection);
    if (connection.records.size > 0 || state === undefined) return;
    state.linger?.cancel();
    state.linger = this.#settings.ioClock.setTimeout(() => this.#retire(connection), EMPTY_LINGER);
    state.linger.unref();
  }

  #forget(connection: Connection<Event>): void {
    this.#connections.get(connection)?.linger?.cancel();
    this.#connections.delete(connection);
  }

  #retire(connection: Connection<Event>): void {
    this.#forget(connection);
    void connection.close(new ClosedError('the connection has no topics'));
  }

  async #close(): Promise<void> {
    const reason = new ClosedError('the FeedPool was closed');
    const connections = [...this.#connections];
    this.#connections.clear();
    this.#homes.clear();
    const closing = connections.map(([connection, state]) => {
      state.linger?.cancel();
      return connection.close(reason);
    });
    for (const [connection] of connections) {
      for (const record of connection.records.values()) this.#farewell(record, reason);
    }
    await Promise.all(closing);
  }

  #farewell(record: TopicRecord<Event>, reason: Error): void {
    const { listeners } = record;
    record.abandon(reason);
    for (const listener of listeners) this.#router.notify(listener, record, { type: 'closed' });
  }
}
