import * as z from 'zod/mini';
import type { Clock } from '../core/clock.js';
import type { ErrorHandler } from '../core/failures.js';
import {
  callback,
  claim,
  clockOrSystem,
  duration,
  hasMethods,
  MAX_CAPACITY,
  oneOf,
  readOptions,
  wholeNumber,
} from '../core/options.js';
import type { TopicSource } from '../core/topic-source.js';

/** Where a failure inside a hub happened. */
export interface HubErrorContext {
  /** The topic it happened on. */
  readonly topic: string;
  /** The subscription's `id`; undefined when the failure is upstream's or the publisher's. */
  readonly subscriber?: number;
  /**
   * What failed: a `handler`, an `onStatus`, the key function of a `conflate`, a `queue` that overflowed
   * under 'wait' or 'disconnect', the source's `subscribe` or the `end` of a subscription, a `publish`.
   */
  readonly action: 'handler' | 'onStatus' | 'conflate' | 'queue' | 'subscribe' | 'end' | 'publish';
}

/** When the hub freezes values: in `'development'` means while NODE_ENV is not `production`. */
export type FreezeMode = 'never' | 'development' | 'always';

/** Options of a {@link SubscriptionHub}. */
export interface HubOptions<Topics extends object> {
  /**
   * Where values come from: one upstream subscription per topic that has subscribers.
   * @remarks Without it the hub is local and fed by `publish`.
   */
  readonly source?: TopicSource<Topics> | undefined;
  /**
   * How many of a topic's newest values a late subscriber gets, from 0 to 16 777 216.
   * @default 0
   * @remarks Held while the topic has subscribers or lingers. Forgotten when upstream ends, fails or reports a gap.
   */
  readonly replay?: number | undefined;
  /**
   * Age in milliseconds of `clock` beyond which a value is not replayed. Infinity replays whatever its age.
   * @default Infinity
   */
  readonly replayMaxAge?: number | undefined;
  /**
   * How long a topic outlives its last subscriber, in milliseconds of `clock`. Infinity keeps it until `close`.
   * @default 0
   * @remarks With 0 a topic still outlives its last subscriber to the end of the turn.
   */
  readonly linger?: number | undefined;
  /**
   * Failures of a handler in a row, after which its subscription ends; a whole number from 1, or Infinity.
   * @default Infinity
   */
  readonly quarantineAfter?: number | undefined;
  /**
   * Whether arrays and plain objects are frozen, in depth, before they are shared.
   * @default 'never'
   * @remarks Costs a visit of every object within each value.
   */
  readonly freeze?: FreezeMode | undefined;
  /**
   * Clock of `linger`, `replayMaxAge` and ages.
   * @default systemClock
   */
  readonly clock?: Clock | undefined;
  /**
   * Clock of retries after the source refused a topic.
   * @default systemClock
   */
  readonly ioClock?: Clock | undefined;
  /**
   * Source of the random part of retry delays: returns a number from 0 to 1.
   * @default Math.random
   */
  readonly random?: (() => number) | undefined;
  /** Called for every failure of a handler, `onStatus`, key function or source. Without it: process warnings. */
  readonly onError?: ErrorHandler<HubErrorContext> | undefined;
}

const schema = z.strictObject({
  source: z.optional(
    claim<TopicSource>('an object with a subscribe method', (value) => hasMethods(value, 'subscribe')),
  ),
  replay: z._default(wholeNumber(0, MAX_CAPACITY), 0),
  replayMaxAge: z._default(duration({ allowInfinity: true }), Infinity),
  linger: z._default(duration({ allowInfinity: true }), 0),
  quarantineAfter: z._default(
    claim<number>(
      'a whole number from 1 up, or Infinity',
      (value) => value === Infinity || wholeNumber(1).safeParse(value).success,
    ),
    Infinity,
  ),
  freeze: z._default(oneOf('never', 'development', 'always'), 'never'),
  clock: clockOrSystem(),
  ioClock: clockOrSystem(),
  random: z._default(callback<() => number>(), () => Math.random),
  onError: z.optional(callback<ErrorHandler<HubErrorContext>>()),
});

/** @throws ConfigError that names the option. */
export function readHubOptions(options: unknown): z.output<typeof schema> {
  return readOptions('SubscriptionHub', schema, options);
}

/** Whether values are frozen in this process. */
export function isFreezing(mode: FreezeMode): boolean {
  return mode === 'always' || (mode === 'development' && process.env['NODE_ENV'] !== 'production');
}
