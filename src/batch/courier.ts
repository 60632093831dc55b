import { createHash } from 'node:crypto';
import { backOffDelay } from '../core/back-off.js';
import type { Clock } from '../core/clock.js';
import { type FlushMessage, FLUSHES } from '../core/diagnostics.js';
import { DeadlineError } from '../core/errors.js';
import type { Delivery, Parcel } from './delivery.js';
import { readRejected } from './rejected-rows.js';
import { rowAtFault } from './row-at-fault.js';
import { Cutter, send } from './send.js';
import type { SinkFunction } from './sink.js';
import type { Slots } from './slots.js';

/*
 * How one batch gets to the sink.
 *
 * A send that passes settles its rows. A permanent error that names a row costs that row: at once when the sink named
 * it, after it has failed alone when the server did by a line. One that names none splits the batch until the bad rows
 * stand alone. A retryable error leads to the same rows being sent again after a wait.
 *
 * When `attempts` sends in a row have failed, two causes look alike from here: the server is down, or one row
 * makes it fail (an HTTP 500 for one odd row). Only a send that passes tells them apart. So the courier narrows
 * the send to its first half, quarter, … without waiting. If one passes, the server is up and the search goes on in
 * the rest, each part with all its attempts. If even the first row fails alone, a neighbour is sent, then the row
 * again, and so on: one that fails three times in a row while three neighbours pass in between is the cause and is
 * given up. When a neighbour fails too, nothing is known, nothing is given up, and the whole batch is tried again
 * after a wait. A server that is down, or comes and goes, therefore costs time, not rows.
 *
 * Rows are stored in order, with three exceptions: neighbours that passed before a row that passes later, a row that
 * was stored although its reply was lost, and one that a line accused and that passed alone. Rows of one key have no
 * exception: a batch has no two of them.
 */

/** How far away a neighbour is looked for: one row further with each search, so that bad rows side by side are found. */
const FARTHEST_NEIGHBOUR = 3;
/** Neighbours that have to pass while a row keeps failing. One alone may have met the sink in its only good moment. */
const TRIALS = 3;

/** What the courier asks of the writer. */
export interface Dispatcher<T> {
  /** The rows up to `end` are stored, but for the rejected ones, counted from the first row not settled. */
  onStored(delivery: Delivery<T>, end: number, rejected: ReadonlyMap<number, unknown>): void;
  /** The rows up to `end` are given up. */
  onGivenUp(delivery: Delivery<T>, end: number, error: unknown): void;
  /** A failure to tell the user of. */
  onFailure(error: unknown, operation: 'send' | 'report' | 'isRetryable', rows: number): void;
  /** Settles the first row by a newer one of its key that waits, if there is one. Returns whether it did. */
  supersede(delivery: Delivery<T>): boolean;
  /** Takes the batch that follows, if one waits. It will be delivered after the present one. */
  takeNext(): Delivery<T> | undefined;
}

/** Sends of all couriers of a writer. */
export interface SendRecord {
  /** All sends. */
  sends: number;
  /** Sends of rows that had been sent before, splits included. */
  resends: number;
  /** Error of the latest failed send. */
  lastError: unknown;
}

/** Settings of a {@link Courier}. */
export interface CourierSettings<T> {
  /** The sink, as a function whose object form is already bound. */
  readonly write: SinkFunction<T>;
  /** Name of the writer. */
  readonly name: string;
  /** Time of timeouts, waits and the deadline. */
  readonly clock: Clock;
  /** Longest time of one send, in milliseconds; Infinity for no limit. */
  readonly timeout: number;
  /** A row's identity as the sink gets it. */
  readonly idOf: (identity: number) => string;
  /** Where sends are counted. */
  readonly record: SendRecord;
  /** Leave to send, where there may be more couriers than sends at once. */
  readonly slots: Slots | undefined;
  /** `attempts` sends in a row before a search for the cause; `minDelay`, `maxDelay` and `deadline` in milliseconds. */
  readonly retry: {
    readonly attempts: number;
    readonly minDelay: number;
    readonly maxDelay: number;
    readonly deadline: number;
    readonly isRetryable: (error: unknown) => boolean;
  };
}

