import * as z from 'zod/mini';
import type { Clock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import type { ErrorHandler } from '../core/failures.js';
import {
  callback,
  claim,
  clockOrSystem,
  duration,
  hasMethods,
  numberWithin,
  oneOf,
  readOptions,
  wholeNumber,
} from '../core/options.js';
import type { TaskClass } from './class-shares.js';
import type { Feedback } from './feedback.js';
import type { BreakerGate, RateGate } from './rate-gate.js';

/** Bounds between which the scheduler finds the concurrency itself. */
export interface AdaptiveConcurrency {
  /**
   * Never fewer at once, from 1.
   * @default 1
   */
  readonly min?: number;
  /**
   * Never more at once, up to 10 000.
   * @default 256
   */
  readonly max?: number;
  /**
   * At once before anything is known.
   * @default 8, or the nearest bound
   */
  readonly initial?: number;
}

/** When to give up a list because nearly everything fails. */
export interface EarlyExitOptions {
  /**
   * 'sequential' is a test over all outcomes (CUSUM) that samples the rest of the list before it stops; 'batch' looks
   * at one batch after the other and stops at the first bad one.
   * @default 'sequential'
   */
  readonly rule?: 'sequential' | 'batch';
  /**
   * Success rate below which a list is not worth going on, from 0.01 to 0.7. 'sequential' tells a third of it from
   * four thirds of it.
   * @default 0.3
   */
  readonly minSuccessRate?: number;
  /**
   * Keys in a batch of the 'batch' rule, from 1. The next batch starts when the one before has ended.
   * @default 6
   */
  readonly batchSize?: number;
  /**
   * Keys tried one at a time, spread over what is left, before a 'sequential' stop; two successes resume. 0 stops
   * at once.
   * @default 12
   */
  readonly probes?: number;
  /**
   * Milliseconds before each of them.
   * @default 0
   */
  readonly probeDelay?: number;
}

/** How failed calls are made again. Calls refused with 429 always are, up to ten times in a row. */
export interface TaskRetryOptions {
  /**
   * Calls of one task, the first included.
   * @default 3
   */
  readonly attempts?: number;
  /**
   * Upper bound of the wait before the first retry, in milliseconds; it doubles, and the wait is drawn below it.
   * @default 100
   */
  readonly minDelay?: number;
  /**
   * Largest bound of a wait, in milliseconds.
   * @default 10_000
   */
  readonly maxDelay?: number;
  /**
   * Retries per task over all tasks, 0 to 1, so that retries do not multiply the load of a venue that fails.
   * @default 0.2
   */
  readonly budget?: number;
  /**
   * Retries per second allowed beside that.
   * @default 10
   */
  readonly perSecond?: number;
  /** Whether calling again may succeed. By default always. */
  readonly isRetryable?: (error: unknown) => boolean;
}

/** When a slow call is made a second time. */
export interface HedgeOptions {
  /** Milliseconds before the second call. Without it the time that 95 % of the calls stay under, once 20 are known. */
  readonly delay?: number;
  /**
   * Second calls per call, 0 to 1.
   * @default 0.05
   */
  readonly budget?: number;
}

/** One class of tasks. */
export interface ClassOptions {
  /**
   * Part of the concurrency, and of each window of the rate limit, that only this class may use; 0 to below 1.
   * @default 0
   */
  readonly reserved?: number;
  /**
   * Longest wait behind others of the class, in milliseconds; before it has passed priorities no longer count.
   * @default the scheduler's maxWait
   */
  readonly maxWait?: number;
}

/** Where a failure that reaches `onError` happened. */
export interface SchedulerErrorContext {
  /** The callback that threw. */
  readonly operation:
    | 'isSuccess'
    | 'isRetryable'
    | 'feedback'
    | 'priority'
    | 'weight'
    | 'endpoint'
    | 'rateLimit'
    | 'source';
}

/** Options of an {@link AdaptiveScheduler}. */
export interface AdaptiveSchedulerOptions {
  /**
   * Tasks at once: a number, or bounds between which it follows the venue's capacity.
   * @default { min: 1, max: 256, initial: 8 }
   */
  readonly concurrency?: number | AdaptiveConcurrency;
  /** A RateLimiter. Without one, limits are learned from refusals. */
  readonly rateLimit?: RateGate;
  /** A CircuitBreaker that every call goes through. */
  readonly breaker?: BreakerGate;
  /**
   * Whether, and how, lists that nearly always fail are given up.
   * @default false
   */
  readonly earlyExit?: boolean | EarlyExitOptions;
  /**
   * Order of a list within `lookahead`: its own ('none'), keys that used to succeed first ('success'), or highest
   * first by a function.
   * @default 'none'
   */
  readonly priority?: 'none' | 'success' | ((key: never) => number);
  /**
   * Keys that are read before they start, where an order is made or early exit samples; from 1.
   * @default 1_024
   */
  readonly lookahead?: number;
  /**
   * Keys whose past success is remembered, those used last; from 1.
   * @default 10_000
   */
  readonly maxKeys?: number;
  /**
   * Classes of submitted tasks, the most urgent first. Lists belong to the last.
   * @default one class named 'default'
   */
  readonly classes?: Readonly<Record<string, ClassOptions>>;
  /**
   * Longest wait of a submitted task behind others of its class, in milliseconds.
   * @default Infinity
   */
  readonly maxWait?: number;
  /**
   * Longest time of one call, in milliseconds, from 1; Infinity never ends one.
   * @default 30_000
   */
  readonly timeout?: number;
  /**
   * How failed calls are made again.
   * @default not at all
   */
  readonly retry?: TaskRetryOptions;
  /** Second calls for slow ones, of tasks that are said to be idempotent. Without it there are none. */
  readonly hedge?: HedgeOptions;
  /** Whether a result is one; by default every returned value is. */
  readonly isSuccess?: (result: never) => boolean;
  /** Finds status, headers and the like in a result or an error, where they are not properties of it. */
  readonly feedback?: (outcome: never) => Feedback | undefined;
  /**
   * Submitted tasks that may wait, from 1; `submit` beyond rejects with an OverflowError.
   * @default 1_000_000
   */
  readonly maxQueued?: number;
  /**
   * Time of everything.
   * @default systemClock
   */
  readonly clock?: Clock;
  /** Receives what the callbacks above throw. */
  readonly onError?: ErrorHandler<SchedulerErrorContext>;
}

/** The options with their defaults. */
export type SchedulerSettings = ReturnType<typeof readSchedulerOptions>;

/** Most tasks at once. */
const MOST_AT_ONCE = 10_000;
const DEFAULT_BOUNDS = { min: 1, max: 256, initial: 8 } as const;
/** Name of the only class where none is named. */
const DEFAULT_CLASS = 'default';

const concurrencySchema = z.union([
  wholeNumber(1, MOST_AT_ONCE),
  z.strictObject({
    min: z._default(wholeNumber(1, MOST_AT_ONCE), DEFAULT_BOUNDS.min),
    max: z._default(wholeNumber(1, MOST_AT_ONCE), DEFAULT_BOUNDS.max),
    initial: z.optional(wholeNumber(1, MOST_AT_ONCE)),
  }),
]);

const exitSchema = z.strictObject({
  rule: z._default(oneOf('sequential', 'batch'), 'sequential'),
  minSuccessRate: z._default(numberWithin(0.01, 0.7), 0.3),
  batchSize: z._default(wholeNumber(1), 6),
  probes: z._default(wholeNumber(0), 12),
  probeDelay: z._default(duration(), 0),
});

const retrySchema = z.strictObject({
  attempts: z._default(wholeNumber(1), 3),
  minDelay: z._default(duration(), 100),
  maxDelay: z._default(duration(), 10_000),
  budget: z._default(numberWithin(0, 1), 0.2),
  perSecond: z._default(numberWithin(0, Number.MAX_VALUE), 10),
  isRetryable: z.optional(callback<(error: unknown) => boolean>()),
});

const hedgeSchema = z.strictObject({
  delay: z.optional(duration()),
  budget: z._default(numberWithin(0, 1), 0.05),
});

const classSchema = z.strictObject({
  reserved: z._default(numberWithin(0, 0.99), 0),
  maxWait: z.optional(duration({ min: 1, allowInfinity: true })),
});

const schedulerSchema = z.strictObject({
  concurrency: z.prefault(concurrencySchema, {}),
  rateLimit: z.optional(
    claim<RateGate>('a RateLimiter (tryAcquire and observe)', (value) => hasMethods(value, 'tryAcquire', 'observe')),
  ),
  breaker: z.optional(
    claim<BreakerGate>('a CircuitBreaker (tryBegin and end)', (value) => hasMethods(value, 'tryBegin', 'end')),
  ),
  earlyExit: z._default(z.union([z.boolean(), exitSchema]), false),
  priority: z._default(
    claim<'none' | 'success' | ((key: unknown) => number)>(
      "'none', 'success' or a function",
      (value) => value === 'none' || value === 'success' || typeof value === 'function',
    ),
    'none',
  ),
  lookahead: z._default(wholeNumber(1), 1_024),
  maxKeys: z._default(wholeNumber(1), 10_000),
  classes: z.optional(z.record(z.string(), classSchema)),
  maxWait: z._default(duration({ min: 1, allowInfinity: true }), Infinity),
  timeout: z._default(duration({ min: 1, allowInfinity: true }), 30_000),
  retry: z.optional(retrySchema),
  hedge: z.optional(hedgeSchema),
  isSuccess: z.optional(callback<(result: unknown) => boolean>()),
  feedback: z.optional(callback<(outcome: unknown) => Feedback | undefined>()),
  maxQueued: z._default(wholeNumber(1), 1_000_000),
  // From a function, since a value would be copied: the machine's clock is told from others by its identity.
  clock: clockOrSystem(),
  onError: z.optional(callback<ErrorHandler<SchedulerErrorContext>>()),
});

/** Checks the options and applies the defaults. */
export function readSchedulerOptions(options: AdaptiveSchedulerOptions) {
  const settings = readOptions('AdaptiveScheduler', schedulerSchema, options);
  const { concurrency, earlyExit } = settings;
  return {
    ...settings,
    concurrency: typeof concurrency === 'number' ? concurrency : boundsOf(concurrency),
    earlyExit: typeof earlyExit === 'boolean' ? (earlyExit ? exitSchema.parse({}) : undefined) : earlyExit,
    classes: classesOf(settings.classes, settings.maxWait),
  };
}

function boundsOf({ min, max, initial }: { min: number; max: number; initial?: number | undefined }) {
  if (min > max) throw new ConfigError(`AdaptiveScheduler: concurrency.min must be at most max ${max}, got ${min}`);
  const start = initial ?? Math.min(max, Math.max(min, DEFAULT_BOUNDS.initial));
  if (start < min || start > max) {
    throw new ConfigError(`AdaptiveScheduler: concurrency.initial must be from ${min} to ${max}, got ${start}`);
  }
  return { min, max, initial: start };
}

function classesOf(
  classes: Readonly<Record<string, z.output<typeof classSchema>>> | undefined,
  maxWait: number,
): readonly TaskClass[] {
  const entries = Object.entries(classes ?? {});
  if (entries.length === 0) return [{ name: DEFAULT_CLASS, reserved: 0, maxWait }];
  const reserved = entries.reduce((sum, [, options]) => sum + options.reserved, 0);
  if (reserved >= 1) {
    throw new ConfigError(`AdaptiveScheduler: classes must reserve less than 1 together, got ${reserved}`);
  }
  return entries.map(([name, options]) => ({
    name,
    reserved: options.reserved,
    maxWait: options.maxWait ?? maxWait,
  }));
}
