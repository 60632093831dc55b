/*
 * What `WindowMoments` does with the values of one whole block after another, with everything in local variables and
 * to the bit the same. Hot paths: no allocation. Casts drop an `undefined`: all places are within the arrays.
 */

/** Beyond are gaps, see `isGap`. */
const LARGEST = 1e150;

/**
 * Mean of `count` values, given the sum of their distances to an anchor. Of whole numbers with
 * sums below 2^53, and of equal values, it is right to the last digit.
 */
export function meanOf(anchor: number, count: number, total: number): number {
  return total === 0 ? anchor + 0 : (count * anchor + total) / count;
}

/** Sum of the squared distances to the mean, given the sums of distances to an anchor and of their squares. */
export function spreadOf(square: number, count: number, total: number): number {
  const product = total * total;
  // Beyond the largest number only for values that are no prices; then the order that cannot get there.
  const spread = product < Infinity ? square - product / count : square - total * (total / count);
  return spread > 0 ? spread : 0; // below 0 only when squares are too small to be held
}

/**
 * Writes the mean of the window that ends at each value of the block that begins at `from`; the values of the block
 * before are no gaps. Returns false, having written some, when one in this block is.
 *
 * Sums of suffixes wait in `out` where they will be used. Four values a turn: the bookkeeping of a loop costs more than
 * the sums.
 */
export function slideMeans(input: Float64Array, out: Float64Array, from: number, period: number): boolean {
  const anchor = input[from] as number;
  addSuffixes(input, out, from, period, anchor);
  const last = from + period - 1;
  let sum = 0;
  let index = from;
  for (; index < last - 3; index += 4) {
    const one = input[index] as number;
    const two = input[index + 1] as number;
    const three = input[index + 2] as number;
    const four = input[index + 3] as number;
    if (!(Math.abs(one) <= LARGEST && Math.abs(two) <= LARGEST)) return false;
    if (!(Math.abs(three) <= LARGEST && Math.abs(four) <= LARGEST)) return false;
    sum += one - anchor;
    out[index] = meanOf(anchor, period, (out[index] as number) + sum);
    sum += two - anchor;
    out[index + 1] = meanOf(anchor, period, (out[index + 1] as number) + sum);
    sum += three - anchor;
    out[index + 2] = meanOf(anchor, period, (out[index + 2] as number) + sum);
    sum += four - anchor;
    out[index + 3] = meanOf(anchor, period, (out[index + 3] as number) + sum);
  }
  for (; index <= last; index++) {
    const value = input[index] as number;
    if (!(Math.abs(value) <= LARGEST)) return false;
    sum += value - anchor;
    out[index] = meanOf(anchor, period, index < last ? (out[index] as number) + sum : sum);
  }
  return true;
}

/** Sums of the suffixes of the block before `from`, moved to `anchor`, each where the window ends that needs it. */
function addSuffixes(input: Float64Array, out: Float64Array, from: number, period: number, anchor: number): void {
  const older = input[from - 1] as number;
  const shift = older - anchor;
  const first = from - period;
  let sum = 0;
  let count = 0;
  let index = from - 1;
  for (; index > first + 3; index -= 4) {
    const target = index + period - 1;
    sum += (input[index] as number) - older;
    out[target] = sum + (count + 1) * shift;
    sum += (input[index - 1] as number) - older;
    out[target - 1] = sum + (count + 2) * shift;
    sum += (input[index - 2] as number) - older;
    out[target - 2] = sum + (count + 3) * shift;
    count += 4;
    sum += (input[index - 3] as number) - older;
    out[target - 3] = sum + count * shift;
  }
  for (; index > first; index--) {
    sum += (input[index] as number) - older;
    count++;
    out[index + period - 1] = sum + count * shift;
  }
}

/**
 * The same for mean and deviation: writes to `means` and, the root of spread / `divisor`, to `roots`. `sums` and
 * `squares` are space for as many numbers as the period.
 */
export function slideRoots(
  input: Float64Array,
  means: Float64Array,
  roots: Float64Array,
  from: number,
  period: number,
  divisor: number,
  sums: Float64Array,
  squares: Float64Array,
): boolean {
  const anchor = input[from] as number;
  addSquareSuffixes(input, from, period, anchor, sums, squares);
  let sum = 0;
  let square = 0;
  for (let place = 0; place < period; place++) {
    const value = input[from + place] as number;
    if (!(Math.abs(value) <= LARGEST)) return false;
    const distance = value - anchor;
    sum += distance;
    square += distance * distance;
    const total = (sums[place] as number) + sum;
    const spread = spreadOf((squares[place] as number) + square, period, total);
    means[from + place] = meanOf(anchor, period, total);
    roots[from + place] = Math.sqrt(spread / divisor);
  }
  return true;
}

function addSquareSuffixes(
  input: Float64Array,
  from: number,
  period: number,
  anchor: number,
  sums: Float64Array,
  squares: Float64Array,
): void {
  const older = input[from - 1] as number;
  const shift = older - anchor;
  let sum = 0;
  let square = 0;
  let count = 0;
  sums[period - 1] = squares[period - 1] = 0;
  for (let place = period - 2; place >= 0; place--) {
    const distance = (input[from - period + place + 1] as number) - older;
    sum += distance;
    square += distance * distance;
    count++;
    const moved = sum + count * shift;
    sums[place] = moved;
    squares[place] = square + shift * (sum + moved);
  }
}
