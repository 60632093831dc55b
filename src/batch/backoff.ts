/** Doubling beyond this exponent would only overflow. */
const LARGEST_EXPONENT = 52;

/**
 * Milliseconds to wait after the `failures`-th failure in a row: drawn evenly between 0 and a bound that starts
 * at `minDelay` and doubles up to `maxDelay`, so that many writers do not return to a server all at once.
 */
export function backoff(failures: number, minDelay: number, maxDelay: number): number {
  const bound = minDelay * 2 ** Math.min(failures - 1, LARGEST_EXPONENT);
  return Math.random() * Math.min(maxDelay, bound);
}
