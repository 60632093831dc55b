import type { TopicStatus } from '../core/topic-source.js';
import type { DeliveryContext } from './delivery.js';
import type { History } from './history.js';
import type { Subscriber } from './subscriber.js';

/** What replays need to know of the hub. */
interface ReplayPlan {
  /** Most values a newcomer gets; 0 replays nothing. */
  readonly replay: number;
  /** Values published before this time are too old to replay. */
  oldest(): number;
}

/**
 * The subscribers of one topic, and the order in which they are told of things.
 *
 * Values go to a list that is never changed, only replaced: who subscribes meanwhile is not in it, and
 * who has left is marked inactive. It is made anew at the first value after a change, so that joining costs
 * the same however many have joined.
 */
export class FanOut {
  /** The topic as it is given to `subscribe`. */
  readonly name: string;
  /** Newest values of the topic; it also numbers them. */
  readonly history: History;
  readonly #plan: ReplayPlan;
  readonly #members = new Set<Subscriber>();
  #list: readonly Subscriber[] = [];
  #isListCurrent = true;
  /** Who has yet to get status and replay. */
  #newcomers: Subscriber[] = [];
  #status: TopicStatus | undefined;
  /** Members whose queues publishers wait for. */
  #waitedFor = 0;

  constructor(name: string, history: History, plan: ReplayPlan, status: TopicStatus | undefined) {
    this.name = name;
    this.history = history;
    this.#plan = plan;
    this.#status = status;
  }

  /** Who receives now, in the order of subscription; it changes while handlers run. */
  get members(): ReadonlySet<Subscriber> {
    return this.#members;
  }

  /** The last status but gaps, which pass. */
  get status(): TopicStatus | undefined {
    return this.#status;
  }

  /** Whether publishers wait for the queue of a member. */
  get isWaitedFor(): boolean {
    return this.#waitedFor > 0;
  }

  /** Takes a subscriber in; returns whether it has to be welcomed. */
  add(subscriber: Subscriber): boolean {
    this.#members.add(subscriber);
    if (subscriber.inbox?.isWaitedFor === true) this.#waitedFor++;
    this.#isListCurrent = false;
    if (this.#plan.replay === 0 && !subscriber.hasStatusHandler) return false;
    this.#newcomers.push(subscriber);
    return true;
  }

  /** Takes a subscriber out; a delivery under way skips it because it is inactive by then. */
  remove(subscriber: Subscriber): void {
    if (!this.#members.delete(subscriber)) return;
    if (subscriber.inbox?.isWaitedFor === true) this.#waitedFor--;
    // An old list would keep handlers alive until the next value.
    this.#list = [];
    this.#isListCurrent = false;
  }

  /** Settles when all queues that publishers wait for have room. */
  async room(): Promise<void> {
    await Promise.all(Array.from(this.#members, async (subscriber) => subscriber.inbox?.room()));
  }

  /**
   * Records a value published at `time` (milliseconds of the hub's clock) and calls every active subscriber.
   *
   * Hot path: once per value, and `hand` once per subscriber.
   */
  deliver(value: unknown, time: number): void {
    if (this.#newcomers.length > 0) this.welcome();
    const context = { topic: this.name, replayed: false, sequence: this.history.add(value, time) };
    for (const subscriber of this.#isListCurrent ? this.#list : this.#renewList()) hand(subscriber, value, context);
  }

  /** Tells newcomers the status and replays to them. Runs before anything else that they are told. */
  welcome(): void {
    const newcomers = this.#newcomers;
    this.#newcomers = [];
    const replayed = this.#replayed();
    for (const subscriber of newcomers) {
      if (this.#status !== undefined) subscriber.tell(this.#status);
      for (const { value, context } of replayed) hand(subscriber, value, context);
    }
  }

  /** Tells everybody what happened to the topic. */
  tell(status: TopicStatus): void {
    this.welcome();
    if (status.type === 'live' && this.#status?.type === 'live') return;
    if (status.type !== 'gap') this.#status = status;
    if (status.type === 'gap' || status.type === 'failed') this.history.clear();
    for (const subscriber of this.#renewList()) subscriber.tell(status);
  }

  /** The topic has ended: subscriptions end, and what waits in their queues may still be taken. */
  end(): void {
    this.welcome();
    this.reset();
    for (const subscriber of this.#renewList()) subscriber.end('closed', { isDrained: true });
  }

  /** Upstream has ended: nothing that it sent is valid any longer. */
  reset(): void {
    this.#status = undefined;
    this.history.clear();
  }

  #replayed(): { readonly value: unknown; readonly context: DeliveryContext }[] {
    if (this.#plan.replay === 0) return [];
    return this.history
      .from(this.#plan.oldest())
      .map(({ value, sequence }) => ({ value, context: { topic: this.name, replayed: true, sequence } }));
  }

  #renewList(): readonly Subscriber[] {
    if (!this.#isListCurrent) {
      this.#list = [...this.#members];
      this.#isListCurrent = true;
    }
    return this.#list;
  }
}

function hand(subscriber: Subscriber, value: unknown, context: DeliveryContext): void {
  if (!subscriber.isActive) return;
  subscriber.received++;
  const { receive } = subscriber;
  try {
    const result = receive(value, context);
    if (result !== undefined) subscriber.watch(result);
    else if (subscriber.streak !== 0) subscriber.recover();
  } catch (error) {
    subscriber.fail(error);
  }
}
