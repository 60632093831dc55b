import type { Entry } from './entry.js';

/** Draws above this many load times happen once in 5 * 10^8 reads: not worth a random number. */
const LARGEST_DRAW = 20;

/**
 * Whether a hit is the one that refreshes an entry before its end: with the probability
 * exp(-timeLeft / (factor * loadTime)), 37 % at one load time before the end and 0.7 % at five.
 *
 * Source: Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015.
 */
export function isDueEarly({ storedAt, ttl, loadTime }: Entry, now: number, factor: number): boolean {
  const scale = (factor * loadTime) / 1_000;
  const timeLeft = storedAt + ttl - now;
  if (timeLeft >= scale * LARGEST_DRAW) return false;
  // 1 - random is above 0, so that its logarithm is finite.
  return -Math.log(1 - Math.random()) * scale >= timeLeft;
}
