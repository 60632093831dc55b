import { backOffDelay } from '../core/back-off.js';
import type { Clock } from '../core/clock.js';
import { DeadlineError } from '../core/errors.js';
import type { Delivery } from './delivery.js';
import { readRejected } from './rejected-rows.js';
import { send } from './send.js';
import type { SinkFunction } from './sink.js';

/*
 * How one batch gets to the sink.
 *
 * A send that passes settles its rows. A permanent error splits the batch until the bad rows stand alone;
 * those are given up. A retryable error leads to the same rows being sent again after a wait.
 *
 * When `attempts` sends in a row have failed, two causes look alike from here: the server is down, or one row
 * makes it fail (an HTTP 500 for one odd row). Only a send that passes tells them apart. So the courier narrows
 * the send to its first half, quarter, … without waiting. If one passes, the server is up and the search goes on in
 * the rest, each part with all its attempts. If even the first row fails alone, a neighbour is sent: when that
 * passes, the row is sent once more, since the server may have come back just then; when it fails again, it is the
 * cause and is given up. When the neighbour fails too, nothing is known, nothing is given up, and the whole batch is
 * tried again after a wait. A server that is down therefore costs time, not rows.
 *
 * Rows are stored in order, with two exceptions: a neighbour that passed before a row whose second sending passes
 * as well, and one that was stored although its reply was lost. Rows of one key have no exception: a neighbour never
 * has the key of the row it stands beside.
 */

/**
 * How far away a neighbour is looked for: one row further with each search, so that bad rows side by side are found.
 * Those in between were the neighbours of earlier searches, and failed alone like the first; they are sent again too.
 */
const FARTHEST_NEIGHBOUR = 3;

/** What the courier asks of the writer. */
export interface Dispatcher<T> {
  /** The rows up to `end` are stored, but for the rejected ones, counted from the first row of the send. */
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

/** Settings of a {@link Courier}. */
interface CourierSettings<T> {
  /** The sink, as a function whose object form is already bound. */
  readonly write: SinkFunction<T>;
  /** Time of timeouts, waits and the deadline. */
  readonly clock: Clock;
  /** Longest time of one send, in milliseconds; Infinity for no limit. */
  readonly timeout: number;
  /** Prefix of all identities. */
  readonly writerId: string;
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
  | { readonly isStored: true; readonly answer: unknown }
  | { readonly isStored: false; readonly error: unknown };

/** Brings batches to the sink, one send at a time; see the notes above. */
export class Courier<T> {
  readonly #settings: CourierSettings<T>;
  readonly #dispatcher: Dispatcher<T>;
  #controller: AbortController | undefined;
  #endPause: (() => void) | undefined;
  #isStopped = false;
  #isHurried = false;
  #sends = 0;
  #resends = 0;
  #lastError: unknown;

  constructor(settings: CourierSettings<T>, dispatcher: Dispatcher<T>) {
    this.#settings = settings;
    this.#dispatcher = dispatcher;
  }

  /** Sends of a batch that had not been sent before. */
  get batches(): number {
    return this.#sends - this.#resends;
  }

  /** Sends of rows that had been sent before, splits included. */
  get retries(): number {
    return this.#resends;
  }

  /** Whether it waits for the next try. */
  get isPausing(): boolean {
    return this.#endPause !== undefined;
  }

  /** Error of the latest failed send. */
  get lastError(): unknown {
    return this.#lastError;
  }

