/** Squares of values up to here add up to a finite number over any window. Beyond are no market values. */
const LARGEST = 1e150;

/** Whether a value is missing: NaN, infinite or beyond 1e150. */
export function isGap(value: number): boolean {
  return !(Math.abs(value) <= LARGEST);
}

/** Makes NaN of each value that is missing, and returns how many are. Hot path: no call per value. */
export function clearGaps(values: Float64Array): number {
  let gaps = 0;
  for (let index = 0; index < values.length; index++) {
    if (Math.abs(values[index] as number) <= LARGEST) continue; // the index is below the length
    values[index] = NaN;
    gaps++;
  }
  return gaps;
}
