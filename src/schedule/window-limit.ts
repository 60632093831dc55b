/**
 * Counts what started within one window, and tells when more may.
 *
 * Times are milliseconds of a monotonic clock and never go back from call to call.
 */
export interface LimitWindow {
  /** What may start in a window. */
  readonly limit: number;
  /** What counts at `now`. */
  usedAt(now: number): number;
  /** The earliest time from `now` on when `amount` fits, if nothing else starts before; Infinity when it never does. */
  freeAt(now: number, amount: number): number;
  /** Counts a start. The caller has asked `freeAt` right before, at the same time. */
  take(now: number, amount: number): void;
  /** The venue says that `used` counts now, and until when if it says so. Raises the count, never lowers it. */
  settle(now: number, used: number, until?: number): void;
  /** The venue says that another limit holds. */
  setLimit(limit: number): void;
}

/** Sums of fractions may be off in their last digits: ten starts of 0.1 fit into a limit of 1. */
const TOLERANCE = 1e-9;

/** Whether `amount` fits beside what is used. */
export function hasRoom(used: number, amount: number, limit: number): boolean {
  return used + amount <= limit + limit * TOLERANCE;
}
