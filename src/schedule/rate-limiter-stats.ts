import type { WindowAlignment, WindowCounts } from './rate-limiter-options.js';
import type { LimitRules } from './rate-limiter-rules.js';

/** One window as it is now. */
export interface RateWindowStats {
  /** What may start within it; the venue may have changed it. For windows per key, as configured. */
  readonly limit: number;
  /** Its length, in milliseconds. */
  readonly interval: number;
  /** How it lies in time. */
  readonly alignment: WindowAlignment;
  /** What it counts. */
  readonly counts: WindowCounts;
  /** The key it goes by; null when it holds for all requests. */
  readonly per: string | null;
  /** What counts in it now; null for windows per key. */
  readonly used: number | null;
  /** Values of the key that have a window; 0 when it holds for all requests. */
  readonly keys: number;
}

/**
 * What a limiter has done. `requested` is `started + waiting + aborted + refused`; calls of `tryAcquire` that had to
 * wait are not requests.
 */
export interface RateLimiterStats {
  /** Calls of `acquire`, and calls of `tryAcquire` that started. */
  readonly requested: number;
  /** Requests that may start. */
  readonly started: number;
  /** Their weight. */
  readonly weight: number;
  /** Requests that wait now. */
  readonly waiting: number;
  /** Requests that had to wait, whatever became of them. */
  readonly delayed: number;
  /** Requests given up by their signal. */
  readonly aborted: number;
  /** Requests refused: too many waited, too many keys counted, or the limiter was closed. */
  readonly refused: number;
  /** Pauses that the venue or the caller asked for. */
  readonly pauses: number;
  /** Milliseconds until a pause of everything ends. */
  readonly pausedFor: number;
  /** Answers told to `observe`. */
  readonly observed: number;
  /** Headers of a known name that could not be read, or that no window is about. */
  readonly unused: number;
  /** Each window, those for all requests first. */
  readonly windows: readonly RateWindowStats[];
}

/** The windows as they are at `now`. */
export function windowStats(rules: LimitRules, now: number): RateWindowStats[] {
  const shared = rules.shared.map(({ settings: { alignment, counts, interval }, window }) => {
    return { limit: window.limit, interval, alignment, counts, per: null, used: window.usedAt(now), keys: 0 };
  });
  const keyed = rules.keyed.map(({ settings: { alignment, counts, interval, limit, per = null }, windows }) => {
    return { limit, interval, alignment, counts, per, used: null, keys: windows.size };
  });
  return [...shared, ...keyed];
}
