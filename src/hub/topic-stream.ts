import { OverflowError } from '../core/errors.js';
import type { QueuePlan } from './delivery.js';
import { Inbox } from './inbox.js';
import type { Outlet, Subscriber } from './subscriber.js';
import type { SubscriptionStats } from './subscription.js';

/** Calls of `next` that may wait at once. */
const WAITING_LIMIT = 1_024;

/** Values of one topic for `for await`. Subscribed from the start; leaving the loop ends the subscription. */
export interface TopicStream<Item> extends AsyncIterable<Item>, AsyncDisposable {
  /**
   * Takes what comes next; done once the topic has ended and all that waited was taken.
   * @throws OverflowError when the queue overflowed under 'disconnect', once; or when 1 024 calls wait already.
   */
  next(): Promise<IteratorResult<Item, undefined>>;
  /** Ends the subscription. Waiting values are discarded. */
  return(): Promise<IteratorResult<Item, undefined>>;
  /** Returns the stream itself: all its loops share one queue. */
  [Symbol.asyncIterator](): TopicStream<Item>;
  /** Returns the counters of the subscription. */
  stats(): SubscriptionStats;
}

interface Waiting<Item> {
  readonly resolve: (result: IteratorResult<Item, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** Takes from a queue what one turn of a loop gets; undefined when nothing waits. */
export type Take<Item> = (inbox: Inbox) => { readonly item: Item; readonly count: number } | undefined;

/** The oldest value. */
export const takeOne: Take<unknown> = (inbox) => (inbox.size === 0 ? undefined : { item: inbox.shift(), count: 1 });

/** All waiting values. */
export const takeAll: Take<unknown[]> = (inbox) => {
  if (inbox.size === 0) return undefined;
  const item = inbox.takeAll();
  return { item, count: item.length };
};

/** A stream over a subscription's queue. */
export class StreamOutlet<Item> implements Outlet, TopicStream<Item> {
  /** Holds what no call of `next` has taken yet. */
  readonly inbox: Inbox;
  /** Puts a value into the queue as the overflow policy says. */
  readonly receive: Outlet['receive'];
  readonly #subscriber: Subscriber;
  readonly #take: Take<Item>;
  #waiting: Waiting<Item>[] = [];
  #isServing = false;
  #error: OverflowError | undefined;

  constructor(subscriber: Subscriber, plan: QueuePlan, take: Take<Item>) {
    const inbox = new Inbox(plan, subscriber.tally, subscriber, { hasContexts: false });
    this.inbox = inbox;
    this.receive = inbox.offer;
    this.#subscriber = subscriber;
    this.#take = take;
  }

  /** Takes what waits now, else settles at the end of a turn that brings something; calls are served in order. */
  next(): Promise<IteratorResult<Item, undefined>> {
    // Behind earlier calls, and behind values that still come in this turn, it waits to be served.
    const isFirst = this.#waiting.length === 0 && !this.#isServing;
    const item = isFirst ? this.#takeNow() : undefined;
    if (item !== undefined) return Promise.resolve(item);
    if (this.#waiting.length >= WAITING_LIMIT) {
      return Promise.reject(new OverflowError(`${WAITING_LIMIT} calls of next() wait for '${this.#subscriber.topic}'`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (isFirst) this.#serve();
    });
  }

  /** Ends the subscription and discards what waits; called by `for await` on `break`, and harmless twice. */
  return(): Promise<IteratorResult<Item, undefined>> {
    this.#subscriber.unsubscribe();
    return Promise.resolve(DONE);
  }

  /** The same as `return`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Returns the stream itself, so that all its loops share one queue. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Returns the counters of the subscription; `delivered` counts values, also those taken in batches. */
  stats(): SubscriptionStats {
    return this.#subscriber.stats();
  }

  /** Serves the calls that wait, at the end of the turn. */
  onArrival(): void {
    if (this.#waiting.length > 0) this.#serveLater();
  }

  /** Lets waiting calls end; with an error the next call to be served rejects, once. */
  onEnd(error: OverflowError | undefined): void {
    this.#error = error;
    if (this.#waiting.length > 0) this.#serveLater();
  }

  #takeNow(): IteratorYieldResult<Item> | undefined {
    const taken = this.#take(this.inbox);
    if (taken === undefined) return undefined;
    this.#subscriber.tally.deliver(taken.count);
    return { value: taken.item, done: false };
  }

  /** At the end of the turn, so that a burst is one batch, and a conflated burst one value. */
  #serveLater(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    queueMicrotask(() => {
      this.#isServing = false;
      this.#serve();
    });
  }

  #serve(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const item = this.#takeNow();
      if (item !== undefined) first.resolve(item);
      else if (this.#error !== undefined) {
        first.reject(this.#error);
        this.#error = undefined;
      } else if (!this.#subscriber.isActive) {
        first.resolve(DONE);
      } else return;
      this.#waiting.shift();
    }
  }
}

const DONE: { readonly value: undefined; readonly done: true } = Object.freeze({ value: undefined, done: true });
