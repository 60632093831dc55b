/*
 * Loops over the packed strict upper triangle of an N by N matrix: row after row, without the diagonal.
 * The pair (i, j), i < j, stands at i * (2n - i - 1) / 2 + j - i - 1.
 *
 * Hot paths: no allocation. Arrays hold n entries, the triangle n * (n - 1) / 2, so the casts drop an
 * `undefined` that cannot occur.
 */

/** Where the pair of `first` and `second`, `first < second`, stands. */
export function pairIndex(first: number, second: number, size: number): number {
  return (first * (2 * size - first - 1)) / 2 + second - first - 1;
}

/** Adds the products of the bar that enters and takes off those of the bar that leaves. */
export function slideTriangle(triangle: Float64Array, entering: Float64Array, leaving: Float64Array): void {
  const size = entering.length;
  let index = 0;
  for (let first = 0; first < size; first++) {
    const enters = entering[first] as number;
    const leaves = leaving[first] as number;
    for (let second = first + 1; second < size; second++) {
      triangle[index] =
        (triangle[index] as number) + (enters * (entering[second] as number) - leaves * (leaving[second] as number));
      index++;
    }
  }
}

/** Replaces one symbol's value in the newest bar: adds `(after - before) * bar[other]` to each of its pairs. */
export function amendTriangle(
  triangle: Float64Array,
  bar: Float64Array,
  symbol: number,
  before: number,
  after: number,
): void {
  const size = bar.length;
  let index = symbol - 1;
  for (let other = 0; other < symbol; other++) {
    const value = bar[other] as number;
    triangle[index] = (triangle[index] as number) + (after * value - before * value);
    index += size - other - 2;
  }
  index = pairIndex(symbol, symbol + 1, size);
  for (let other = symbol + 1; other < size; other++) {
    const value = bar[other] as number;
    triangle[index] = (triangle[index] as number) + (after * value - before * value);
    index++;
  }
}

/**
 * Adds the products of `deviations` with `values - anchor`, gaps (NaN) left out.
 *
 * Kahan's sum: its error does not grow with the window. With integers below 2^53 it is exact.
 */
export function anchoredProduct(deviations: Float64Array, values: Float64Array, start: number, anchor: number): number {
  let sum = 0;
  let lost = 0;
  for (let index = 0; index < deviations.length; index++) {
    const product = (deviations[index] as number) * ((values[start + index] as number) - anchor);
    if (Number.isNaN(product)) continue;
    const term = product - lost;
    const next = sum + term;
    lost = next - sum - term;
    sum = next;
  }
  return sum;
}

/** Adds the deviations, gaps (NaN) left out, by Kahan's sum. */
export function totalOf(deviations: Float64Array): number {
  let sum = 0;
  let lost = 0;
  for (let index = 0; index < deviations.length; index++) {
    const deviation = deviations[index] as number;
    if (Number.isNaN(deviation)) continue;
    const term = deviation - lost;
    const next = sum + term;
    lost = next - sum - term;
    sum = next;
  }
  return sum;
}