/** What came of one send. */
type Outcome =
  | { readonly isStored: true; readonly answer: unknown; readonly parcel: Parcel<unknown> }
  | { readonly isStored: false; readonly error: unknown; readonly parcel: Parcel<unknown> };

/** Brings batches to the sink, one send at a time; see the notes above. */
export class Courier<T> {
  readonly #settings: CourierSettings<T>;
  readonly #dispatcher: Dispatcher<T>;
  #cutter: Cutter | undefined;
  #endPause: (() => void) | undefined;
  #isStopped = false;
  #isHurried = false;
  #hasSlot = false;

  constructor(settings: CourierSettings<T>, dispatcher: Dispatcher<T>) {
    this.#settings = settings;
    this.#dispatcher = dispatcher;
  }

  /** Whether it waits for the next try. */
  get isPausing(): boolean {
    return this.#endPause !== undefined;
  }

  /** Whether it has no leave to send, but needs one. */
  get mustEnter(): boolean {
    return !this.#hasSlot && this.#settings.slots !== undefined;
  }

  /** Waits for leave to send, if it has none yet. */
  async enter(): Promise<void> {
    if (!this.mustEnter) return;
    await this.#settings.slots?.acquire();
    this.#hasSlot = true;
  }

  /** Gives the leave to send back. */
  leave(): void {
    if (!this.#hasSlot) return;
    this.#hasSlot = false;
    this.#settings.slots?.release();
  }

  /** Brings a batch to its end: every row stored or given up, unless the courier is stopped. */
  async deliver(delivery: Delivery<T>): Promise<void> {
    const { attempts } = this.#settings.retry;
    let failures = 0;
    let latest: unknown;
    while (!this.#isStopped && this.#expire(delivery, latest) > 0) {
      const outcome = await this.#send(delivery);
      if (outcome.isStored) {
        failures = 0;
        continue;
      }
      if (this.#isStopped) return;
      latest = outcome.error;
      if (!this.#isRetryable(latest)) {
        await this.#isolate(delivery, outcome.parcel, latest);
        failures = 0;
        continue;
      }
      failures++;
      if (failures % attempts === 0 && (await this.#probe(delivery, latest))) {
        failures = 0;
        continue;
      }
      if (!this.#isStopped) await this.#pause(failures, delivery);
    }
  }

  /** Ends a wait for the next try now and keeps later ones short. */
  hurry(): void {
    this.#isHurried = true;
    this.#endPause?.();
  }

  /** Cuts the present send off, if one runs, and sends nothing more. */
  stop(reason: unknown): void {
    this.#isStopped = true;
    this.#cutter?.cut(reason);
    this.hurry();
  }

  /** Gives up the first rows as far as their deadline has passed. Returns how many rows are left. */
  #expire(delivery: Delivery<T>, cause: unknown): number {
    const { clock, retry } = this.#settings;
    // A row that is late for want of an earlier send, not for a failed one, is sent once.
    if (retry.deadline === Infinity || delivery.attempts === 0) return delivery.left;
    const now = clock.now();
    let end = delivery.done;
    while (end < delivery.items.length && now >= delivery.arrivalAt(end) + retry.deadline) end++;
    if (end > delivery.done) {
      const rows = end - delivery.done;
      const error = new DeadlineError(`${rows} rows could not be written within ${retry.deadline} ms`, { cause });
      this.#dispatcher.onGivenUp(delivery, end, error);
    }
    return delivery.left;
  }

  /** Sends the next rows and settles them when that passes. */
  async #send(delivery: Delivery<T>): Promise<Outcome> {
    const { done, end } = delivery;
    const outcome = await this.#attempt(delivery, done, end);
    if (outcome.isStored) this.#store(delivery, end, outcome);
    return outcome;
  }

  async #attempt(delivery: Delivery<T>, from: number, end: number): Promise<Outcome> {
    const { clock, record, write } = this.#settings;
    const parcel = delivery.parcel(from, end);
    const { items } = parcel;
    if (items.length === 0) return { isStored: true, answer: undefined, parcel };
    if (!this.#isStopped && this.mustEnter) await this.enter();
    if (this.#isStopped) return { isStored: false, error: undefined, parcel };
    record.sends++;
    if (delivery.attempts++ > 0) record.resends++;
    const cutter = new Cutter();
    this.#cutter = cutter;
    try {
      const answer = await send(write, clock, {
        // A copy: a sink may take its array apart, and what is sent again must not follow from that.
        items: items.slice(),
        attempt: delivery.attempts,
        batchId: () => this.#batchIdOf(delivery, parcel),
        ids: () => items.map((_, offset) => this.#settings.idOf(identityAt(delivery, parcel, offset))),
        timeout: this.#timeoutOf(delivery, end),
        cutter,
      });
      this.#tell(items.length, delivery.attempts, undefined);
      return { isStored: true, answer, parcel };
    } catch (error) {
      this.#tell(items.length, delivery.attempts, error);
      record.lastError = error;
      return { isStored: false, error, parcel };
    } finally {
      this.#cutter = undefined;
    }
  }

  #tell(rows: number, attempt: number, error: unknown): void {
    const { name: writer } = this.#settings;
    if (FLUSHES.hasSubscribers) FLUSHES.publish({ writer, rows, attempt, error } satisfies FlushMessage);
  }

  /** A send lasts until the deadline of its last row at the longest: before that some of its rows would be sent again. */
  #timeoutOf(delivery: Delivery<T>, end: number): number {
    const { clock, timeout, retry } = this.#settings;
    if (retry.deadline === Infinity) return timeout;
    const rest = delivery.arrivalAt(end - 1) + retry.deadline - clock.now();
    return rest > 0 ? Math.min(timeout, rest) : timeout;
  }

  #batchIdOf(delivery: Delivery<T>, parcel: Parcel<T>): string {
    const { idOf } = this.#settings;
    const count = parcel.items.length;
    const identities = parcel.items.map((_, offset) => identityAt(delivery, parcel, offset));
    const [first = 0] = identities;
    const name = `${idOf(first)}+${count}`;
    if (first >= 0 && identities.every((identity, offset) => identity === first + offset)) return name;
    // Rows that do not follow one another: another set may begin and end with the same ones.
    const hash = createHash('sha256').update(identities.map((identity) => idOf(identity)).join());
    return `${name}.${hash.digest('hex').slice(0, 16)}`;
  }

  #store(delivery: Delivery<T>, end: number, { answer, parcel }: Outcome & { isStored: true }): void {
    const { rows, malformed } = readRejected(answer, parcel.items.length);
    delivery.hasPassed = delivery.attempts > 1;
    this.#dispatcher.onStored(delivery, end, rejectedOf(delivery, end, parcel, rows));
    if (malformed !== undefined) this.#dispatcher.onFailure(malformed, 'report', parcel.items.length);
  }

