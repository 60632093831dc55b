import { squaresAround, sumOf } from '../rolling/kernels.js';

/** Mean of `count` values: their sum, added in order, divided once. */
export function mean(values: Float64Array, start: number, count: number): number {
  return sumOf(values, start, count) / count;
}

/**
 * Standard deviation of `count` values around their mean, by two passes in order; exactly 0 when all are
 * equal, and NaN when `count` is not above `ddof`.
 */
export function deviation(
  values: Float64Array,
  start: number,
  count: number,
  isFlat: boolean,
  center: number,
  ddof: number,
): number {
  if (count <= ddof) return NaN;
  return isFlat ? 0 : Math.sqrt(squaresAround(values, start, count, center) / (count - ddof));
}
