import { requireWithin } from './require-within.js';

/** Furthest time from the epoch that a `Date` can say, in milliseconds. */
export const MAX_TIME = 8.64e15;

/** Longest period, in milliseconds: three years. */
export const MAX_PERIOD = 1e11;

/** Refuses what is no time in epoch milliseconds; fractions are fine. @throws ArgumentError */
export function requireTime(owner: string, name: string, value: unknown): void {
  requireWithin(owner, name, value, -MAX_TIME, MAX_TIME);
}

/** Which period a time lies in, counted from the epoch: period i lasts from i * period up to (i + 1) * period. */
export function periodOf(time: number, period: number): number {
  // A quotient below a whole number does not round up to it: doubles next to i * period are at least 2^-53 of it away,
  // and rounding moves less. Adding 0 makes -0 a 0.
  return Math.floor(time / period) + 0;
}
