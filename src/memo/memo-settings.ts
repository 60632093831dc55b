import type { Clock } from '../core/clock.js';
import { FailureReporter } from '../core/failures.js';
import { systemClock } from '../core/system-clock.js';
import { isBypassed } from './bypass.js';
import { HitRateWatch } from './hit-rate-watch.js';
import type { CheckedOptions, MemoErrorContext } from './memo-options.js';

/** A caller's function whose result has to be checked. */
export type UncheckedCallback = (...args: unknown[]) => unknown;

/** Options with their defaults, and what all caches of one function or method share. */
export interface MemoSettings {
  /** Name in statistics, warnings and `TICKWISE_BYPASS`. */
  readonly name: string;
  /** Milliseconds, or what tells them. */
  readonly ttl: number | UncheckedCallback;
  /** Most entries kept. */
  readonly maxEntries: number;
  /** What tells calls apart; all arguments without it. */
  readonly key: UncheckedCallback | undefined;
  /** Milliseconds after the ttl. */
  readonly staleWhileRevalidate: number;
  /** Milliseconds after the ttl. */
  readonly staleIfError: number;
  /** Milliseconds; 0 caches no errors. */
  readonly errorTtl: number;
  /** Tags of a result. */
  readonly tags: UncheckedCallback | undefined;
  /** Whether to store a result. */
  readonly isStorable: UncheckedCallback | undefined;
  /** Whether stored results are frozen. */
  readonly isFreezing: boolean;
  /** Market time. */
  readonly clock: Clock;
  /** Milliseconds of `ioClock` per load; Infinity for no limit. */
  readonly timeout: number;
  /** Time of loads. */
  readonly ioClock: Clock;
  /** Whether the options say that the function returns promises. */
  readonly isDeclaredAsync: boolean;
  /** Whether every call runs the function. */
  readonly isBypassed: boolean;
  /** Where failures go that no caller sees. */
  readonly reporter: FailureReporter<MemoErrorContext>;
  /** Judge of whether the cache is of use. */
  readonly hitRate: HitRateWatch;
}

/** Defaults that depend on how the cache is made. */
export interface MemoDefaults {
  /** Name unless the options have one. */
  readonly name: string;
  /** Milliseconds. */
  readonly ttl: number;
}

/** Fills in the defaults. */
export function settingsOf(options: CheckedOptions, defaults: MemoDefaults): MemoSettings {
  const name = options.name ?? defaults.name;
  return {
    name,
    ttl: options.ttl ?? defaults.ttl,
    maxEntries: options.maxEntries ?? 10_000,
    key: options.key,
    staleWhileRevalidate: options.staleWhileRevalidate ?? 0,
    staleIfError: options.staleIfError ?? 0,
    errorTtl: options.errorTtl ?? 0,
    tags: options.tags,
    isStorable: options.isStorable,
    isFreezing: isFreezing(options.freeze ?? 'never'),
    clock: options.clock ?? systemClock,
    timeout: options.timeout ?? Infinity,
    ioClock: options.ioClock ?? systemClock,
    isDeclaredAsync: options.timeout !== undefined || options.ioClock !== undefined,
    isBypassed: isBypassed(name),
    reporter: new FailureReporter<MemoErrorContext>(`memo ${name}`, options.onError),
    hitRate: new HitRateWatch(name),
  };
}

function isFreezing(freeze: 'never' | 'development' | 'always'): boolean {
  return freeze === 'always' || (freeze === 'development' && process.env['NODE_ENV'] !== 'production');
}
