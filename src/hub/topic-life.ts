import type { Clock, Timer } from '../core/clock.js';
import type { TopicStatus } from '../core/topic-source.js';
import type { FanOut } from './fan-out.js';
import type { HubErrorContext } from './hub-options.js';
import type { Subscriber } from './subscriber.js';
import { type Demand, Upstream, type UpstreamOwner, type UpstreamSetup } from './upstream.js';

/** What a topic needs of its hub. */
export interface TopicHost {
  readonly clock: Clock;
  readonly linger: number;
  /** Runs something after what is being delivered. */
  inOrder(life: TopicLife, task: () => void): void;
  onValue(life: TopicLife, value: unknown): void;
  onUpstreamEnded(): void;
  onFailure(error: unknown, context: HubErrorContext): void;
  onIgnored(): void;
  /** Nobody wants the topic: its record can go. */
  onReleased(life: TopicLife): void;
}

/** One topic from its first subscriber to the end of its lingering, with its upstream subscription. */
export class TopicLife implements UpstreamOwner {
  readonly fanOut: FanOut;
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

  join(subscriber: Subscriber): void {
    this.#linger?.cancel();
    this.#linger = undefined;
    if (this.fanOut.add(subscriber)) {
      queueMicrotask(() => this.#host.inOrder(this, () => this.fanOut.welcome()));
    }
    this.#reconcileLater();
  }

  leave(subscriber: Subscriber): void {
    this.fanOut.remove(subscriber);
    if (this.fanOut.members.size > 0 || this.#isClosed) return;
    if (this.#host.linger === 0) this.#reconcileLater();
    else this.#startLinger();
  }

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

  onValue(value: unknown): void {
    this.#host.onValue(this, value);
  }

  onStatus(status: TopicStatus): void {
    this.#host.inOrder(this, () => {
      if (status.type === 'closed') {
        this.fanOut.end();
        this.#reconcileLater();
      } else this.fanOut.tell(status);
    });
  }

  onEnded(): void {
    this.fanOut.reset();
    this.#host.onUpstreamEnded();
  }

  onFailure(error: unknown, action: 'subscribe' | 'end'): void {
    this.#host.onFailure(error, { topic: this.fanOut.name, action });
  }

  onIgnored(): void {
    this.#host.onIgnored();
  }

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
