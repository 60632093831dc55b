import * as z from 'zod/mini';
import type { Clock } from '../core/clock.js';
import type { ErrorHandler } from '../core/failures.js';
import { callback, clockOrSystem, duration, readOptions } from '../core/options.js';

/** Where a failure of a watch loop happened. */
export interface WatchErrorContext {
  /** The topic whose loop it was. */
  readonly topic: string;
  /** What failed: a call of `watch`, or of `unwatch`. */
  readonly action: 'watch' | 'unwatch';
}

/** Options of `fromWatch`. */
export interface WatchOptions {
  /** Ends the venue's subscription once nobody wants the topic, such as `exchange.unWatchTicker`. Awaited. */
  readonly unwatch?: ((topic: string) => unknown) | undefined;
  /**
   * Bound of the delay after the first failure in a row, in milliseconds of `ioClock`; it doubles with each one more.
   * @default 1000
   */
  readonly minDelay?: number | undefined;
  /**
   * Largest bound of the delay after a failure, in milliseconds of `ioClock`.
   * @default 30000
   */
  readonly maxDelay?: number | undefined;
  /**
   * Clock of the delays.
   * @default systemClock
   */
  readonly ioClock?: Clock | undefined;
  /**
   * Source of the random part of a delay: returns a number from 0 to 1.
   * @default Math.random
   */
  readonly random?: (() => number) | undefined;
  /** Called for every failure of `watch` and `unwatch`. Without it: process warnings. */
  readonly onError?: ErrorHandler<WatchErrorContext> | undefined;
}

const schema = z.strictObject({
  unwatch: z.optional(callback<(topic: string) => unknown>()),
  minDelay: z._default(duration(), 1_000),
  maxDelay: z._default(duration(), 30_000),
  ioClock: clockOrSystem(),
  random: z._default(callback<() => number>(), () => Math.random),
  onError: z.optional(callback<ErrorHandler<WatchErrorContext>>()),
});

/** Options with their defaults applied. */
export type WatchPlan = z.output<typeof schema>;

/** @throws ConfigError that names the option. */
export function readWatchOptions(options: unknown): WatchPlan {
  return readOptions('fromWatch', schema, options);
}