  /** Brings a batch to its end: every row stored or given up, unless the courier is stopped. */
  async deliver(delivery: Delivery<T>): Promise<void> {
    const { attempts, deadline } = this.#settings.retry;
    const giveUpAt = this.#settings.clock.now() + deadline;
    let failures = 0;
    while (delivery.left > 0 && !this.#isStopped) {
      const outcome = await this.#send(delivery, giveUpAt);
      if (outcome.isStored) {
        failures = 0;
        continue;
      }
      if (this.#isStopped) return;
      if (this.#settings.clock.now() >= giveUpAt) return this.#miss(delivery, outcome.error);
      if (!this.#isRetryable(outcome.error)) {
        if (!delivery.split()) this.#giveUp(delivery, delivery.done + 1, outcome.error);
        failures = 0;
        continue;
      }
      failures++;
      if (failures % attempts === 0 && (await this.#probe(delivery, outcome.error, giveUpAt))) {
        failures = 0;
        continue;
      }
      if (this.#isStopped) return;
      await this.#pause(failures, giveUpAt);
      if (!this.#isStopped && this.#settings.clock.now() >= giveUpAt) return this.#miss(delivery, outcome.error);
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
    this.#controller?.abort(reason);
    this.hurry();
  }

  /** Sends the next rows and settles them when that passes. */
  async #send(delivery: Delivery<T>, giveUpAt: number): Promise<Outcome> {
    const { done, end } = delivery;
    const outcome = await this.#attempt(delivery, done, end, giveUpAt);
    if (outcome.isStored) this.#store(delivery, done, end, outcome.answer);
    return outcome;
  }

  async #attempt(delivery: Delivery<T>, from: number, end: number, giveUpAt: number): Promise<Outcome> {
    const { clock, timeout, write } = this.#settings;
    const items = from === 0 && end === delivery.items.length ? delivery.items : delivery.items.slice(from, end);
    this.#sends++;
    if (delivery.attempts++ > 0) this.#resends++;
    const controller = new AbortController();
    this.#controller = controller;
    try {
      const answer = await send(write, clock, {
        items,
        attempt: delivery.attempts,
        batchId: `${this.#idOf(delivery, from)}+${end - from}`,
        ids: () => items.map((_, offset) => this.#idOf(delivery, from + offset)),
        timeout: Math.min(timeout, Math.max(giveUpAt - clock.now(), 1)),
        controller,
      });
      return { isStored: true, answer };
    } catch (error) {
      this.#lastError = error;
      return { isStored: false, error };
    } finally {
      this.#controller = undefined;
    }
  }

  #idOf(delivery: Delivery<T>, index: number): string {
    return `${this.#settings.writerId}-${delivery.sequenceAt(index)}`;
  }

  #store(delivery: Delivery<T>, from: number, end: number, answer: unknown): void {
    const { rows, malformed } = readRejected(answer, end - from);
    delivery.hasPassed = delivery.attempts > 1;
    this.#dispatcher.onStored(delivery, end, rows);
    if (malformed !== undefined) this.#dispatcher.onFailure(malformed, 'report', end - from);
  }

  /** Looks for a part that passes. Returns whether the delivery has come forward. */
  async #probe(delivery: Delivery<T>, error: unknown, giveUpAt: number): Promise<boolean> {
    this.#dispatcher.onFailure(error, 'send', delivery.left);
    let latest = error;
    while (!this.#isStopped && delivery.split()) {
      const outcome = await this.#send(delivery, giveUpAt);
      if (outcome.isStored) return true;
      latest = outcome.error;
    }
    const isAtFault = this.#isRetryable(latest)
      ? await this.#isOutlived(delivery, latest, giveUpAt)
      : this.#giveUp(delivery, delivery.done + 1, latest);
    if (isAtFault) return true;
    delivery.searches++;
    delivery.widen();
    return false;
  }

  /** Whether rows pass after the one that fails alone. Then that one is settled, and after it they are. */
  async #isOutlived(delivery: Delivery<T>, error: unknown, giveUpAt: number): Promise<boolean> {
    if (this.#isStopped) return false;
    const followers = delivery.left - 1;
    // Otherwise the newer row could be stored without us learning it, and the older one after it.
    if (followers === 0 && this.#dispatcher.supersede(delivery)) return true;
    const next = followers > 0 ? delivery : this.#dispatcher.takeNext();
    // Without a row that follows, those before it have to do: they passed where the batch with this one had failed.
    if (next === undefined) return delivery.hasPassed && this.#giveUp(delivery, delivery.done + 1, error);
    const isSame = next === delivery;
    const from = isSame ? delivery.done + 1 + (delivery.searches % Math.min(FARTHEST_NEIGHBOUR, followers)) : next.done;
    const end = isSame ? from + 1 : next.end;
    const outcome = await this.#attempt(next, from, end, giveUpAt);
    if (!outcome.isStored) return false;
    await this.#settleSuspects(delivery, isSame ? from : delivery.items.length, error, giveUpAt);
    this.#store(next, from, end, outcome.answer);
    return true;
  }

  /** Sends the rows before `end` once more, each alone, and gives up those that fail again. */
  async #settleSuspects(delivery: Delivery<T>, end: number, error: unknown, giveUpAt: number): Promise<void> {
    for (let index = delivery.done; index < end; index++) {
      const outcome = this.#isStopped ? undefined : await this.#attempt(delivery, index, index + 1, giveUpAt);
      if (outcome?.isStored === true) this.#store(delivery, index, index + 1, outcome.answer);
      else this.#giveUp(delivery, index + 1, error);
    }
  }

  #giveUp(delivery: Delivery<T>, end: number, error: unknown): true {
    this.#dispatcher.onGivenUp(delivery, end, error);
    return true;
  }

  #miss(delivery: Delivery<T>, cause: unknown): void {
    const { deadline } = this.#settings.retry;
    const error = new DeadlineError(`${delivery.left} rows could not be written within ${deadline} ms`, { cause });
    this.#giveUp(delivery, delivery.items.length, error);
  }

  #isRetryable(error: unknown): boolean {
    try {
      return this.#settings.retry.isRetryable(error);
    } catch (thrown) {
      this.#dispatcher.onFailure(thrown, 'isRetryable', 0);
      return true;
    }
  }

  #pause(failures: number, giveUpAt: number): Promise<void> {
    const { clock, retry } = this.#settings;
    const delay = backOffDelay(this.#isHurried ? 1 : failures, retry, Math.random);
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        this.#endPause = undefined;
        resolve();
      };
      const timer = clock.setTimeout(end, Math.min(delay, giveUpAt - clock.now()));
      this.#endPause = end;
    });
  }
}
