import { isThenable } from '../core/failures.js';
import type { DeliveryContext, QueuePlan } from './delivery.js';
import { type Entry, Inbox } from './inbox.js';
import type { Outlet, Subscriber } from './subscriber.js';

/** A handler with the types erased: its topic's name fixes them. */
export type AnyHandler = (value: unknown, context: DeliveryContext) => unknown;

/** A handler that is called inside `publish`. */
export function syncOutlet(handler: AnyHandler): Outlet {
  return { receive: handler, inbox: undefined, onArrival: nothing, onEnd: nothing };
}

/** A handler with a queue: called with one value at a time, off the publisher's stack. */
export class QueueOutlet implements Outlet {
  /** Holds what the handler has not been called with yet. */
  readonly inbox: Inbox;
  /** Puts a value into the queue as the overflow policy says; never calls the handler itself. */
  readonly receive: Outlet['receive'];
  readonly #handler: AnyHandler;
  readonly #subscriber: Subscriber;
  #isDraining = false;

  constructor(subscriber: Subscriber, plan: QueuePlan, handler: AnyHandler) {
    const inbox = new Inbox(plan, subscriber.tally, subscriber);
    this.inbox = inbox;
    this.receive = inbox.offer;
    this.#subscriber = subscriber;
    this.#handler = handler;
  }

  /** Starts to drain in a microtask, unless it is draining already. */
  onArrival(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    queueMicrotask(() => void this.#drain());
  }

  /** Does nothing: a drain under way finds the queue empty, or takes what may still be taken. */
  onEnd(): void {
    // What may still be taken is being drained already.
  }

  /** Never rejects: failures go to the subscriber. */
  async #drain(): Promise<void> {
    for (let entry = this.#next(); entry !== undefined; entry = this.#next()) {
      this.#subscriber.tally.deliver(1);
      try {
        const handler = this.#handler;
        const result = handler(entry.value, entry.context);
        if (isThenable(result)) await result;
        this.#subscriber.succeed();
      } catch (error) {
        this.#subscriber.fail(error);
      }
    }
    this.#isDraining = false;
  }

  /** What waits when its topic has ended may still be taken, but not once the hub is closed. */
  #next(): Entry | undefined {
    if (this.#subscriber.isHubClosed) this.inbox.discard();
    return this.inbox.take();
  }
}

function nothing(): void {
  // A sync handler has no queue to watch.
}
