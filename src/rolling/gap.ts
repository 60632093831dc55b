/** Squares of values up to here add up to a finite number over any window. Beyond are no market values. */
const LARGEST = 1e150;

/** Whether a value is missing: NaN, infinite or beyond 1e150. */
export function isGap(value: number): boolean {
  return !(Math.abs(value) <= LARGEST);
}
