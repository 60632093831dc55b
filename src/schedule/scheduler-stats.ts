/** A scheduler's counters, and its state now. submitted = succeeded + failed + queued + running, of submitted tasks. */
export interface SchedulerStats {
  /** Tasks that may run at once now. */
  readonly limit: number;
  /** Calls that run now, of lists and of submitted tasks. */
  readonly running: number;
  /** Submitted tasks that wait now. */
  readonly queued: number;
  /** Lists under way. */
  readonly lists: number;
  /** Lists that were begun. */
  readonly runs: number;
  /** Keys of finished lists that were tried. */
  readonly tried: number;
  /** Tasks ever submitted. */
  readonly submitted: number;
  /** Tasks and keys that succeeded. */
  readonly succeeded: number;
  /** Tasks and keys that failed. */
  readonly failed: number;
  /** Calls after a failure. */
  readonly retried: number;
  /** Calls refused with 429 or 418. */
  readonly throttled: number;
  /** Submitted tasks whose deadline passed. */
  readonly expired: number;
  /** Second calls for slow ones. */
  readonly hedged: number;
  /** Keys remembered. */
  readonly keys: number;
  /** Failures of callbacks. */
  readonly errors: number;
  /** Weight that a window may have, as learned; undefined while no refusal has told. */
  readonly learnedLimit?: number;
  /** Length of that window in milliseconds. */
  readonly learnedInterval?: number;
}
