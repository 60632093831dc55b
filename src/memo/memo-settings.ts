import type { Clock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { systemClock } from '../core/system-clock.js';
import { isBypassed } from './bypass.js';
import type { InvalidationBus } from './cache-store.js';
import type { EntryWindows } from './entry.js';
import { HitRateWatch } from './hit-rate-watch.js';
import type { MemoErrorContext } from './memo-options.js';
import type { CheckedOptions } from './option-schema.js';
import { type StoreSettings, storeSettingsOf } from './store-settings.js';

/** A caller's function whose result has to be checked. */
export type UncheckedCallback = (...args: unknown[]) => unknown;

/** Options with their defaults, and what all caches of one function or method share. */
export interface MemoSettings extends EntryWindows {
  /** Name in statistics, warnings and `TICKWISE_BYPASS`. */
  readonly name: string;
  /** Milliseconds, or what tells them. */
  readonly ttl: number | UncheckedCallback;
  /** Most entries kept. */
  readonly maxEntries: number;
  /** Most bytes kept, as `sizeOf` counts them. */
  readonly maxBytes: number;
  /** Bytes of a result. */
  readonly sizeOf: UncheckedCallback | undefined;
  /** Which entries go first. */
  readonly policy: 'lru' | 'tinylfu';
  /** What tells calls apart; all arguments without it. */
  readonly key: UncheckedCallback | undefined;
  /** How keys are made. */
  readonly keyMode: 'exact' | 'fingerprint';
  /** Part of the ttl by which it is shortened at most. */
  readonly jitter: number;
  /** Factor of the load time in early refreshes; 0 for none. */
  readonly earlyRefresh: number;
  /** Tags of a result. */
  readonly tags: UncheckedCallback | undefined;
  /** Whether to store a result. */
  readonly isStorable: UncheckedCallback | undefined;
  /** Whether stored results are frozen. */
  readonly isFreezing: boolean;
  /** Part of the hits that are recomputed. */
  readonly audit: number;
  /** Market time. */
  readonly clock: Clock;
  /** Milliseconds of `ioClock` per load; Infinity for no limit. */
  readonly timeout: number;
  /** Whether the function gets an AbortSignal. */
  readonly isAbortable: boolean;
  /** The second level, if there is one. */
  readonly store: StoreSettings | undefined;
  /** Where invalidations go, and come from. */
  readonly bus: InvalidationBus | undefined;
  /** Part of the names of what leaves the process. */
  readonly version: string;
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
  /** Whether calls are made on an instance. */
  readonly isMethod: boolean;
}

/**
 * Fills in the defaults.
 * @throws ConfigError when an option needs another that is not there.
 */
export function settingsOf(options: CheckedOptions, defaults: MemoDefaults): MemoSettings {
  const name = options.name ?? defaults.name;
  checkCompany(options, name);
  return {
    name,
    ttl: options.ttl ?? defaults.ttl,
    maxEntries: options.maxEntries ?? 10_000,
    maxBytes: options.maxBytes ?? Infinity,
    sizeOf: options.sizeOf,
    policy: options.policy ?? 'lru',
    key: options.key,
    keyMode: options.keyMode ?? 'exact',
    staleWhileRevalidate: options.staleWhileRevalidate ?? 0,
    staleIfError: options.staleIfError ?? 0,
    errorTtl: options.errorTtl ?? 0,
    jitter: options.jitter ?? 0,
    earlyRefresh: Number(options.earlyRefresh ?? 0),
    tags: options.tags,
    isStorable: options.isStorable,
    isFreezing: isFreezing(options.freeze ?? 'never'),
    audit: options.audit ?? 0,
    clock: options.clock ?? systemClock,
    timeout: options.timeout ?? Infinity,
    isAbortable: options.abortable ?? false,
    store: storeSettingsOf(options, name, defaults.isMethod),
    bus: options.bus,
    version: options.version ?? '',
    ioClock: options.ioClock ?? systemClock,
    isDeclaredAsync: isDeclaredAsync(options),
    isBypassed: isBypassed(name),
    reporter: new FailureReporter<MemoErrorContext>(`memo ${name}`, options.onError),
    hitRate: new HitRateWatch(name),
  };
}

function checkCompany({ name, maxBytes, sizeOf, bus }: CheckedOptions, label: string): void {
  if (bus !== undefined && name === undefined) {
    throw new ConfigError(`memo ${label}: bus needs name, by which processes find the same cache, got undefined`);
  }
  if (maxBytes !== undefined && maxBytes !== Infinity && sizeOf === undefined) {
    throw new ConfigError(`memo ${label}: maxBytes needs sizeOf, which tells the bytes of a result, got undefined`);
  }
}

function isDeclaredAsync({ timeout, ioClock, abortable, store }: CheckedOptions): boolean {
  return timeout !== undefined || ioClock !== undefined || abortable === true || store !== undefined;
}

function isFreezing(freeze: 'never' | 'development' | 'always'): boolean {
  return freeze === 'always' || (freeze === 'development' && process.env['NODE_ENV'] !== 'production');
}
