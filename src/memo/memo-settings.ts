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
  readonly name: string;
  readonly ttl: number | UncheckedCallback;
  readonly maxEntries: number;
  readonly key: UncheckedCallback | undefined;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  readonly errorTtl: number;
  readonly tags: UncheckedCallback | undefined;
  readonly isStorable: UncheckedCallback | undefined;
  readonly isFreezing: boolean;
  readonly clock: Clock;
  readonly timeout: number;
  readonly ioClock: Clock;
  /** Whether the options say that the function returns promises. */
  readonly isDeclaredAsync: boolean;
  readonly isBypassed: boolean;
  readonly reporter: FailureReporter<MemoErrorContext>;
  readonly hitRate: HitRateWatch;
}

/** Defaults that depend on how the cache is made. */
export interface MemoDefaults {
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
