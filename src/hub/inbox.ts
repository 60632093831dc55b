import { OverflowError } from '../core/errors.js';
import type { DeliveryContext, QueuePlan } from './delivery.js';
import { Fifo } from './fifo.js';
import type { Tally } from './tally.js';

/** Publishes that may wait for room at once before one of them is evidently not awaited. */
const WAITING_LIMIT = 1_024;

/** A value that waits. Conflation replaces `value` and `context` in place. */
export interface Entry {
  /** What the `conflate` function returned, compared as Map keys are; undefined under the other policies. */
  readonly key: unknown;
  /** What the handler is called with. */
  value: unknown;
  /** What the handler is told besides, always that of the present `value`. */
  context: DeliveryContext;
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
  readonly #entries = new Fifo<Entry>();
  /** The waiting entry of each key, when conflating. */
  readonly #byKey = new Map<unknown, Entry>();
  #room: PromiseWithResolver | undefined;
  /** Set from the first value refused under 'wait' until there is room: the owner is told once. */
  #isOverrun = false;
  #isClosed = false;

  constructor({ capacity, overflow }: QueuePlan, tally: Tally, owner: InboxOwner) {
    this.#capacity = capacity;
    this.#overflow = overflow;
    this.#tally = tally;
    this.#owner = owner;
  }

  /** Values that wait. */
  get size(): number {
    return this.#entries.size;
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

  /** Puts a value in as the policy says. */
  offer(value: unknown, context: DeliveryContext): void {
    if (typeof this.#overflow === 'object') this.#conflate(this.#overflow.conflate, value, context);
    else if (this.size < this.#capacity) this.#push({ key: undefined, value, context });
    else this.#overrun(this.#overflow, { key: undefined, value, context });
  }

  /** Takes the oldest value. */
  take(): Entry | undefined {
    const entry = this.#entries.shift();
    if (entry === undefined) return undefined;
    if (this.#byKey.size > 0) this.#byKey.delete(entry.key);
    if (this.size < this.#capacity) this.#releaseRoom();
    return entry;
  }

  /** Gives up all values, those that wait and those that still come, for a subscription that has ended. */
  discard(): void {
    this.#isClosed = true;
    this.#tally.add('discarded', this.#empty());
  }

  #conflate(keyOf: (value: unknown) => unknown, value: unknown, context: DeliveryContext): void {
    let key: unknown;
    try {
      key = keyOf(value);
    } catch (error) {
      this.#tally.add('dropped', 1);
      this.#owner.onFailure(error, 'conflate');
      return;
    }
    const waiting = this.#byKey.get(key);
    if (waiting === undefined) {
      if (this.size >= this.#capacity) this.#dropOldest();
      const entry = { key, value, context };
      this.#byKey.set(key, entry);
      this.#push(entry);
      return;
    }
    waiting.value = value;
    waiting.context = context;
    this.#tally.add('conflated', 1);
  }

  #overrun(overflow: Exclude<QueuePlan['overflow'], object>, entry: Entry): void {
    switch (overflow) {
      case 'wait':
        if (this.size < this.#capacity + WAITING_LIMIT) this.#push(entry);
        else this.#refuse(entry.context.topic);
        return;
      case 'drop-oldest':
        this.#dropOldest();
        this.#push(entry);
        return;
      case 'drop-newest':
        this.#tally.add('dropped', 1);
        return;
      case 'latest':
        this.#tally.add('conflated', this.#empty());
        this.#push(entry);
        return;
      case 'disconnect':
        this.#disconnect();
    }
  }

  #push(entry: Entry): void {
    // A key function may have ended the subscription.
    if (this.#isClosed) {
      this.#tally.add('discarded', 1);
      return;
    }
    this.#entries.push(entry);
    this.#owner.onArrival();
  }

  #dropOldest(): void {
    if (this.take() !== undefined) this.#tally.add('dropped', 1);
  }

  #refuse(topic: string): void {
    this.#tally.add('dropped', 1);
    if (this.#isOverrun) return;
    this.#isOverrun = true;
    const limit = this.#capacity + WAITING_LIMIT;
    const hint = "overflow 'wait' needs a publisher that awaits publish()";
    this.#owner.onFailure(new OverflowError(`${limit} values of '${topic}' wait for one subscriber: ${hint}`), 'queue');
  }

  #disconnect(): void {
    const lost = this.#empty() + 1;
    this.#tally.add('dropped', lost);
    const size = this.#capacity;
    this.#owner.onDisconnect(
      new OverflowError(`a queue of ${size} overflowed and was disconnected: ${lost} values lost`),
    );
  }

  /** Removes all waiting values and returns how many they were. */
  #empty(): number {
    const size = this.size;
    this.#entries.clear();
    this.#byKey.clear();
    this.#releaseRoom();
    return size;
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
