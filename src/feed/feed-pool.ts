import { ClosedError, ConfigError, OverflowError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { readOptions } from '../core/options.js';
import { systemClock } from '../core/system-clock.js';
import type { EndTopic, TopicSource, TopicStatus } from '../core/topic-source.js';
import type { Callback } from '../core/callback.js';
import { registerClosable } from '../core/life-cycle.js';
import { Connection, type ConnectionHandlers } from './connection.js';
import { ConnectionSet } from './connection-set.js';
import type { ConnectionSettings } from './connection-settings.js';
import { newCounters } from './counters.js';
import type { AnyFeedEvent, FeedEvent } from './event.js';
import { type FeedErrorContext, type FeedGap, type FeedPoolOptions, feedPoolSchema } from './feed-options.js';
import { connectionTotals, type FeedExplanation, type FeedStats, frameCounts } from './feed-stats.js';
import { conflationOf } from './conflation.js';
import { ConnectBudget } from './connect-budget.js';
import { FrameRouter } from './frame-router.js';
import { type FrameListener, FrameTaps } from './frame-tap.js';
import { RecentCount } from './recent-count.js';
import { RepeatFilter } from './repeat-filter.js';
import { Rotations } from './rotations.js';
import { steadyRandom } from './steady-random.js';
import type { FeedProtocol } from './protocol.js';
import { addressOf, checkSubscribe } from './check-subscribe.js';
import { explainTopic } from './explain-topic.js';
import { healthiestOf } from './healthiest.js';
import { type Listener, TopicRecord } from './topic-record.js';
import { loadWebSocket } from './web-socket.js';

/** The window of the reconnects counted, in milliseconds. */
const HOUR = 3_600_000;

/** Part of a connection's lifetime after which another takes its place. */
const ROTATE_AT = 0.98;

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
  readonly #rotations: Rotations<Event>;
  readonly #connections: ConnectionSet<Event>;
  /** Where each topic lives. */
  readonly #homes = new Map<string, Connection<Event>>();
  #socketClass: ReturnType<typeof loadWebSocket> | undefined;
  #isPaused = false;
  #isEnding = false;
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
    const ioClock = read.ioClock ?? systemClock;
    const { connectionsPerWindow, connectionWindow, connectionLifetime } = this.#protocol.limits;
    this.#settings = {
      protocol: this.#protocol,
      rotateAfter: read.rotateAfter ?? connectionLifetime * ROTATE_AT,
      taps: new FrameTaps(this.#failures),
      conflation: conflationOf(this.#protocol, read.conflate),
      budget: new ConnectBudget(connectionsPerWindow, connectionWindow, ioClock),
      reconnects: new RecentCount(HOUR, ioClock),
      pace: read.pace ?? this.#protocol.limits.pace,
      ackTimeout: read.ackTimeout ?? 10_000,
      connectTimeout: read.connectTimeout ?? 10_000,
      maxPayload: read.maxPayload ?? 2 ** 23,
      backOff: { minDelay, maxDelay },
      stableAfter,
      random: steadyRandom(read.random ?? Math.random, (error) => {
        this.#counters.handlerErrors++;
        this.#failures.report(error, { where: 'handler' });
      }),
      ioClock,
      counters: this.#counters,
      isPaused: () => this.#isPaused,
      report: (error, context) => this.#failures.report(error, context),
    };
    this.#connections = new ConnectionSet(ioClock, (connection) => this.#retire(connection));
    this.#rotations = new Rotations({
      ioClock,
      identify: (event) => this.#protocol.identify(event),
      connect: (old) => this.#open(old.url, old.socketClass),
      moved: ({ old, next }, record, heir, held, isWhole) => this.#move(old, next, record, heir, held, isWhole),
      retire: (connection) => this.#retire(connection),
    });
    registerClosable('feed', this);
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
   * @throws OverflowError as a rejection when one connection more than `maxConnections` would be needed, or the topic has
   * more characters than the venue allows on one.
   * @throws PeerMissingError as a rejection when the package `ws` is not installed.
   */
  subscribe(
    topic: string,
    emit: (event: Event) => void,
    notify: (status: TopicStatus) => void = () => undefined,
  ): Promise<EndTopic> {
    if (this.#closing !== undefined) throw new ClosedError('the FeedPool is closed');
    checkSubscribe(this.#protocol, topic, emit, notify);
    this.#settings.conflation?.check(topic);
    return this.#subscribe(topic, emit, notify);
  }

  /**
   * Stops reading from all connections, so that the venue waits: for replays that must not run ahead. Frames that were
   * read before may still be delivered; answers and losses are noticed after `resume`. A live venue ends what is not read.
   */
  pause(): void {
    this.#isPaused = true;
    for (const connection of this.#connections.all()) connection.pause();
  }

  /** Reads again after `pause`. */
  resume(): void {
    this.#isPaused = false;
    for (const connection of this.#connections.all()) connection.resume();
  }

  /**
   * Ends a stream at the venue and asks for it again: `resync` of a SyncedBook whose snapshot comes in the stream.
   * Subscribers are told nothing. Does nothing for a topic that nobody has. @throws ClosedError after `close`.
   */
  renew(topic: string): void {
    if (this.#closing !== undefined) throw new ClosedError('the FeedPool is closed');
    this.#homes.get(topic)?.renew(topic);
  }

  /**
   * Listens in on all connections: gets each opening and each frame, sent or received, as text, before anything is known
   * of it. What it throws is reported. Cost: a text per frame.
   */
  tap(listener: FrameListener): Disposable {
    return this.#settings.taps.add(listener);
  }

  /** Counters over all connections, as plain data. Cost: one step per topic. */
  stats(): FeedStats {
    return {
      protocol: this.#protocol.name,
      ...connectionTotals(this.#connections.all()),
      paused: this.#isPaused,
      ...frameCounts(this.#counters),
      reconnectsLastHour: this.#settings.reconnects.total,
      rotations: this.#rotations.done,
      rotationFailures: this.#rotations.failed,
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
    const { group, unasked, identify, resends } = this.#protocol;
    const repeats = resends(topic) ? new RepeatFilter<Event>(identify, () => this.#counters.repeated++) : undefined;
    return new TopicRecord(topic, group(topic), unasked.includes(topic), repeats);
  }

  #add(home: Connection<Event>, record: TopicRecord<Event>, listener: Listener<Event>): void {
    const wasLive = record.isLive;
    record.add(listener);
    this.#homes.set(record.topic, home);
    if (home.records.has(record.topic)) home.reconcile(record);
    else home.add(record);
    if (wasLive) this.#welcome(record, listener);
  }

  /** The connection for a new topic: the healthiest of those with room, else a new one. */
  #place(topic: string, socketClass: Awaited<ReturnType<typeof loadWebSocket>>): Connection<Event> {
    const record = this.#newRecord(topic);
    const url = addressOf(this.#protocol, this.#url, record);
    const usable = this.#connections
      .all()
      .filter((each) => each.url === url && each.hasRoom(record) && !this.#rotations.isLeaving(each));
    const healthiest = healthiestOf(usable);
    if (healthiest !== undefined) {
      this.#connections.keep(healthiest);
      return healthiest;
    }
    if (this.#connections.size - this.#rotations.size >= this.#maxConnections) {
      throw new OverflowError(`${topic} needs one connection more than the ${this.#maxConnections} allowed`);
    }
    return this.#open(url, socketClass);
  }

  #open(url: string, socketClass: Awaited<ReturnType<typeof loadWebSocket>>): Connection<Event> {
    const connection = new Connection(url, socketClass, this.#settings, this.#handlers);
    this.#connections.keep(connection);
    return connection;
  }

  /** A topic's callers go from one connection to another and get what was kept back for them. */
  #move(
    old: Connection<Event>,
    next: Connection<Event>,
    record: TopicRecord<Event>,
    heir: TopicRecord<Event>,
    held: readonly Event[],
    isWhole: boolean,
  ): void {
    const { isLive, lostAt } = record;
    const mustRenew = record.isRenewing || (isLive && record.wire !== 'on');
    heir.adopt(record);
    old.records.delete(record.topic);
    if (!heir.isWanted) {
      if (this.#homes.get(record.topic) === old) this.#homes.delete(record.topic);
      next.reconcile(heir);
      return;
    }
    this.#homes.set(record.topic, next);
    heir.events += record.events;
    heir.lostAt = isLive && !(isWhole && heir.isLive) ? old.lastReceivedAt : lostAt;
    const newcomers = heir.listeners.filter((one) => !one.isLive);
    if (heir.isLive && heir.lostAt === undefined) for (const one of newcomers) this.#welcome(heir, one);
    else if (heir.isLive) this.#live(next, heir);
    else if (isLive) this.#failed(heir, new ClosedError('replaced before the venue confirmed it'), false);
    for (const event of held) if (record.repeats?.has(event) !== true) this.#router.deliver(heir, event);
    if (mustRenew) next.renew(record.topic);
  }

  readonly #handlers: ConnectionHandlers<Event> = {
    received: (connection, frame) => this.#router.route(connection, frame),
    live: (connection, record) => this.#live(connection, record),
    failed: (record, error, isFinal) => this.#failed(record, error, isFinal),
    released: (connection, record) => this.#released(connection, record),
    expiring: (connection) => this.#rotations.start(connection),
    replaced: (connection) => this.#rotations.lost(connection),
    ended: (connection) => this.#connections.delete(connection),
  };

  #live(connection: Connection<Event>, record: TopicRecord<Event>): void {
    const { lostAt } = record;
    record.lostAt = undefined;
    if (lostAt !== undefined) this.#reportGap(record, lostAt);
    for (const listener of record.listeners) this.#welcome(record, listener);
    this.#rotations.check(connection);
  }

  #reportGap(record: TopicRecord<Event>, from: number): void {
    this.#gaps++;
    // Somebody may have set the clock back meanwhile.
    const to = Math.max(from, this.#settings.ioClock.wallTime());
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
    if (record.isReserved && isFinal) this.#rotations.refused(record);
    if (isFinal) record.abandon(error);
    else for (const listener of record.listeners) this.#router.notify(listener, record, { type: 'failed', error });
  }

  #end(record: TopicRecord<Event>, listener: Listener<Event>): void {
    const home = this.#homes.get(record.topic);
    // The topic may have moved to another connection since.
    const current = record.has(listener) ? record : home?.records.get(record.topic);
    if (current?.has(listener) !== true) return;
    current.remove(listener);
    home?.reconcile(current);
  }

  #released(connection: Connection<Event>, record: TopicRecord<Event>): void {
    if (this.#homes.get(record.topic) === connection) this.#homes.delete(record.topic);
    this.#connections.release(connection);
  }

  /** Closes a connection. Callers who came to it while it was to take the place of another, or to go, move on. */
  #retire(connection: Connection<Event>): void {
    this.#connections.delete(connection);
    for (const topic of connection.records.keys()) {
      if (this.#homes.get(topic) === connection) this.#homes.delete(topic);
    }
    void connection.close(new ClosedError('the connection is not used any more'));
    if (this.#isEnding) return;
    for (const record of connection.records.values()) if (record.listeners.length > 0) this.#rehome(connection, record);
  }

  #rehome(old: Connection<Event>, record: TopicRecord<Event>): void {
    try {
      const home = this.#homes.get(record.topic) ?? this.#place(record.topic, old.socketClass);
      const heir = home.records.get(record.topic) ?? record.heir();
      this.#move(old, home, record, heir, [], false);
      if (home.records.has(record.topic)) home.reconcile(heir);
      else home.add(heir);
    } catch (error) {
      this.#farewell(record, error);
    }
  }

  async #close(): Promise<void> {
    const reason = new ClosedError('the FeedPool was closed');
    this.#isEnding = true;
    // Those included that are given up with their rotation.
    const connections = this.#connections.all();
    this.#rotations.close();
    this.#homes.clear();
    const closing = connections.map((connection) => {
      this.#connections.delete(connection);
      return connection.close(reason);
    });
    for (const connection of connections) {
      for (const record of connection.records.values()) this.#farewell(record, reason);
    }
    await Promise.all(closing);
  }

  #farewell(record: TopicRecord<Event>, reason: unknown): void {
    const { listeners } = record;
    record.abandon(reason);
    for (const listener of listeners) this.#router.notify(listener, record, { type: 'closed' });
  }
}
