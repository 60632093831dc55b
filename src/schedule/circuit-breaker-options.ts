import * as z from 'zod/mini';
import type { Callback } from '../core/callback.js';
import type { Clock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import type { ErrorHandler } from '../core/failures.js';
import { callback, claim, clockOrSystem, duration, readOptions, text, wholeNumber } from '../core/options.js';
import { show } from '../core/show.js';

/** Whether calls pass ('closed'), are refused ('open'), or are tried by a few ('half-open'). */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** What an error says of the other side: that it fails, that it works (it has answered), or nothing. */
export type ErrorVerdict = 'failure' | 'success' | 'ignore';

/** A breaker's step from one state to another. */
export interface CircuitChange {
  /** Name of the breaker. */
  readonly name: string;
  /** The state before. */
  readonly from: CircuitState;
  /** The state from now on. */
  readonly to: CircuitState;
  /** Failures among the calls that decided it. */
  readonly failures: number;
  /** Slow calls among them. */
  readonly slow: number;
  /** The calls that decided it. */
  readonly calls: number;
}

/** Options of a {@link CircuitBreaker}. */
export interface CircuitBreakerOptions {
  /**
   * Name in errors, warnings and changes.
   * @default 'CircuitBreaker'
   */
  readonly name?: string;
  /**
   * Part of the last `window` calls, above 0 and up to 1, that opens the breaker when it fails.
   * @default 0.5
   */
  readonly failureRate?: number;
  /**
   * Calls that are looked at. The breaker opens once so many have ended, not before.
   * @default 20
   */
  readonly window?: number;
  /**
   * Longest time from the first to the last of the calls looked at, in milliseconds: those spread over longer never
   * open the breaker.
   * @default Infinity
   */
  readonly interval?: number;
  /**
   * Duration from which a call is slow, in milliseconds.
   * @default Infinity
   */
  readonly slowCall?: number;
  /**
   * Part of the calls looked at, above 0 and up to 1, that opens the breaker when it is slow.
   * @default 1
   */
  readonly slowRate?: number;
  /**
   * Time for which calls are refused, in milliseconds. Probes that have not ended after as long again are given up.
   * @default 30_000
   */
  readonly openFor?: number;
  /**
   * Longest time for which calls are refused: with each opening that follows a probe `openFor` doubles up to this, in
   * milliseconds.
   * @default openFor
   */
  readonly maxOpenFor?: number;
  /**
   * Calls that are tried after that time. Their failures decide by the same rates.
   * @default 1
   */
  readonly probes?: number;
  /**
   * Whether what a call returned is a success.
   * @default every result is
   */
  readonly isSuccess?: (result: unknown) => boolean;
  /**
   * What an error says: a 404 is an answer, so the venue works.
   * @default 'ignore' for an AbortError, 'failure' for all else
   */
  readonly judge?: (error: unknown) => ErrorVerdict;
  /**
   * Called at each change of state, during the call that caused it. From 'half-open' to 'half-open' means that probes
   * were given up which did not end.
   */
  readonly onStateChange?: Callback<[change: CircuitChange]>;
  /**
   * Time that the breaker follows.
   * @default systemClock
   */
  readonly clock?: Clock;
  /** Receives what `isSuccess`, `judge` and `onStateChange` throw. */
  readonly onError?: ErrorHandler<{ readonly name: string }>;
}

/** Options of a group of breakers. */
export interface CircuitBreakerGroupOptions extends CircuitBreakerOptions {
  /**
   * Most breakers. For a further key the one used longest ago goes; one that is not closed, or has calls running, only
   * when the 32 used longest ago are all so.
   * @default 1_000
   */
  readonly maxKeys?: number;
}

/** The options with their defaults. */
export type CircuitBreakerSettings = ReturnType<typeof readCircuitBreakerOptions>;

const breakerSchema = z.strictObject({
  name: z._default(text(), 'CircuitBreaker'),
  failureRate: z._default(rate(), 0.5),
  window: z._default(wholeNumber(1, 65_536), 20),
  interval: z._default(duration({ allowInfinity: true }), Infinity),
  slowCall: z._default(duration({ allowInfinity: true }), Infinity),
  slowRate: z._default(rate(), 1),
  openFor: z._default(duration({ min: 1 }), 30_000),
  maxOpenFor: z.optional(duration({ min: 1 })),
  probes: z._default(wholeNumber(1, 65_536), 1),
  isSuccess: z.optional(callback<(result: unknown) => boolean>()),
  judge: z.optional(callback<(error: unknown) => ErrorVerdict>()),
  onStateChange: z.optional(callback<Callback<[change: CircuitChange]>>()),
  clock: clockOrSystem(),
  onError: z.optional(callback<ErrorHandler<{ readonly name: string }>>()),
});

const groupSchema = z.extend(breakerSchema, { maxKeys: z._default(wholeNumber(1), 1_000) });

/** Checks the options and applies the defaults. */
export function readCircuitBreakerOptions(options: CircuitBreakerOptions) {
  const settings = readOptions('CircuitBreaker', breakerSchema, options);
  return complete(settings);
}

/** Checks a group's options, and tells apart what is its own and what its breakers get. */
export function readCircuitBreakerGroupOptions(options: CircuitBreakerGroupOptions) {
  const settings = readOptions('CircuitBreakerGroup', groupSchema, options);
  const { maxKeys, ...breaker } = settings;
  return { maxKeys, breaker: complete(breaker) };
}

/** Applies the defaults that depend on other options, and those that are functions. */
function complete(settings: z.output<typeof breakerSchema>) {
  const { judge = judgeAborted, maxOpenFor = settings.openFor, openFor } = settings;
  if (maxOpenFor < openFor) {
    throw new ConfigError(
      `CircuitBreaker: maxOpenFor must be at least openFor (${openFor} ms), got ${show(maxOpenFor)}`,
    );
  }
  return { ...settings, judge, maxOpenFor };
}

function rate(): z.ZodMiniType<number, number> {
  return claim('a number above 0 and up to 1', (value) => typeof value === 'number' && value > 0 && value <= 1);
}

function judgeAborted(error: unknown): ErrorVerdict {
  return error instanceof Error && error.name === 'AbortError' ? 'ignore' : 'failure';
}
