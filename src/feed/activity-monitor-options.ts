import * as z from 'zod/mini';
import type { Callback } from '../core/callback.js';
import type { Clock } from '../core/clock.js';
import type { ErrorHandler } from '../core/failures.js';
import { callback, claim, clockOrSystem, MAX_CAPACITY, readOptions, wholeNumber } from '../core/options.js';

/** What a silence is about. */
export interface Silence {
  /** Milliseconds since the last activity, or since the key was first watched. */
  readonly silentFor: number;
  /** Whether the key has ever been active. */
  readonly hasBeenActive: boolean;
}

/** Where a failure inside an ActivityMonitor happened. */
export interface ActivityErrorContext {
  /** The key it was about. */
  readonly key: string;
  /** The callback that failed. */
  readonly action: 'onSilent' | 'onActive';
}

/** Options of an {@link ActivityMonitor}. */
export interface ActivityMonitorOptions {
  /**
   * How long a key may be silent, in milliseconds of `clock`; Infinity watches without alerts.
   * @default 60000
   */
  readonly silence?: number | undefined;
  /** Told once when a key has been silent for too long, and not again before it was active. */
  readonly onSilent?: Callback<[key: string, silence: Silence]> | undefined;
  /** Told when a key that was silent is active again. */
  readonly onActive?: Callback<[key: string, silence: Silence]> | undefined;
  /**
   * Most keys, from 1 to 16 777 216. Notes of further ones are refused and counted.
   * @default 100000
   */
  readonly maxKeys?: number | undefined;
  /**
   * Clock of the silences.
   * @default systemClock
   */
  readonly clock?: Clock | undefined;
  /** Called for every failure of `onSilent` and `onActive`. Without it: process warnings. */
  readonly onError?: ErrorHandler<ActivityErrorContext> | undefined;
}

/** What is asked of one key. */
export interface WatchKeyOptions {
  /**
   * How long this key may be silent, in milliseconds of `clock`; Infinity watches without alerts.
   * @default `silence` of the monitor
   */
  readonly silence?: number | undefined;
}

/** Counters of an {@link ActivityMonitor}. noted + refused = calls of `note`. */
export interface ActivityStats {
  /** Keys watched. */
  readonly keys: number;
  /** Of these, keys that are silent for too long. */
  readonly silent: number;
  /** Activities noted. */
  readonly noted: number;
  /** Activities of keys beyond `maxKeys`. */
  readonly refused: number;
  /** Silences told. */
  readonly alerts: number;
  /** Failures of `onSilent` and `onActive`. */
  readonly failures: number;
}

/** Why a key is held to be active or silent. */
export interface ActivityExplanation {
  /** The key asked for. */
  readonly key: string;
  /** `unknown`: neither noted nor watched. */
  readonly state: 'unknown' | 'active' | 'silent';
  /** One sentence for a person. */
  readonly reason: string;
  /** Milliseconds since the last activity, or since the key was first watched; undefined when unknown. */
  readonly silentFor: number | undefined;
  /** How long the key may be silent, in milliseconds; undefined when unknown. */
  readonly silence: number | undefined;
  /** Activities noted. */
  readonly noted: number;
}

const schema = z.strictObject({
  silence: z._default(silence(), 60_000),
  onSilent: z.optional(callback<Callback<[key: string, silence: Silence]>>()),
  onActive: z.optional(callback<Callback<[key: string, silence: Silence]>>()),
  maxKeys: z._default(wholeNumber(1, MAX_CAPACITY), 100_000),
  clock: clockOrSystem(),
  onError: z.optional(callback<ErrorHandler<ActivityErrorContext>>()),
});

const keySchema = z.strictObject({ silence: z.optional(silence()) });

/** Options with their defaults applied. */
export type ActivityPlan = z.output<typeof schema>;

/** @throws ConfigError that names the option. */
export function readActivityOptions(options: unknown): ActivityPlan {
  return readOptions('ActivityMonitor', schema, options);
}

/** Returns the silence of a key, if it has one of its own. @throws ConfigError that names the option. */
export function readKeySilence(options: unknown): number | undefined {
  return readOptions('ActivityMonitor.watch', keySchema, options).silence;
}

function silence(): z.ZodMiniType<number, number> {
  return claim('a number of milliseconds above 0, or Infinity', (value) => typeof value === 'number' && value > 0);
}
