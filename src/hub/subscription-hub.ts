import { deepFreeze } from '../core/deep-freeze.js';
import { ArgumentError, ClosedError, OverflowError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { registerClosable } from '../core/life-cycle.js';
import { show } from '../core/show.js';
import {
  type Handler,
  type QueueOptions,
  type QueuePlan,
  readQueueOptions,
  readSubscribeOptions,
  type SubscribeOptions,
  type SubscribePlan,
} from './delivery.js';
import { DeliveryOrder } from './delivery-order.js';
import { explainTopic } from './explain-topic.js';
import { FanOut, type FanOutPlan } from './fan-out.js';
import { type AnyHandler, QueueOutlet, syncOutlet } from './handler-outlet.js';
import { History } from './history.js';
import { type HubErrorContext, type HubOptions, isFreezing, readHubOptions } from './hub-options.js';
import type { HubStats, TopicExplanation } from './hub-stats.js';
import { HubTotals } from './hub-totals.js';
import { type Outlet, Subscriber, type SubscriberHost } from './subscriber.js';
import type { Subscription } from './subscription.js';
import { type TopicHost, TopicLife } from './topic-life.js';
import { StreamOutlet, type Take, takeAll, takeOne, type TopicStream } from './topic-stream.js';
import { TurnTime } from './turn-time.js';

/** What `publish` returns when nobody makes it wait. */
const SETTLED = Promise.resolve();

/**
 * Shares topics: one upstream subscription and one parse, however many subscribers.
 *
 * Values of a topic reach each subscriber in the order they were published; what a handler publishes is
 * delivered after the value it handles, in one order for the whole hub. A subscriber that fails or is slow
 * disturbs no other. A topic is held from its first subscriber until its last has left and `linger` has passed.
 *
 * Cost: one context object per value, one call per subscriber; one Map look-up when the topic changes or the turn ends.
 *
 * @example
 * const hub = new SubscriptionHub<{ 'tickers.BTCUSDT': { price: number } }>({ replay: 1 });
 * using subscription = hub.subscribe('tickers.BTCUSDT', ({ price }) => console.log(price));
 * hub.publish('tickers.BTCUSDT', { price: 61_250 }); // prints 61250
 */
export class SubscriptionHub<Topics extends object = Record<string, unknown>> {
  readonly #options: ReturnType<typeof readHubOptions>;
  readonly #failures: FailureReporter<HubErrorContext>;
  readonly #topics = new Map<string, TopicLife>();
  readonly #order = new DeliveryOrder();
  readonly #totals = new HubTotals();
  readonly #time: TurnTime;
  readonly #subscriberHost: SubscriberHost;
  readonly #topicHost: TopicHost;
  readonly #fanOutPlan: FanOutPlan;
  /** The topic published on last, until the time has to be read again; nobody waits for its queues. */
  #recent: FanOut | undefined;
  #lastId = 0;
  #closing: Promise<void> | undefined;

  /** @throws ConfigError when an option is unknown or has a wrong value. */
  constructor(options: HubOptions<Topics> = {}) {
    this.#options = readHubOptions(options);
    const { clock, linger, replay, replayMaxAge, quarantineAfter } = this.#options;
    this.#failures = new FailureReporter('SubscriptionHub', this.#options.onError);
    this.#time = new TurnTime(clock, () => (this.#recent = undefined));
    this.#fanOutPlan = {
      replay,
      time: this.#time,
      oldest: () => clock.now() - replayMaxAge,
      freeze: isFreezing(this.#options.freeze) ? (topic, value) => this.#freeze(topic, value) : undefined,
    };
    this.#subscriberHost = {
      failures: this.#failures,
      quarantineAfter,
      total: this.#totals.queues,
      isClosed: () => this.#closing !== undefined,
      leave: (subscriber) => this.#leave(subscriber),
    };
    this.#topicHost = {
      clock,
      linger,
      inOrder: (life, task) => this.#inOrder(life.fanOut.name, task),
      onValue: (life, value) => this.#onValue(life, value),
      onUpstreamEnded: () => void this.#totals.upstreamEnded++,
      onFailure: (error, context) => this.#failures.report(error, context),
      onIgnored: () => void this.#totals.ignored++,
      onReleased: (life) => this.#release(life),
    };
    registerClosable('hub', this);
  }

  /**
   * Delivers a value to the subscribers of a topic, or, inside a handler, after what is being delivered.
   *
   * A value on a topic without subscribers is counted and forgotten. Failures of subscribers go to
   * `onError`, never to the publisher.
   * @returns something to await: it settles when the queues of subscribers with `overflow: 'wait'` have
   * room. It never rejects, and need not be awaited when there are none.
   * @throws ClosedError after `close`.
   * @throws ArgumentError when `topic` is not a text.
   */
  publish<Topic extends keyof Topics & string>(topic: Topic, value: Topics[Topic]): PromiseLike<void> {
    // Hot path. Numbers and undefined where others have booleans: compiled code asks of a boolean whether it is
    // 0, '', null, NaN or 0n instead, eight instructions each time.
    const recent = this.#recent;
    if (recent === undefined || recent.name !== topic || this.#order.running > 0) {
      return this.#publishOnOther(topic, value);
    }
    this.#accept(recent, value);
    return SETTLED;
  }

  /**
   * Calls `handler` for each value of a topic, first after `subscribe` has returned.
   *
   * Subscribing the same function twice makes two subscriptions. Inside a handler: the value being
   * delivered reaches the new one only as a replay.
   * @throws ArgumentError when `topic` is not a text or `handler` not a function.
   * @throws ConfigError when an option is unknown or has a wrong value.
   * @throws ClosedError after `close`.
   */
  subscribe<Topic extends keyof Topics & string>(
    topic: Topic,
    handler: Handler<Topics[Topic], Topic>,
    options?: SubscribeOptions<Topics[Topic]>,
  ): Subscription {
    if (typeof handler !== 'function') throw new ArgumentError(`handler must be a function, got ${show(handler)}`);
    const { queue, onStatus } = readSubscribeOptions(options);
    // The topic's name fixes the value's type; inside the hub it is not known.
    const erased = handler as AnyHandler;
    return this.#join(topic, queue, onStatus, (subscriber) =>
      queue === undefined ? syncOutlet(erased) : new QueueOutlet(subscriber, queue, erased),
    );
  }

  /**
   * Subscribes at once and returns the values for `for await`.
   *
   * @throws as {@link SubscriptionHub.subscribe}.
   * @example
   * for await (const trade of hub.stream('trades.BTCUSDT')) model.update(trade);
   */
  stream<Topic extends keyof Topics & string>(
    topic: Topic,
    options: QueueOptions<Topics[Topic]> = {},
  ): TopicStream<Topics[Topic]> {
    // The topic's name fixes the value's type.
    return this.#stream(topic, readQueueOptions('stream', options), takeOne as Take<Topics[Topic]>);
  }

  /**
   * As {@link SubscriptionHub.stream}, and yields an array of all values that wait: a burst costs one turn of the loop.
   * @throws as {@link SubscriptionHub.subscribe}.
   */
  batches<Topic extends keyof Topics & string>(
    topic: Topic,
    options: QueueOptions<Topics[Topic]> = {},
  ): TopicStream<Topics[Topic][]> {
    // The topic's name fixes the value's type.
    return this.#stream(topic, readQueueOptions('batches', options), takeAll as Take<Topics[Topic][]>);
  }

  /**
   * Returns the newest value of a topic and its age in milliseconds.
   *
   * Undefined when the topic has no subscribers, and from a gap, a failure or the end of upstream to the next value.
   */
  latest<Topic extends keyof Topics & string>(
    topic: Topic,
  ): { readonly value: Topics[Topic]; readonly age: number } | undefined {
    const newest = this.#topics.get(topic)?.fanOut.history.newest();
    if (newest === undefined) return undefined;
    const age = Math.max(0, this.#options.clock.now() - newest.time);
    // The topic's name fixes the value's type.
    return { value: newest.value as Topics[Topic], age };
  }

  /** Returns the hub's counters. Cost: one visit per subscription. */
  stats(): HubStats {
    return this.#totals.snapshot(this.#topics.values(), this.#topics.size, this.#failures.count);
  }

  /** Returns why a topic is as it is. */
  explain(topic: keyof Topics & string): TopicExplanation {
    return explainTopic(topic, this.#topics.get(topic));
  }

  /**
   * Ends all subscriptions and what they have upstream. Waiting values are discarded.
   *
   * Settles when the upstream subscriptions that were confirmed have ended; one whose confirmation comes
   * later is ended then. Never rejects, idempotent.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** As {@link SubscriptionHub.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #onValue(life: TopicLife, value: unknown): void {
    // While a hub is closed its sources hear of it one after another.
    if (this.#closing !== undefined) this.#totals.ignored++;
    else if (this.#order.running > 0) this.#inOrder(life.fanOut.name, () => this.#deliver(life, value));
    else if (life.fanOut === this.#recent) this.#accept(life.fanOut, value);
    else this.#acceptOnOther(life.fanOut, value);
  }

  /** Hot path: once per value, with the order free. */
  #accept(fanOut: FanOut, value: unknown): void {
    const order = this.#order;
    order.running = 1;
    try {
      fanOut.deliver(value);
    } finally {
      if (order.waiting > 0) order.finish();
      else order.running = 0;
    }
  }

  #acceptOnOther(fanOut: FanOut, value: unknown): void {
    fanOut.history.stamp(this.#time.read());
    if (fanOut.waitedFor === 0) this.#recent = fanOut;
    this.#accept(fanOut, value);
  }

  #deliver({ fanOut }: TopicLife, value: unknown): void {
    if (this.#closing !== undefined) return;
    fanOut.history.stamp(this.#time.read());
    fanOut.deliver(value);
  }

  #freeze(topic: string, value: unknown): void {
    try {
      deepFreeze(value);
    } catch (error) {
      // A proxy may refuse to be frozen.
      this.#failures.report(error, { topic, action: 'publish' });
    }
  }

  /** On another topic than the last time, or not at once. */
  #publishOnOther(topic: string, value: unknown): PromiseLike<void> {
    const life = this.#topics.get(topic);
    if (life === undefined || this.#order.running > 0 || this.#closing !== undefined) {
      return this.#publishLater(topic, value);
    }
    this.#acceptOnOther(life.fanOut, value);
    return life.fanOut.waitedFor > 0 ? this.#room(topic) : SETTLED;
  }

  /** Not at once: inside a handler, or nobody has the topic. */
  #publishLater(topic: string, value: unknown): PromiseLike<void> {
    if (this.#closing !== undefined) throw closedError();
    if (typeof topic !== 'string') throw new ArgumentError(`topic must be a text, got ${show(topic)}`);
    this.#inOrder(topic, () => {
      if (this.#closing !== undefined) return;
      const life = this.#topics.get(topic);
      if (life === undefined) this.#totals.unknown++;
      else this.#deliver(life, value);
    });
    return (this.#topics.get(topic)?.fanOut.waitedFor ?? 0) > 0 ? this.#room(topic) : SETTLED;
  }

  async #room(topic: string): Promise<void> {
    // What was published inside a handler is delivered by then.
    await SETTLED;
    await this.#topics.get(topic)?.fanOut.room();
  }

  #inOrder(topic: string, task: () => void): void {
    if (this.#order.run(task)) return;
    const error = new OverflowError(`too many publishes wait behind one another; one on '${topic}' was dropped`);
    this.#failures.report(error, { topic, action: 'publish' });
  }

  #stream<Item>(topic: string, plan: QueuePlan, take: Take<Item>): TopicStream<Item> {
    const opened: StreamOutlet<Item>[] = [];
    this.#join(topic, plan, undefined, (subscriber) => {
      const outlet = new StreamOutlet(subscriber, plan, take);
      opened.push(outlet);
      return outlet;
    });
    const [stream] = opened;
    if (stream === undefined) throw new ClosedError('the stream was not opened');
    return stream;
  }

  #join(
    topic: string,
    queue: QueuePlan | undefined,
    onStatus: SubscribePlan['onStatus'],
    open: (subscriber: Subscriber) => Outlet,
  ): Subscriber {
    if (this.#closing !== undefined) throw closedError();
    if (typeof topic !== 'string') throw new ArgumentError(`topic must be a text, got ${show(topic)}`);
    if (queue?.overflow === 'wait' && this.#options.source !== undefined) {
      throw new ArgumentError("overflow 'wait' needs a publisher that awaits publish(); a source does not wait");
    }
    this.#recent = undefined;
    const subscriber = new Subscriber({ id: ++this.#lastId, topic, host: this.#subscriberHost, onStatus }, open);
    this.#topic(topic).join(subscriber);
    return subscriber;
  }

  #topic(name: string): TopicLife {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    const { source, ioClock, random, replay } = this.#options;
    const status = source === undefined ? ({ type: 'live' } as const) : undefined;
    const fanOut = new FanOut(name, new History(Math.max(1, replay)), this.#fanOutPlan, status);
    const upstream = source === undefined ? undefined : { topic: name, source, ioClock, random };
    const life = new TopicLife(fanOut, upstream, this.#topicHost);
    this.#topics.set(name, life);
    return life;
  }

  #leave(subscriber: Subscriber): void {
    this.#totals.retire(subscriber);
    this.#topics.get(subscriber.topic)?.leave(subscriber);
  }

  #release(life: TopicLife): void {
    this.#totals.release(life.fanOut);
    if (this.#recent === life.fanOut) this.#recent = undefined;
    this.#topics.delete(life.fanOut.name);
  }

  async #close(): Promise<void> {
    const lives = [...this.#topics.values()];
    // From here on calls are refused, also those that handlers of `closed` make.
    this.#closing ??= SETTLED;
    this.#recent = undefined;
    const ended = lives.map((life) => life.close());
    for (const life of lives) this.#release(life);
    await Promise.all(ended);
  }
}

function closedError(): ClosedError {
  return new ClosedError('the hub was closed; make a new one to subscribe or publish again');
}
