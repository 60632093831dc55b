/** Why a list ended before all its keys were tried. */
export interface RunStop {
  /**
   * Nearly everything failed ('early-exit'), the signal fired ('aborted'), the scheduler was closed ('closed'), the
   * breaker opened ('circuit-open'), or the iterable of keys threw ('source-error').
   */
  readonly reason: 'early-exit' | 'aborted' | 'closed' | 'circuit-open' | 'source-error';
  /** Part of the tried keys that succeeded, 0 to 1; 0 when none was tried. */
  readonly successRate: number;
  /** What the signal was aborted with, or what the iterable threw. */
  readonly error?: unknown;
}

/** Counters of one list. tried = succeeded + failed. */
export interface RunStats {
  /** Keys whose task has ended, with whatever outcome. */
  readonly tried: number;
  /** Keys with a result that `isSuccess` accepts. */
  readonly succeeded: number;
  /** Keys that failed: the last attempt threw, rejected, timed out, or gave a result that `isSuccess` refuses. */
  readonly failed: number;
  /** Calls after a failure. */
  readonly retried: number;
  /** Calls refused with 429 or 418, and made again. */
  readonly throttled: number;
  /** Times that a suspected outage turned out to be a block of dead keys. */
  readonly resumed: number;
  /** Milliseconds of `clock` from the start to the end. */
  readonly duration: number;
}

/** What became of a list. There always is one: neither failures nor an abort reject `run`. */
export interface RunReport<Key, Value> {
  /** Results that `isSuccess` accepts, by key. Empty with `collect: false`. */
  readonly results: Map<Key, Value>;
  /**
   * By key what was thrown, or the result that `isSuccess` refuses. Empty with `collect: false`.
   */
  readonly failures: Map<Key, unknown>;
  /**
   * Keys that were not tried because the list ended early. Of a generator only those that had been read. Empty with
   * `collect: false`.
   */
  readonly skipped: Key[];
  /** Why the list ended early; absent when all keys were tried. */
  readonly stopped?: RunStop;
  /** Counters. */
  readonly stats: RunStats;
}

/** One finished key of a stream. */
export type StreamItem<Key, Value> =
  | { readonly key: Key; readonly value: Value; readonly error?: never }
  | { readonly key: Key; readonly error: unknown; readonly value?: never };
