import * as z from 'zod/mini';
import type { Callback } from '../core/callback.js';
import { callback, claim, MAX_CAPACITY, oneOf, readOptions, wholeNumber } from '../core/options.js';
import type { TopicStatus } from '../core/topic-source.js';

/** What a handler is told besides the value. One object per value, shared by all handlers; it may be kept. */
export interface DeliveryContext<Topic extends string = string> {
  /** The topic the value was published on. */
  readonly topic: Topic;
  /** True for a value that was published before the subscription began. */
  readonly replayed: boolean;
  /** Counts the values of the topic from 1. Begins again when the topic was released in between. */
  readonly sequence: number;
}

/**
 * Receives the values of a subscription.
 *
 * The value is shared with all other subscribers: treat it as read-only. What a handler throws, or the
 * rejection of a promise it returns, goes to `onError` and stops nobody else.
 */
export type Handler<Value, Topic extends string = string> = Callback<[value: Value, context: DeliveryContext<Topic>]>;

/**
 * What happens to a value that finds the queue full.
 *
 * - `'wait'`: `publish` settles when there is room. A publisher that does not await it has 1 024 more
 *   values accepted; what comes beyond is dropped, and `onError` told once per episode.
 * - `'drop-oldest'`, `'drop-newest'`: the oldest waiting value, or the new one, is given up.
 * - `'latest'`: all waiting values are given up for the new one.
 * - `'disconnect'`: the subscription ends, `onError` gets an OverflowError.
 * - `{ conflate }`: a waiting value of the same key is replaced, in its place in the order, whether the
 *   queue is full or not. When more keys wait than the queue holds, the oldest one is dropped.
 */
export type Overflow<Value> =
  | 'wait'
  | 'drop-oldest'
  | 'drop-newest'
  | 'latest'
  | 'disconnect'
  | {
      /**
       * Returns the key of a value, compared as Map keys are. Called inside `publish` for each value; one for
       * which it throws is dropped, and `onError` told.
       */
      readonly conflate: (value: Value) => unknown;
    };

/** A bounded queue between the publisher and one subscriber. */
export interface QueueOptions<Value> {
  /**
   * Most values that wait, from 1 to 16 777 216.
   * @default 1024
   */
  readonly queue?: number | undefined;
  /**
   * What happens to a value that finds the queue full.
   * @default 'drop-oldest'
   */
  readonly overflow?: Overflow<Value> | undefined;
}

/**
 * How values reach a handler.
 *
 * - `'sync'`: inside `publish`, in the order of subscription. Promises it returns are not awaited.
 * - `'serial'`: one at a time, off the publisher's stack; the next when the promise of the last one has
 *   settled. The same as `{ queue: 1024, overflow: 'drop-oldest' }`.
 * - `'latest'`: as serial, and only the newest value waits.
 * - a queue: as serial, with a size and a policy of its own.
 */
export type Delivery<Value> = 'sync' | 'serial' | 'latest' | QueueOptions<Value>;

/** How one subscription receives. */
export interface SubscribeOptions<Value> {
  /**
   * How values reach the handler.
   * @default 'sync'
   */
  readonly delivery?: Delivery<Value> | undefined;
  /**
   * Told what happens to the topic besides its values, and its present state after `subscribe` has
   * returned. Told at once: ahead of values that still wait in the subscription's own queue.
   */
  readonly onStatus?: Callback<[status: TopicStatus]> | undefined;
}

/** A queue with its defaults applied. */
export interface QueuePlan {
  /** Most values that wait, from 1 to 16 777 216. */
  readonly capacity: number;
  /** What happens to a value that finds the queue full; its key function takes any value, the topic fixes which. */
  readonly overflow: Overflow<unknown>;
}

/** A subscription's options with their defaults applied. No queue means sync. */
export interface SubscribePlan {
  /** Queue between publisher and handler; undefined when the handler runs inside `publish`. */
  readonly queue: QueuePlan | undefined;
  /** Undefined when the subscriber is not to be told of the topic's status. */
  readonly onStatus: Callback<[status: TopicStatus]> | undefined;
}

const WORDS = ['wait', 'drop-oldest', 'drop-newest', 'latest', 'disconnect'] as const;

const overflowSchema = claim<Overflow<unknown>>(
  `one of ${WORDS.map((word) => `'${word}'`).join(', ')} or { conflate: (value) => key }`,
  (value) => oneOf(...WORDS).safeParse(value).success || isConflation(value),
);

const queueSchema = z.strictObject({
  queue: z._default(wholeNumber(1, MAX_CAPACITY), 1_024),
  overflow: z._default(overflowSchema, 'drop-oldest'),
});

const subscribeSchema = z.strictObject({
  delivery: z._default(
    claim<Delivery<unknown>>("'sync', 'serial', 'latest' or { queue, overflow }", isDelivery),
    'sync',
  ),
  onStatus: z.optional(callback<Callback<[status: TopicStatus]>>()),
});

const SYNC: SubscribePlan = { queue: undefined, onStatus: undefined };

/** @throws ConfigError that names the option. */
export function readSubscribeOptions(options: unknown): SubscribePlan {
  if (options === undefined) return SYNC;
  const { delivery, onStatus } = readOptions('subscribe', subscribeSchema, options);
  return { queue: planOf(delivery), onStatus };
}

/** @throws ConfigError that names the option. */
export function readQueueOptions(owner: string, options: unknown): QueuePlan {
  const { queue, overflow } = readOptions(owner, queueSchema, options);
  return { capacity: queue, overflow };
}

function planOf(delivery: Delivery<unknown>): QueuePlan | undefined {
  switch (delivery) {
    case 'sync':
      return undefined;
    case 'serial':
      return readQueueOptions('delivery', {});
    case 'latest':
      return { capacity: 1, overflow: 'latest' };
    default:
      return readQueueOptions('delivery', delivery);
  }
}

function isDelivery(value: unknown): boolean {
  return value === 'sync' || value === 'serial' || value === 'latest' || (typeof value === 'object' && value !== null);
}

function isConflation(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === 'conflate' && typeof Reflect.get(value, 'conflate') === 'function';
}
