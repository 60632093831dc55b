/** Bounds of the delay before something that failed is tried again, in milliseconds. */
export interface BackOffBounds {
  /** Bound of the first delay; it doubles with each failure. */
  readonly minDelay: number;
  /** Largest bound. */
  readonly maxDelay: number;
}

/** Doubling beyond this exponent would only overflow. */
const LARGEST_EXPONENT = 52;

/**
 * Milliseconds to wait after the `failures`-th failure in a row (from 1): a random part of a bound that
 * starts at `minDelay` and doubles up to `maxDelay`. The full range is random, so that processes hit by
 * one failure come back at different times.
 */
export function backOffDelay(failures: number, { minDelay, maxDelay }: BackOffBounds, random: () => number): number {
  const bound = Math.min(maxDelay, minDelay * 2 ** Math.min(failures - 1, LARGEST_EXPONENT));
  const part = random();
  // NaN or a number outside 0 to 1, from somebody's own random, waits the bound.
  return part >= 0 && part <= 1 ? part * bound : bound;
}
