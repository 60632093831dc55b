import type { FanOut } from './fan-out.js';
import type { HubStats } from './hub-stats.js';
import type { Subscriber } from './subscriber.js';
import { Tally } from './tally.js';
import type { TopicLife } from './topic-life.js';

/** Counts of a whole hub: what its present subscriptions count themselves, and what past ones have left. */
export class HubTotals {
  /** What became of values in queues, past and present. */
  readonly queues = new Tally();
  /** Values on topics that nobody had, not even lingering. */
  unknown = 0;
  /** Values and statuses that the source sent for upstream subscriptions already ended. */
  ignored = 0;
  /** Upstream subscriptions the hub ended or the source refused; not those the source closed itself. */
  upstreamEnded = 0;
  #quarantined = 0;
  #disconnected = 0;
  /** Received by past subscriptions without, and with a queue. */
  #direct = 0;
  #queued = 0;
  /** Values of past topics, and how many of them nobody heard. */
  #published = 0;
  #unheard = 0;

  /** A subscription has ended. */
  retire(subscriber: Subscriber): void {
    if (subscriber.inbox === undefined) this.#direct += subscriber.received;
    else this.#queued += subscriber.received;
    if (subscriber.state === 'quarantined') this.#quarantined++;
    if (subscriber.state === 'disconnected') this.#disconnected++;
  }

  /** A topic was released. */
  release({ history, unheard }: FanOut): void {
    this.#published += history.sequence;
    this.#unheard += unheard;
  }

  /** Adds what past subscriptions have left to what those of `lives` have now; one visit per subscription. */
  snapshot(lives: Iterable<TopicLife>, topics: number, failures: number): HubStats {
    let [direct, queued, subscriptions] = [this.#direct, this.#queued, 0];
    let [published, unheard] = [this.#published + this.unknown, this.#unheard + this.unknown];
    for (const { fanOut } of lives) {
      published += fanOut.history.sequence;
      unheard += fanOut.unheard;
      subscriptions += fanOut.members.size;
      for (const { inbox, received } of fanOut.members) {
        if (inbox === undefined) direct += received;
        else queued += received;
      }
    }
    const { delivered, dropped, conflated, discarded, failed } = this.queues;
    return {
      topics,
      subscriptions,
      published,
      unheard,
      ignored: this.ignored,
      received: direct + queued,
      delivered: direct + delivered,
      pending: queued - delivered - dropped - conflated - discarded,
      dropped,
      conflated,
      discarded,
      failed,
      failures,
      quarantined: this.#quarantined,
      disconnected: this.#disconnected,
      upstreamEnded: this.upstreamEnded,
    };
  }
}