  /** Comes closer to the row that made a send fail for good. */
  async #isolate(delivery: Delivery<T>, parcel: Parcel<unknown>, error: unknown): Promise<void> {
    const count = parcel.items.length;
    const accused = count === 1 ? { index: 0, isCertain: true } : rowAtFault(error, count);
    if (accused === undefined) {
      delivery.split();
      return;
    }
    const index = indexAt(parcel, accused.index);
    if (accused.isCertain) {
      delivery.decide(index, { isStored: false, error });
      return;
    }
    const outcome = await this.#attempt(delivery, index, index + 1);
    if (outcome.isStored) {
      // It was not at fault, so the search goes on in the halves.
      this.#keep(delivery, index, outcome);
      delivery.split();
    } else if (this.#isStopped) return;
    else if (!this.#isRetryable(outcome.error)) delivery.decide(index, { isStored: false, error: outcome.error });
  }

  /** Notes that a row was sent alone, ahead of its turn. */
  #keep(delivery: Delivery<T>, index: number, { answer }: Outcome & { isStored: true }): void {
    const refused = readRejected(answer, 1).rows;
    delivery.decide(index, refused.has(0) ? { isStored: false, error: refused.get(0) } : { isStored: true });
  }

  /** Looks for a part that passes. Returns whether the delivery has come forward. */
  async #probe(delivery: Delivery<T>, error: unknown): Promise<boolean> {
    this.#dispatcher.onFailure(error, 'send', delivery.left);
    let latest = error;
    while (!this.#isStopped && delivery.split()) {
      const outcome = await this.#send(delivery);
      if (outcome.isStored) return true;
      latest = outcome.error;
    }
    if (this.#isStopped) return false;
    const isAtFault = this.#isRetryable(latest)
      ? await this.#isOutlived(delivery, latest)
      : this.#giveUp(delivery, delivery.done + 1, latest);
    if (isAtFault) return true;
    delivery.widen();
    return false;
  }

