import type { Callback } from '../core/callback.js';
import type { OverflowError } from '../core/errors.js';
import { type FailureReporter, isThenable } from '../core/failures.js';
import type { TopicStatus } from '../core/topic-source.js';
import type { DeliveryContext } from './delivery.js';
import type { HubErrorContext } from './hub-options.js';
import type { Inbox, InboxOwner } from './inbox.js';
import type { Subscription, SubscriptionState, SubscriptionStats } from './subscription.js';
import { Tally } from './tally.js';

/** Takes one value: the handler itself, or the entrance of its queue. */
export type Receive = (value: unknown, context: DeliveryContext) => unknown;

/** Where a subscription's values go. */
export interface Outlet {
  /** Takes one value: the handler itself, or the entrance of its queue. */
  readonly receive: Receive;
  /** The queue, when there is one. */
  readonly inbox: Inbox | undefined;
  /** A value has come into the queue. */
  onArrival(): void;
  /** The subscription has ended; `error` when by an overflow. */
  onEnd(error: OverflowError | undefined): void;
}

/** What a subscription needs of its topic. */
export interface Seat {
  /** Values handed to the subscriber, replayed ones left out. */
  receivedBy(subscriber: Subscriber): number;
  /** The subscriber's handler has failed. */
  onFailed(): void;
}

/** What subscriptions need of their hub. */
export interface SubscriberHost {
  /** Where errors of handlers, status handlers and queues end. */
  readonly failures: FailureReporter<HubErrorContext>;
  /** Failures in a row after which a subscription ends; Infinity never ends one. */
  readonly quarantineAfter: number;
  /** The hub's tally, in which each subscription's tally counts as well. */
  readonly total: Tally;
  /** Whether the hub was closed: handlers are not called any longer. */
  isClosed(): boolean;
  /** Takes the subscriber out of its topic. */
  leave(subscriber: Subscriber): void;
}

/** What a subscription is made of. */
interface SubscriberSetup {
  /** Number of the subscription within its hub, from 1. */
  readonly id: number;
  /** The topic it receives. */
  readonly topic: string;
  /** The hub it belongs to. */
  readonly host: SubscriberHost;
  /** Undefined when it is not to be told of the topic's status. */
  readonly onStatus: Callback<[status: TopicStatus]> | undefined;
}

/** One subscription: its outlet, its counters and its end. */
export class Subscriber implements Subscription, InboxOwner {
  /** Number of the subscription within its hub, from 1; `onError` is told it. */
  readonly id: number;
  /** The topic it receives. */
  readonly topic: string;
  /** What became of its values in the queue; without a queue only `failed` is counted. */
  readonly tally: Tally;
  /** Its queue; undefined when the handler is called inside `publish`. */
  readonly inbox: Inbox | undefined;
  /** Takes one value; the fan-out calls it and watches what it returns. */
  readonly receive: Outlet['receive'];
  /** False for ever once it has ended; whoever delivers skips it then. */
  isActive = true;
  /** Whether status and replay are still owed to it. */
  isNew = false;
  /** Sequence number of the last value before it; values are counted by the topic, not per delivery. */
  since = 0;
  /** Its position in its topic's roster; -1 before it is in one. */
  position = -1;
  /** Replayed values handed to it. */
  replayed = 0;
  /** Failures in a row. */
  streak = 0;
  readonly #host: SubscriberHost;
  readonly #onStatus: SubscriberSetup['onStatus'];
  readonly #outlet: Outlet;
  #state: SubscriptionState = 'active';
  #seat: Seat | undefined;
  /** Values handed to it until it left its topic. */
  #received = 0;

  constructor({ id, topic, host, onStatus }: SubscriberSetup, open: (subscriber: Subscriber) => Outlet) {
    this.id = id;
    this.topic = topic;
    this.tally = new Tally(topic, host.total);
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

  /** Values that reached it, replayed ones included. */
  get received(): number {
    return this.replayed + (this.#seat?.receivedBy(this) ?? this.#received);
  }

  /** Whether its hub was closed. */
  get isHubClosed(): boolean {
    return this.#host.isClosed();
  }

  /** Whether it wants to be told of the topic's status. */
  get hasStatusHandler(): boolean {
    return this.#onStatus !== undefined;
  }

  /** Ends it by the wish of its owner; waiting values are discarded, and `onStatus` is not told. */
  unsubscribe(): void {
    this.end('unsubscribed');
  }

  /** The same as `unsubscribe`, for `using`. */
  [Symbol.dispose](): void {
    this.end('unsubscribed');
  }

  /** Returns a snapshot of its counters; it stays readable after the end. */
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

  /** It belongs to a topic now, whose last value had this sequence number. */
  sit(seat: Seat, sequence: number): void {
    this.#seat = seat;
    this.since = sequence;
  }

  /** It gets status and replay now, and all values after this sequence number. */
  settleIn(sequence: number): void {
    this.isNew = false;
    this.since = sequence;
  }

  /** It has left its topic: what it has received stays as it is. */
  rise(): void {
    this.#received = this.#seat?.receivedBy(this) ?? 0;
    this.#seat = undefined;
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
    this.tally.fail();
    this.#seat?.onFailed();
    this.#report(error, 'handler');
    if (this.isActive && this.streak >= this.#host.quarantineAfter) this.end('quarantined');
  }

  /** Passes the queue's word on to the handler's drain or the stream. */
  onArrival(): void {
    this.#outlet.onArrival();
  }

  /** Reports the overflow and ends the subscription; a stream's next call rejects with the error. */
  onDisconnect(error: OverflowError): void {
    this.#report(error, 'queue');
    this.end('disconnected', { error });
  }

  /** Reports what the queue could not do; the subscription goes on. */
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
