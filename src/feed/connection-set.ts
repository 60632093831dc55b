import type { Clock, Timer } from '../core/clock.js';
import type { Connection } from './connection.js';
import type { AnyFeedEvent } from './event.js';

/** How long a connection without topics stays open for new ones, in milliseconds. */
const EMPTY_LINGER = 30_000;

/** The connections of a pool. One without topics stays for a while. */
export class ConnectionSet<Event extends AnyFeedEvent> {
  readonly #ioClock: Clock;
  readonly #retire: (connection: Connection<Event>) => void;
  /** With the timer of those that have no topics. */
  readonly #lingers = new Map<Connection<Event>, Timer | undefined>();

  /** `retire` is called with a connection that had no topics for too long. */
  constructor(ioClock: Clock, retire: (connection: Connection<Event>) => void) {
    this.#ioClock = ioClock;
    this.#retire = retire;
  }

  /** How many there are. */
  get size(): number {
    return this.#lingers.size;
  }

  /** All of them now, in the order in which they were opened. */
  all(): Connection<Event>[] {
    return [...this.#lingers.keys()];
  }

  /** Takes in a new one, or keeps one that had no topics. */
  keep(connection: Connection<Event>): void {
    this.#lingers.get(connection)?.cancel();
    this.#lingers.set(connection, undefined);
  }

  /** A connection has lost a topic: when it was the last one, it stays for a while. */
  release(connection: Connection<Event>): void {
    if (connection.records.size > 0 || !this.#lingers.has(connection)) return;
    this.#lingers.get(connection)?.cancel();
    const timer = this.#ioClock.setTimeout(() => this.#retire(connection), EMPTY_LINGER);
    timer.unref();
    this.#lingers.set(connection, timer);
  }

  /** Forgets a connection, which is not closed by this. */
  delete(connection: Connection<Event>): void {
    this.#lingers.get(connection)?.cancel();
    this.#lingers.delete(connection);
  }
}
