/** Longest wait before the first retry, in milliseconds; doubles with each failure. */
const FIRST = 1_000;
/** Longest wait of all, in milliseconds. */
const LONGEST = 30_000;

/**
 * How long to wait before retry number `attempt` (from 1), in milliseconds: anything up to a bound that
 * doubles from 1 s to 30 s. The full range is random, so that processes hit by one failure spread out.
 */
export function retryDelay(attempt: number, random: () => number): number {
  const bound = Math.min(LONGEST, FIRST * 2 ** (attempt - 1));
  const share = random();
  // NaN or a number outside 0 to 1, from somebody's own random, waits the bound.
  return share >= 0 && share <= 1 ? share * bound : bound;
}
