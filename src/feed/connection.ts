/**
 * One place for topics: a link that is opened again when it is lost, the topics that live on it, and
 * the desk that asks for them.
 *
 * The topics stay with their connection over reconnects. A topic that was live is told `failed` when the
 * link is lost; when it is back (answered, or the first value, whichever comes first) it is told `gap`,
 * then `live`, before any value.
 */
import type { WebSocket } from 'ws';
import type { Timer } from '../core/clock.js';
import { type ReconnectMessage, RECONNECTS } from '../core/diagnostics.js';
import { TimeoutError } from '../core/errors.js';
import { backOffDelay } from '../core/back-off.js';
import { BackOff } from './back-off.js';
import type { ConnectionSettings } from './connection-settings.js';
import type { AnyFeedEvent } from './event.js';
import { Conflater } from './conflater.js';
import { Link } from './link.js';
import type { LinkHealth } from './link-health.js';
import type { RequestAction } from './protocol.js';
import { RequestDesk } from './request-desk.js';
import type { TopicRecord } from './topic-record.js';

/** What a connection tells its pool. */
export interface ConnectionHandlers<Event extends AnyFeedEvent> {
  /** A frame arrived. */
  received(connection: Connection<Event>, frame: Buffer): void;
  /** Values of a topic are expected from now on. */
  live(connection: Connection<Event>, record: TopicRecord<Event>): void;
  /** The venue refused a topic, or its link was lost. */
  failed(record: TopicRecord<Event>, error: unknown, isFinal: boolean): void;
  /** A topic is neither wanted nor on the wire. */
  released(connection: Connection<Event>, record: TopicRecord<Event>): void;
  /** The venue is about to end the link, or will soon. */
  expiring(connection: Connection<Event>): void;
  /** The link is lost. @returns whether the topics have gone elsewhere, so that it is not opened again. */
  replaced(connection: Connection<Event>): boolean;
  /** The link is lost and no topic is left to open it again for. */
  ended(connection: Connection<Event>): void;
}

/** Largest part of the time until a rotation that chance takes off. */
const ROTATION_JITTER = 0.02;

/** See the top of this file. */
export class Connection<Event extends AnyFeedEvent> {
  /** Address the connection is opened to. */
  readonly url: string;
  /** Topics by name, wanted ones and those whose end is not confirmed yet. */
  readonly records = new Map<string, TopicRecord<Event>>();
  readonly #settings: ConnectionSettings<Event>;
  readonly #handlers: ConnectionHandlers<Event>;
  /** Class of the package `ws`. */
  readonly socketClass: typeof WebSocket;
  readonly #desk: RequestDesk<Event>;
  readonly #backOff: BackOff;
  readonly #retries: BackOff;
  /** Topics refused after a reconnect, until they are tried again. */
  readonly #refused = new Set<TopicRecord<Event>>();
  readonly #conflater: Conflater | undefined;
  #link: Link | undefined;
  readonly #timers = new Set<Timer>();
  #characters = 0;
  #openedAt: number | undefined;
  #lastEventAt: number | undefined;
  #lastReceivedAt = 0;
  #lastReceivedWallTime = 0;
  /** Whether the times above are of this turn. */
  #isStamped = false;
  readonly #unstamp = (): void => void (this.#isStamped = false);
  /** Whether there is a delay before the next link. */
  #isWaiting = false;
  #isClosed = false;

