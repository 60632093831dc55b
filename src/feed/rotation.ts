/**
 * One connection takes the place of another before the venue cuts it, without a lost or a doubled event.
 *
 * The topics are subscribed on the new connection while the old one goes on. What the new one brings is kept back, topic
 * by topic. An event that both have brought joins the two: what came before it on the new one is dropped, what came after
 * it is exactly what the old one has not brought yet. When all topics are joined, or have been silent for the patience
 * allowed, the callers move, get what was kept back, and the old connection is closed.
 *
 * Two events are one when the protocol's `identify` says so. A topic on which both brought events and none was the same
 * is joined by the venue's time: what is not later than the last one delivered is dropped.
 *
 * When the old connection is lost meanwhile the callers move at once; a topic that is not joined then has a gap. When the
 * new one is lost nothing has happened.
 */
import type { Clock, Timer } from '../core/clock.js';
import type { Connection } from './connection.js';
import type { AnyFeedEvent } from './event.js';
import type { TopicRecord } from './topic-record.js';

/** Most events of a topic that are kept back; with more the callers move at once. */
const MAX_HELD = 10_000;
/** Events of the old connection that are remembered for each topic. */
const MAX_REMEMBERED = 1_024;
/** How long topics without events are waited for, in milliseconds. */
const PATIENCE = 10_000;
/** How long the new connection has to confirm the topics, in milliseconds; after that it is given up. */
const DEADLINE = 60_000;

/** An event that is kept back. */
interface Held<Event> {
  readonly event: Event;
  readonly identity: unknown;
}

/** A topic on its way from one connection to the other. */
interface Lane<Event extends AnyFeedEvent> {
  readonly record: TopicRecord<Event>;
  readonly heir: TopicRecord<Event>;
  /** What the new connection brought after the last event known from the old one. */
  readonly held: Held<Event>[];
  /** Identities of the last events of the old connection. */
  readonly seen: Set<unknown>;
  /** The newest of the venue's times among those delivered since the rotation began. */
  lastTs: number;
  isJoined: boolean;
}

/** What a rotation works with. */
export interface RotationParts<Event extends AnyFeedEvent> {
  /** The connection that is to go. */
  readonly old: Connection<Event>;
  /** The one that takes its place. */
  readonly next: Connection<Event>;
  /** The protocol's identity of an event; may throw, which counts as one that is never the same. */
  readonly identify: (event: AnyFeedEvent) => string | number;
  /** Clock of the patience. */
  readonly ioClock: Clock;
  /** Told for each topic that has moved, with what is to be delivered. */
  readonly moved: (
    record: TopicRecord<Event>,
    heir: TopicRecord<Event>,
    held: readonly Event[],
    isWhole: boolean,
  ) => void;
  /** Told once, when all have moved or nothing has. */
  readonly ended: (hasMoved: boolean) => void;
}

/** See the notes above. */
export class Rotation<Event extends AnyFeedEvent> {
  readonly #parts: RotationParts<Event>;
  readonly #lanes: Lane<Event>[] = [];
  readonly #deadline: Timer;
  #patience: Timer | undefined;
  #isOver = false;

  constructor(parts: RotationParts<Event>) {
    this.#parts = parts;
    for (const record of parts.old.records.values()) if (record.isWanted) this.#lanes.push(this.#open(record));
    this.#deadline = parts.ioClock.setTimeout(() => this.abort(), DEADLINE);
    this.#deadline.unref();
  }

  /** Whether it waits for this record of the new connection. */
  has(heir: TopicRecord<Event>): boolean {
    return this.#lanes.some((lane) => lane.heir === heir);
  }

  /** Looks whether the callers can move; called when a topic has gone live. */
  check(): void {
    if (this.#isOver || !this.#lanes.every(({ record, heir }) => heir.isLive || record.listeners.length === 0)) return;
    if (this.#lanes.every(({ isJoined, record }) => isJoined || record.listeners.length === 0)) {
      this.finish();
      return;
    }
    this.#patience ??= this.#parts.ioClock.setTimeout(() => this.finish(), PATIENCE);
    this.#patience.unref();
  }

  /** Moves the callers now. With `isLost` the old connection brings nothing more. */
  finish(isLost = false): void {
    if (!this.#end()) return;
    for (const lane of this.#lanes) {
      const { record, heir, isJoined } = lane;
      const events = lane.held.map(({ event }) => event);
      const fresh = isJoined ? events : events.filter(({ ts }) => !(ts <= lane.lastTs));
      this.#parts.moved(record, heir, fresh, isJoined || !isLost);
    }
    this.#parts.ended(true);
  }

  /** Leaves everything as it was. */
  abort(): void {
    if (this.#end()) this.#parts.ended(false);
  }

  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#deadline.cancel();
    this.#patience?.cancel();
    for (const { record, heir } of this.#lanes) {
      record.interceptWith(undefined);
      heir.interceptWith(undefined);
      heir.isReserved = false;
    }
    return true;
  }

  #open(record: TopicRecord<Event>): Lane<Event> {
    const heir = record.heir();
    const lane: Lane<Event> = { record, heir, held: [], seen: new Set(), lastTs: -Infinity, isJoined: false };
    heir.isReserved = true;
    heir.interceptWith((event) => this.#hold(lane, event));
    record.interceptWith((event) => this.#note(lane, event));
    this.#parts.next.add(heir);
    return lane;
  }

  /** The new connection brought an event. */
  #hold(lane: Lane<Event>, event: Event): true {
    const identity = this.#identify(event);
    if (lane.seen.has(identity)) {
      lane.held.length = 0;
      this.#join(lane);
    } else {
      lane.held.push({ event, identity });
      if (lane.held.length > MAX_HELD) this.finish();
    }
    return true;
  }

  /** The old connection brought an event, which its callers get as ever, and before they move. */
  #note(lane: Lane<Event>, event: Event): false {
    const identity = this.#identify(event);
    lane.seen.add(identity);
    if (lane.seen.size > MAX_REMEMBERED) for (const oldest of lane.seen) if (lane.seen.delete(oldest)) break;
    if (event.ts > lane.lastTs) lane.lastTs = event.ts;
    const at = lane.held.findIndex((held) => held.identity === identity);
    if (at >= 0) {
      lane.held.splice(0, at + 1);
      queueMicrotask(() => this.#join(lane));
    }
    return false;
  }

  #join(lane: Lane<Event>): void {
    if (lane.isJoined) return;
    lane.isJoined = true;
    this.check();
  }

  #identify(event: Event): unknown {
    try {
      return this.#parts.identify(event);
    } catch {
      // An event of which the protocol cannot say what it is equals no other; the venue's time has to do.
      return Symbol('unknown');
    }
  }
}
