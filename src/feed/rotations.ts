import type { Connection } from './connection.js';
import type { AnyFeedEvent } from './event.js';
import { Rotation, type RotationParts } from './rotation.js';
import type { TopicRecord } from './topic-record.js';

/** Milliseconds until a rotation that came to nothing is tried again. */
const RETRY = 60_000;

/** What rotations need of their pool. */
export interface RotationsParts<Event extends AnyFeedEvent> extends Pick<RotationParts<Event>, 'identify' | 'ioClock'> {
  /** Opens another connection to the same address. */
  readonly connect: (old: Connection<Event>) => Connection<Event>;
  /** A topic moves from `old` to `next`. */
  readonly moved: (
    connections: { readonly old: Connection<Event>; readonly next: Connection<Event> },
    ...topic: Parameters<RotationParts<Event>['moved']>
  ) => void;
  /** A connection is of no use any more. */
  readonly retire: (connection: Connection<Event>) => void;
}

/** The rotations of a pool that are under way. */
export class Rotations<Event extends AnyFeedEvent> {
  readonly #parts: RotationsParts<Event>;
  readonly #byOld = new Map<Connection<Event>, Rotation<Event>>();
  readonly #byNext = new Map<Connection<Event>, Rotation<Event>>();
  #done = 0;
  #failed = 0;

  constructor(parts: RotationsParts<Event>) {
    this.#parts = parts;
  }

  /** Rotations after which the topics had moved. */
  get done(): number {
    return this.#done;
  }

  /** Rotations given up; each is tried again. */
  get failed(): number {
    return this.#failed;
  }

  /** Rotations under way. */
  get size(): number {
    return this.#byOld.size;
  }

  /** Whether another connection is about to take the place of this one. */
  isLeaving(connection: Connection<Event>): boolean {
    return this.#byOld.has(connection);
  }

  /** Whether a connection is about to take the place of another. */
  isComing(connection: Connection<Event>): boolean {
    return this.#byNext.has(connection);
  }

  /** Starts to replace a connection, unless that is under way or it is a replacement itself. */
  start(old: Connection<Event>): void {
    if (this.#byOld.has(old) || this.#byNext.has(old)) return;
    const next = this.#parts.connect(old);
    const rotation = new Rotation<Event>({
      ...this.#parts,
      old,
      next,
      moved: (...topic) => this.#parts.moved({ old, next }, ...topic),
      ended: (hasMoved) => this.#end(old, next, hasMoved),
    });
    this.#byOld.set(old, rotation);
    this.#byNext.set(next, rotation);
  }

  /** A topic has gone live on a connection. */
  check(connection: Connection<Event>): void {
    this.#byNext.get(connection)?.check();
  }

  /** The venue refused a topic on the connection that was to take over. */
  refused(heir: TopicRecord<Event>): void {
    for (const rotation of this.#byOld.values()) if (rotation.has(heir)) rotation.abort();
  }

  /** A connection was lost. @returns whether nothing is to be done about it any more. */
  lost(connection: Connection<Event>): boolean {
    const leaving = this.#byOld.get(connection);
    const coming = this.#byNext.get(connection);
    leaving?.finish(true);
    coming?.abort();
    return leaving !== undefined || coming !== undefined;
  }

  /** Ends all of them; nothing moves. */
  close(): void {
    for (const rotation of this.#byOld.values()) rotation.abort();
  }

  #end(old: Connection<Event>, next: Connection<Event>, hasMoved: boolean): void {
    this.#byOld.delete(old);
    this.#byNext.delete(next);
    if (hasMoved) this.#done++;
    else {
      this.#failed++;
      old.expireIn(RETRY);
    }
    this.#parts.retire(hasMoved ? old : next);
  }
}
