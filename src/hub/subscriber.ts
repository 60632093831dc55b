import type { Callback } from '../core/callback.js';
import type { OverflowError } from '../core/errors.js';
import { type FailureReporter, isThenable } from '../core/failures.js';
import type { TopicStatus } from '../core/topic-source.js';
import type { DeliveryContext } from './delivery.js';
import type { HubErrorContext } from './hub-options.js';
import type { Inbox, InboxOwner } from './inbox.js';
import type { Subscription, SubscriptionState, SubscriptionStats } from './subscription.js';
import { Tally } from './tally.js';

/** Where a subscription's values go. */
export interface Outlet {
  /** Takes one value: the handler itself, or the entrance of its queue. */
  readonly receive: (value: unknown, context: DeliveryContext) => unknown;
  /** The queue, when there is one. */
  readonly inbox: Inbox | undefined;
  /** A value has come into the queue. */
  onArrival(): void;
  /** The subscription has ended; `error` when by an overflow. */
  onEnd(error: OverflowError | undefined): void;
}

/** What subscriptions need of their hub. */
export interface SubscriberHost {
  readonly failures: FailureReporter<HubErrorContext>;
  readonly quarantineAfter: number;
  readonly total: Tally;
  /** Whether the hub was closed: handlers are not called any longer. */
  isClosed(): boolean;
  /** Takes the subscriber out of its topic. */
  leave(subscriber: Subscriber): void;
}

/** What a subscription is made of. */
export interface SubscriberSetup {
  readonly id: number;
  readonly topic: string;
  readonly host: SubscriberHost;
  readonly onStatus: Callback<[status: TopicStatus]> | undefined;
}

/** One subscription: its outlet, its counters and its end. */
export class Subscriber implements Subscription, InboxOwner {
  readonly id: number;
  readonly topic: string;
  readonly tally: Tally;
  readonly inbox: Inbox | undefined;
  // Public and plain: the fan-out loop reads and writes them for every value.
  readonly receive: Outlet['receive'];
  isActive = true;
  received = 0;
  /** Failures in a row. */
  streak = 0;
  readonly #host: SubscriberHost;
  readonly #onStatus: SubscriberSetup['onStatus'];
  readonly #outlet: Outlet;
  #state: SubscriptionState = 'active';

  constructor({ id, topic, host, onStatus }: SubscriberSetup, open: (subscriber: Subscriber) => Outlet) {
    this.id = id;
    this.topic = topic;
    this.tally = new Tally(host.total);
    this.#host = host;
    this.#onStatus = onStatus;
    this.#outlet = open(this);
    this.inbox = this.#outlet.inbox;
    this.receive = this.#outlet.receive;
  }

  /** Whether it receives, or what ended it. */
  get state(): SubscriptionState {
    return this.#state;
  }

  /** Whether its hub was closed. */
  get isHubClosed(): boolean {
    return this.#host.isClosed();
  }

  /** Whether it wants to be told of the topic's status. */
  get hasStatusHandler(): boolean {
    return this.#onStatus !== undefined;
  }

  unsubscribe(): void {
    this.end('unsubscribed');
  }

  [Symbol.dispose](): void {
    this.end('unsubscribed');
  }

  stats(): SubscriptionStats {
    const { dropped, conflated, discarded, failed } = this.tally;
    const delivered = this.inbox === undefined ? this.received : this.tally.delivered;
    const pending = this.inbox?.size ?? 0;
    return { state: this.#state, received: this.received, delivered, pending, dropped, conflated, discarded, failed };
  }

  /** Ends the subscription. Waiting values are discarded, unless they may still be taken. */
  end(state: Exclude<SubscriptionState, 'active'>, { isDrained = false, error }: EndOptions = {}): void {
    if (!this.isActive) {
      this.inbox?.discard();
      return;
    }
    this.isActive = false;
    this.#state = state;
    if (!isDrained) this.inbox?.discard();
    this.#host.leave(this);
    this.#outlet.onEnd(error);
    if (state !== 'unsubscribed') this.#callStatus({ type: 'closed' });
  }

  /** Tells the subscriber what happened to its topic. */
  tell(status: TopicStatus): void {
    if (this.isActive) this.#callStatus(status);
  }

  /** The handler returned nothing that could fail later. */
  succeed(): void {
    this.streak = 0;
  }

  /** A sync handler returned after failures before; a queue's entrance says nothing about its handler. */
  recover(): void {
    if (this.inbox === undefined) this.streak = 0;
  }

  /** A sync handler returned a value, which may be a promise. */
  watch(result: unknown): void {
    if (!isThenable(result)) {
      this.recover();
      return;
    }
    // A promise around it makes a thenable that throws, or that settles twice, one outcome.
    new Promise((resolve) => resolve(result)).then(
      () => this.succeed(),
      (error: unknown) => this.fail(error),
    );
  }

  /** The handler threw or rejected. */
  fail(error: unknown): void {
    this.streak++;
    this.tally.add('failed', 1);
    this.#report(error, 'handler');
    if (this.isActive && this.streak >= this.#host.quarantineAfter) this.end('quarantined');
  }

  onArrival(): void {
    this.#outlet.onArrival();
  }

  onDisconnect(error: OverflowError): void {
    this.#report(error, 'queue');
    this.end('disconnected', { error });
  }

  onFailure(error: unknown, action: 'conflate' | 'queue'): void {
    this.#report(error, action);
  }

  #callStatus(status: TopicStatus): void {
    if (this.#onStatus === undefined) return;
    const { failures } = this.#host;
    const context = this.#context('onStatus');
    try {
      failures.watch(this.#onStatus(status), context);
    } catch (error) {
      failures.report(error, context);
    }
  }

  #report(error: unknown, action: HubErrorContext['action']): void {
    this.#host.failures.report(error, this.#context(action));
  }

  #context(action: HubErrorContext['action']): HubErrorContext {
    return { topic: this.topic, subscriber: this.id, action };
  }
}

interface EndOptions {
  readonly isDrained?: boolean;
  readonly error?: OverflowError;
}
