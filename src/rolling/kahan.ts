/*
 * Kahan's sums: their error does not grow with the number of terms. Whole numbers below 2^53 are added exactly.
 *
 * Hot paths: no allocation.
 */

/** Adds all values. */
export function kahanSum(values: Float64Array): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const term = value - lost;
    const next = sum + term;
    lost = next - sum - term;
    sum = next;
  }
  return sum;
}

/** Adds the squares of all values. */
export function kahanSquares(values: Float64Array): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const term = value * value - lost;
    const next = sum + term;
    lost = next - sum - term;
    sum = next;
  }
  return sum;
}