  constructor(
    url: string,
    socketClass: typeof WebSocket,
    settings: ConnectionSettings<Event>,
    handlers: ConnectionHandlers<Event>,
  ) {
    this.url = url;
    this.socketClass = socketClass;
    this.#settings = settings;
    this.#handlers = handlers;
    const { conflation } = settings;
    if (conflation !== undefined) {
      const deliver = (frame: Buffer): void => handlers.received(this, frame);
      this.#conflater = new Conflater({
        ...conflation,
        ioClock: settings.ioClock,
        counters: settings.counters,
        deliver,
      });
    }
    this.#backOff = new BackOff(settings.backOff, settings.random);
    this.#retries = new BackOff(settings.backOff, settings.random);
    this.#desk = new RequestDesk(settings, {
      send: (text) => this.#link?.send(text),
      pingFrame: () => this.#link?.ping(),
      answered: (record, action, refusal) => this.#answered(record, action, refusal),
      released: (record) => this.#release(record),
    });
    this.#open();
  }

  /** Whether frames can be sent; false during the handshake and between two links. */
  get isOpen(): boolean {
    return this.#link?.isOpen === true;
  }

  /** When something last arrived, epoch milliseconds. */
  get lastReceivedAt(): number {
    return this.#lastReceivedWallTime;
  }

  /** Losses since the connection was last stable. */
  get failures(): number {
    return this.#backOff.failures;
  }

  /** Whether the venue's limits leave room for one more topic. */
  hasRoom(record: TopicRecord<Event>): boolean {
    const { topicsPerConnection, charactersPerConnection } = this.#settings.protocol.limits;
    const characters = this.#characters + record.characters;
    return record.isUnasked || (this.records.size < topicsPerConnection && characters <= charactersPerConnection);
  }

  /** Takes in a topic the pool has placed here, and asks the venue for it unless it comes unasked. */
  add(record: TopicRecord<Event>): void {
    this.records.set(record.topic, record);
    if (this.#settings.conflation?.isConflated(record.topic) === true) this.#conflater?.add(record.topic);
    if (!record.isUnasked) this.#characters += record.characters;
    this.reconcile(record);
  }

  /** Compares want and wire of a topic after its listeners have changed. */
  reconcile(record: TopicRecord<Event>): void {
    if (!record.isWanted) {
      // What was missed concerns only those who were there.
      record.isLive = false;
      record.lostAt = undefined;
    }
    if (!record.isUnasked) this.#desk.reconcile(record);
    else if (!record.isWanted) this.#release(record);
    if (record.isUnasked ? this.isOpen : record.wire === 'on') this.#goLive(record);
  }

  /** Has the venue begin a topic anew. */
  renew(topic: string): void {
    const record = this.records.get(topic);
    if (record === undefined || record.wire === 'off') return;
    record.isRenewing = true;
    this.#desk.reconcile(record);
  }

  /** Settles the requests that a frame answers. */
  get desk(): RequestDesk<Event> {
    return this.#desk;
  }

  /** Sends the text that answers a text ping of the venue. */
  reply(text: string): void {
    this.#link?.send(text);
    this.#desk.sent();
  }

  /** An event for a topic of this connection came: the topic is live, whether it was answered or not. */
  touch(record: TopicRecord<Event>): void {
    this.#lastEventAt = this.#lastReceivedAt;
    this.#conflater?.supersede(record.topic);
    record.events++;
    record.lastEventAt = this.#lastReceivedWallTime;
    if (record.lostAt !== undefined && record.wire !== 'off') this.#goLive(record);
  }

  /** The venue will end the link: another is to take its place. */
  expire(): void {
    if (!this.#isClosed && this.isOpen) this.#handlers.expiring(this);
  }

  /** Expires after some milliseconds, unless the link is lost before. */
  expireIn(delay: number): void {
    if (!this.#isClosed && this.isOpen) this.#after(delay, () => this.expire()).unref();
  }

  /** How the connection does. */
  health(): LinkHealth {
    const now = this.#settings.ioClock.now();
    const opening = this.#link === undefined || this.#isWaiting ? 'waiting' : 'opening';
    return {
      url: this.url,
      state: this.isOpen ? 'open' : opening,
      topics: this.records.size,
      failures: this.failures,
      age: this.#openedAt === undefined || !this.isOpen ? null : now - this.#openedAt,
      silence: this.isOpen ? now - this.#lastReceivedAt : null,
    };
  }

  /** Stops reading from the present link; later links ask `isPaused` when they are made. */
  pause(): void {
    this.#link?.pause();
  }

  /** Reads again from the present link; does nothing while there is none. */
  resume(): void {
    this.#link?.resume();
  }

  /** Ends the connection for good; resolves when the socket is closed. */
  async close(reason: Error): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimers();
    this.#desk.close();
    this.#conflater?.close();
    await this.#link?.close(reason);
  }

  /** Opens a link as soon as the venue's limit on new connections allows, and not together with all who wait for that. */
  #open(): void {
    const { budget, backOff, random } = this.#settings;
    const wait = budget.take();
    this.#isWaiting = wait > 0;
    if (wait === 0) this.#dial();
    else
      this.#after(wait + backOffDelay(1, backOff, random), () =>
        this.records.size === 0 ? this.#handlers.ended(this) : this.#open(),
      );
  }

  #dial(): void {
    const { protocol, counters } = this.#settings;
    const own = { socketClass: this.socketClass, url: this.url, heartbeat: protocol.heartbeat };
    this.#openedAt = undefined;
    this.#lastEventAt = undefined;
    this.#link = new Link(
      { ...this.#settings, ...own },
      {
        opened: () => this.#opened(),
        received: (frame) => this.#received(frame),
        ponged: () => this.#desk.sent(),
        pingDue: () => this.#desk.requestPing(),
        closed: (reason) => this.#lost(reason),
      },
      this.#settings.isPaused(),
    );
    counters.opened++;
  }

  #opened(): void {
    const { rotateAfter, random } = this.#settings;
    this.#stamp();
    this.#openedAt = this.#lastReceivedAt;
    // Earlier by a little at random, so that connections opened together are not replaced together.
    if (rotateAfter !== Infinity) this.expireIn(rotateAfter * (1 - ROTATION_JITTER * random()));
    for (const record of this.records.values()) this.reconcile(record);
    this.#desk.open();
  }

  /** Hot path: runs for every frame. */
  #received(frame: Buffer): void {
    const { counters } = this.#settings;
    counters.frames++;
    counters.bytes += frame.length;
    if (!this.#isStamped) this.#stamp();
    if (this.#conflater?.take(frame) !== true) this.#handlers.received(this, frame);
  }

  /** Frames that the socket hands over in one go came together: two clocks are read for all of them, not for each. */
  #stamp(): void {
    const { ioClock } = this.#settings;
    this.#lastReceivedAt = ioClock.now();
    this.#lastReceivedWallTime = ioClock.wallTime();
    this.#isStamped = true;
    queueMicrotask(this.#unstamp);
  }

  #lost(reason: Error): void {
    if (this.#isClosed) return;
    const { counters } = this.#settings;
    const wasOpen = this.#openedAt !== undefined;
    if (!wasOpen) counters.connectFailures++;
    this.#settings.report(reason, { where: wasOpen ? 'connection' : 'connect', url: this.url });
    if (this.#isClosed) return;
    this.#cancelTimers();
    this.#desk.close();
    this.#conflater?.flush();
    if (this.#isClosed || this.#handlers.replaced(this)) return;
    if (this.#wasStable()) this.#backOff.reset();
    for (const record of this.records.values()) this.#lose(record, reason);
    if (this.#isClosed) return;
    if (this.records.size > 0) this.#openLater();
    else this.#handlers.ended(this);
  }

  #wasStable(): boolean {
    const { stableAfter } = this.#settings;
    if (this.#openedAt === undefined || this.#lastEventAt === undefined) return false;
    return this.#lastEventAt - this.#openedAt >= stableAfter;
  }

  #lose(record: TopicRecord<Event>, reason: Error): void {
    record.wire = 'off';
    if (record.isLive) {
      record.isLive = false;
      record.lostAt = this.#lastReceivedWallTime;
      this.#handlers.failed(record, reason, false);
    }
    if (!record.isWanted) this.#release(record);
  }

  #openLater(): void {
    this.#isWaiting = true;
    this.#after(this.#backOff.next(), () => {
      if (this.records.size === 0) this.#handlers.ended(this);
      else {
        this.#settings.counters.reconnects++;
        this.#settings.reconnects.add();
        if (RECONNECTS.hasSubscribers) this.#tellReconnect();
        this.#open();
      }
    });
  }

  #tellReconnect(): void {
    const { origin, pathname } = new URL(this.url);
    RECONNECTS.publish({ url: `${origin}${pathname}`, failures: this.#backOff.failures } satisfies ReconnectMessage);
  }

  #answered(record: TopicRecord<Event>, action: RequestAction, refusal: Error | undefined): void {
    if (action === 'subscribe') {
      // Only the answer was lost when its values come.
      const isProven = record.isLive && record.events > record.eventsBefore && refusal instanceof TimeoutError;
      if (isProven) record.wire = 'on';
      if (refusal === undefined) this.#goLive(record);
      else if (!isProven && this.#refuse(record, refusal)) return;
    }
    this.#desk.reconcile(record);
  }

  /** Deals with a refused topic; true when it is tried again later. */
  #refuse(record: TopicRecord<Event>, refusal: Error): boolean {
    record.refusal = refusal;
    if (record.isLive) {
      // Its values came before the answer.
      record.isLive = false;
      record.lostAt = this.#lastReceivedWallTime;
    }
    const wasLive = record.lostAt !== undefined;
    this.#handlers.failed(record, refusal, !wasLive);
    if (!wasLive || !record.isWanted) return false;
    this.#settings.report(refusal, { where: 'subscribe', topic: record.topic, url: this.url });
    this.#retryLater(record);
    return true;
  }

  /** Topics refused at about the same time are tried again together. */
  #retryLater(record: TopicRecord<Event>): void {
    this.#refused.add(record);
    if (this.#refused.size > 1) return;
    this.#after(this.#retries.next(), () => {
      const refused = [...this.#refused];
      this.#refused.clear();
      for (const waiting of refused) if (this.records.get(waiting.topic) === waiting) this.#desk.reconcile(waiting);
    });
  }

  #goLive(record: TopicRecord<Event>): void {
    record.refusal = undefined;
    this.#retries.reset();
    if (record.isLive || !record.isWanted) return;
    record.isLive = true;
    this.#handlers.live(this, record);
  }

  #release(record: TopicRecord<Event>): void {
    if (this.records.get(record.topic) !== record) return;
    this.records.delete(record.topic);
    this.#conflater?.delete(record.topic);
    if (!record.isUnasked) this.#characters -= record.characters;
    this.#handlers.released(this, record);
  }

  /** The timers keep the process alive: topics are wanted, and no socket may be open that would. */
  #after(delay: number, callback: () => void): Timer {
    const timer = this.#settings.ioClock.setTimeout(() => {
      this.#timers.delete(timer);
      callback();
    }, delay);
    this.#timers.add(timer);
    return timer;
  }

  #cancelTimers(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#refused.clear();
  }
}
