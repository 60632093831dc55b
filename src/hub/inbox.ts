import { OverflowError } from '../core/errors.js';
import type { DeliveryContext, QueuePlan } from './delivery.js';
import { Fifo } from './fifo.js';
import type { Tally } from './tally.js';
import { WaitingValues } from './waiting-values.js';

/** Publishes that may wait for room at once before one of them is evidently not awaited. */
const WAITING_LIMIT = 1_024;

/** A value taken out of a queue, with what its handler is told besides. */
export interface Entry {
  /** What the handler is called with. */
  readonly value: unknown;
  /** What the handler is told besides. */
  readonly context: DeliveryContext;
}

/** What an inbox tells its subscription. */
export interface InboxOwner {
  /** A value has come in and somebody may take it. */
  onArrival(): void;
  /** The queue overflowed under 'disconnect': the subscription has to end. */
  onDisconnect(error: OverflowError): void;
  /** Something failed and was counted. */
  onFailure(error: unknown, action: 'conflate' | 'queue'): void;
}

/**
 * Bounded queue between publisher and one subscriber, with the subscription's overflow policy.
 *
 * Every value offered is counted once: as taken (by who takes it), dropped, conflated or discarded; or it waits.
 */
export class Inbox {
  readonly #capacity: number;
  readonly #overflow: QueuePlan['overflow'];
  readonly #tally: Tally;
  readonly #owner: InboxOwner;
  readonly #waiting: WaitingValues;
  /** The ticket of each waiting key, when conflating. */
  readonly #tickets = new Map<unknown, number>();
  /** The waiting keys in their order. */
  readonly #keys = new Fifo<unknown>();
  #room: PromiseWithResolver | undefined;
  /** Set from the first value refused under 'wait' until there is room: the owner is told once. */
  #isOverrun = false;
  #isClosed = false;

  constructor({ capacity, overflow }: QueuePlan, tally: Tally, owner: InboxOwner, { hasContexts = true } = {}) {
    this.#capacity = capacity;
    this.#overflow = overflow;
    this.#tally = tally;
    this.#owner = owner;
    this.#waiting = new WaitingValues(hasContexts);
  }

  /** Values that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Whether publishers wait for this queue. */
  get isWaitedFor(): boolean {
    return this.#overflow === 'wait';
  }

  /** Settles when a value fits; undefined when one does now. */
  room(): Promise<void> | undefined {
    if (!this.isWaitedFor || this.size < this.#capacity) return undefined;
    this.#room ??= newPromise();
    return this.#room.promise;
  }

  /** Puts a value in as the policy says. Hot path; a function of its own, since topics call it as they call handlers. */
  readonly offer = (value: unknown, context: DeliveryContext): void => {
    if (typeof this.#overflow === 'object') this.#conflate(this.#overflow.conflate, value, context);
    else if (this.#waiting.size < this.#capacity) this.#push(value, context);
    else this.#overrun(this.#overflow, value, context);
  };

  /** Takes the oldest value with its context; undefined when nothing waits, and in a queue without contexts. */
  take(): Entry | undefined {
    const context = this.#waiting.oldestContext;
    return context === undefined ? undefined : { context, value: this.shift() };
  }

  /** Takes the oldest value; look at `size` first, for undefined is a value. */
  shift(): unknown {
    const value = this.#waiting.shift();
    if (this.#tickets.size > 0) this.#tickets.delete(this.#keys.shift());
    if (this.size < this.#capacity) this.#releaseRoom();
    return value;
  }

  /** Takes all values, oldest first. */
  takeAll(): unknown[] {
    const values = this.#waiting.takeAll();
    this.#forgetKeys();
    this.#releaseRoom();
    return values;
  }

  /** Gives up all values, those that wait and those that still come, for a subscription that has ended. */
  discard(): void {
    this.#isClosed = true;
    this.#tally.discard(this.#empty());
  }

  #conflate(keyOf: (value: unknown) => unknown, value: unknown, context: DeliveryContext): void {
    let key: unknown;
    try {
      key = keyOf(value);
    } catch (error) {
      this.#tally.drop();
      this.#owner.onFailure(error, 'conflate');
      return;
    }
    const ticket = this.#tickets.get(key);
    if (ticket === undefined) {
      if (this.size >= this.#capacity) this.#dropOldest();
      this.#pushKey(key, value, context);
      return;
    }
    this.#waiting.replace(ticket, value, context);
    this.#tally.conflate(1);
  }

  #pushKey(key: unknown, value: unknown, context: DeliveryContext): void {
    const ticket = this.#push(value, context);
    if (ticket === undefined) return;
    this.#tickets.set(key, ticket);
    this.#keys.push(key);
  }

  #overrun(overflow: Exclude<QueuePlan['overflow'], object>, value: unknown, context: DeliveryContext): void {
    switch (overflow) {
      case 'wait':
        if (this.size < this.#capacity + WAITING_LIMIT) this.#push(value, context);
        else this.#refuse(context.topic);
        return;
      case 'drop-oldest':
        this.#dropOldest();
        this.#push(value, context);
        return;
      case 'drop-newest':
        this.#tally.drop();
        return;
      case 'latest':
        this.#supersede(value, context);
        return;
      case 'disconnect':
        this.#disconnect();
    }
  }

  #supersede(value: unknown, context: DeliveryContext): void {
    this.#tally.conflate(this.size);
    if (this.size === 1) this.#waiting.replace(this.#waiting.oldest, value, context);
    else {
      this.#empty();
      this.#push(value, context);
    }
  }

  /** Returns the value's ticket; undefined when the subscription has ended. */
  #push(value: unknown, context: DeliveryContext): number | undefined {
    // A key function may have ended the subscription.
    if (this.#isClosed) {
      this.#tally.discard(1);
      return undefined;
    }
    const ticket = this.#waiting.push(value, context);
    // Whoever was told of the first takes all.
    if (this.#waiting.size === 1) this.#owner.onArrival();
    return ticket;
  }

  #dropOldest(): void {
    if (this.size === 0) return;
    this.shift();
    this.#tally.drop();
  }

  #refuse(topic: string): void {
    this.#tally.drop();
    if (this.#isOverrun) return;
    this.#isOverrun = true;
    const limit = this.#capacity + WAITING_LIMIT;
    const hint = "overflow 'wait' needs a publisher that awaits publish()";
    this.#owner.onFailure(new OverflowError(`${limit} values of '${topic}' wait for one subscriber: ${hint}`), 'queue');
  }

  #disconnect(): void {
    const lost = this.#empty() + 1;
    this.#tally.drop(lost);
    const size = this.#capacity;
    this.#owner.onDisconnect(
      new OverflowError(`a queue of ${size} overflowed and was disconnected: ${lost} values lost`),
    );
  }

  /** Removes all waiting values and returns how many they were. */
  #empty(): number {
    const size = this.size;
    this.#waiting.clear();
    this.#forgetKeys();
    this.#releaseRoom();
    return size;
  }

  #forgetKeys(): void {
    if (this.#tickets.size === 0) return;
    this.#tickets.clear();
    this.#keys.clear();
  }

  #releaseRoom(): void {
    this.#isOverrun = false;
    this.#room?.resolve();
    this.#room = undefined;
  }
}

interface PromiseWithResolver {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function newPromise(): PromiseWithResolver {
  let resolve: (() => void) | undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve: () => resolve?.() };
}