  /** Whether rows pass after the one that fails alone. Then that one is settled, and after it they are. */
  async #isOutlived(delivery: Delivery<T>, error: unknown): Promise<boolean> {
    const followers = delivery.left - 1;
    // Otherwise the newer row could be stored without us learning it, and the older one after it.
    if (followers === 0 && this.#dispatcher.supersede(delivery)) return true;
    const next = followers > 0 ? delivery : this.#dispatcher.takeNext();
    while (delivery.passes < TRIALS) {
      const neighbour = next === undefined ? undefined : neighbourOf(delivery, next);
      if (next === undefined || neighbour === undefined) break;
      const outcome = await this.#attempt(next, neighbour, neighbour + 1);
      // Only bad rows may be left to ask; then fewer passes have to do, after more searches.
      if (!outcome.isStored) {
        delivery.deadEnds++;
        return this.#isWornOut(delivery) && this.#giveUp(delivery, delivery.done + 1, error);
      }
      this.#keep(next, neighbour, outcome);
      const again = await this.#send(delivery);
      if (again.isStored) return true;
      if (this.#isStopped) return false;
      delivery.passes++;
    }
    // Without a row that follows, those before it have to do: they passed where the batch with this one had failed.
    return (delivery.passes > 0 || delivery.hasPassed) && this.#giveUp(delivery, delivery.done + 1, error);
  }

  #isWornOut({ passes, deadEnds }: Delivery<T>): boolean {
    return !this.#isStopped && passes > 0 && deadEnds > TRIALS;
  }

  #giveUp(delivery: Delivery<T>, end: number, error: unknown): true {
    this.#dispatcher.onGivenUp(delivery, end, error);
    return true;
  }

  #isRetryable(error: unknown): boolean {
    try {
      return this.#settings.retry.isRetryable(error);
    } catch (thrown) {
      this.#dispatcher.onFailure(thrown, 'isRetryable', 0);
      return true;
    }
  }

  #pause(failures: number, delivery: Delivery<T>): Promise<void> {
    const { clock, retry } = this.#settings;
    const delay = backOffDelay(this.#isHurried ? 1 : failures, retry, Math.random);
    const rest = delivery.arrivalAt(delivery.done) + retry.deadline - clock.now();
    this.leave();
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        this.#endPause = undefined;
        resolve();
      };
      const timer = clock.setTimeout(end, Math.min(delay, Math.max(rest, 0)));
      this.#endPause = end;
    });
  }
}

/** A row of `next` that may show whether the sink is up, while the first of `delivery` fails; undefined without one. */
function neighbourOf(delivery: Delivery<unknown>, next: Delivery<unknown>): number | undefined {
  const candidates: number[] = [];
  const from = next === delivery ? delivery.done + 1 : next.done;
  for (let index = from; index < next.items.length && candidates.length < FARTHEST_NEIGHBOUR; index++) {
    if (!next.isDecided(index)) candidates.push(index);
  }
  return candidates[delivery.deadEnds % Math.max(candidates.length, 1)];
}

/** Index in the delivery of the row at a position of a parcel. */
function indexAt({ indices, from }: Parcel<unknown>, position: number): number {
  return indices?.[position] ?? from + position;
}

function identityAt(delivery: Delivery<unknown>, parcel: Parcel<unknown>, position: number): number {
  return delivery.identityAt(indexAt(parcel, position));
}

/** Errors of the rows up to `end`, counted from the first that is not settled: the sink's, and those decided before. */
function rejectedOf(
  delivery: Delivery<unknown>,
  end: number,
  parcel: Parcel<unknown>,
  rows: ReadonlyMap<number, unknown>,
): ReadonlyMap<number, unknown> {
  if (parcel.indices === undefined) return rows;
  const rejected = new Map<number, unknown>();
  for (const [position, error] of rows) rejected.set(indexAt(parcel, position) - delivery.done, error);
  for (const [index, error] of delivery.decidedErrors(end)) rejected.set(index - delivery.done, error);
  return rejected;
}
