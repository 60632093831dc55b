import type { Clock, Timer } from '../core/clock.js';
import type { TopicStatus } from '../core/topic-source.js';
import type { FanOut } from './fan-out.js';
import type { HubErrorContext } from './hub-options.js';
import type { Subscriber } from './subscriber.js';
import { type Demand, Upstream, type UpstreamOwner, type UpstreamSetup } from './upstream.js';

/** What a topic needs of its hub. */
export interface TopicHost {
  /** Clock of the lingering. */
  readonly clock: Clock;
  /** Time a topic outlives its last subscriber, in milliseconds; 0 is the end of the turn, Infinity until `close`. */
  readonly linger: number;
  /** Runs something after what is being delivered. */
  inOrder(life: TopicLife, task: () => void): void;
  /** The source has sent a value, which the hub delivers in its turn. */
  onValue(life: TopicLife, value: unknown): void;
  /** An upstream subscription was ended by the hub or refused by the source; the hub counts it. */
  onUpstreamEnded(): void;
  /** The source has failed to subscribe or to end; the hub reports it. */
  onFailure(error: unknown, context: HubErrorContext): void;
  /** The source has sent something for an ended subscription; the hub counts it. */
  onIgnored(): void;
  /** Nobody wants the topic: its record can go. */
  onReleased(life: TopicLife): void;
}

/** One topic from its first subscriber to the end of its lingering, with its upstream subscription. */
export class TopicLife implements UpstreamOwner {
  /** Its subscribers, its newest values and its status. */
  readonly fanOut: FanOut;
  /** Its subscription at the source; undefined when the hub has none. */
  readonly upstream: Upstream | undefined;
  readonly #host: TopicHost;
  #linger: Timer | undefined;
  #isScheduled = false;
  #isClosed = false;

  constructor(fanOut: FanOut, upstream: UpstreamSetup | undefined, host: TopicHost) {
    this.fanOut = fanOut;
    this.#host = host;
    this.upstream = upstream === undefined ? undefined : new Upstream(upstream, this);
  }

  /** Takes a subscriber in and ends the lingering; its welcome and the source follow after the turn. */
  join(subscriber: Subscriber): void {
    this.#linger?.cancel();
    this.#linger = undefined;
    if (this.fanOut.add(subscriber)) {
      queueMicrotask(() => {
        if (subscriber.isNew && subscriber.isActive) this.#host.inOrder(this, () => this.fanOut.welcome());
      });
    }
    this.#reconcileLater();
  }

  /** Takes a subscriber out; the last one starts the lingering. */
  leave(subscriber: Subscriber): void {
    this.fanOut.remove(subscriber);
    if (this.fanOut.members.size > 0 || this.#isClosed) return;
    if (this.#host.linger === 0) this.#reconcileLater();
    else this.#startLinger();
  }

  /** Who needs the topic at this moment: nobody once it is closed, whoever may still be in it. */
  demand(): Demand {
    if (this.#isClosed) return 'none';
    if (this.fanOut.members.size > 0) return 'subscribers';
    return this.#linger === undefined ? 'none' : 'linger';
  }

  /** Ends all subscriptions for ever. Settles when the upstream subscription has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#linger?.cancel();
    for (const subscriber of this.fanOut.members) subscriber.end('closed');
    await this.upstream?.close();
  }

  /** Passes a value of the source to the hub. */
  onValue(value: unknown): void {
    this.#host.onValue(this, value);
  }

  /** Tells the subscribers in the hub's order; `closed` ends their subscriptions. */
  onStatus(status: TopicStatus): void {
    this.#host.inOrder(this, () => {
      if (status.type === 'closed') {
        this.fanOut.end();
        this.#reconcileLater();
      } else this.fanOut.tell(status);
    });
  }

  /** Forgets status and held values, since upstream no longer keeps them true. */
  onEnded(): void {
    this.fanOut.reset();
    this.#host.onUpstreamEnded();
  }

  /** Adds the topic to a failure of the source and passes it to the hub. */
  onFailure(error: unknown, action: 'subscribe' | 'end'): void {
    this.#host.onFailure(error, { topic: this.fanOut.name, action });
  }

  /** Passes on that an ended session has sent something. */
  onIgnored(): void {
    this.#host.onIgnored();
  }

  /** Lets the hub drop the topic, unless `close` has dropped all of them. */
  onReleased(): void {
    if (!this.#isClosed) this.#host.onReleased(this);
  }

  #startLinger(): void {
    this.#linger = this.#host.clock.setTimeout(() => {
      this.#linger = undefined;
      this.#reconcile();
    }, this.#host.linger);
    this.#linger.unref();
  }

  /** At the end of the turn, so that leaving and joining within it cause no traffic. */
  #reconcileLater(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#reconcile();
    });
  }

  #reconcile(): void {
    if (this.#isClosed) return;
    if (this.upstream !== undefined) this.upstream.reconcile();
    else if (this.demand() === 'none') this.onReleased();
  }
}
