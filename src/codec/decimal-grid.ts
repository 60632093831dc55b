import { MOST_DECIMALS } from './series-codec-options.js';

/** Powers of ten, all exact. */
const POWERS = Float64Array.from({ length: MOST_DECIMALS + 1 }, (_, decimals) => Number(`1e${decimals}`));

/** Integers beyond this are not used: twice as much still has to be exact. */
export const LARGEST_INTEGER = 2 ** 52;

/** Bits that an exception takes: its position, its kind and eight bytes. */
const EXCEPTION_BITS = 80;
/** Values that are looked at first. */
const PROBES = 8;
/** Bits that one more decimal adds to a value. */
const BITS_PER_DECIMAL = Math.log2(10);

/** Ten to a power from 0 to 15. */
export function power(decimals: number): number {
  return POWERS[decimals] ?? Number.NaN;
}

/**
 * The integer that gives `value` when divided by `scale`; NaN when there is none.
 *
 * Dividing two exact numbers rounds once, as reading `0.07` does: so 7 / 100 is 0.07 to the last bit, which
 * 7 * 0.01 is not.
 */
export function scaled(value: number, scale: number): number {
  const integer = Math.round(value * scale);
  if (integer / scale !== value || Math.abs(integer) > LARGEST_INTEGER) return Number.NaN;
  return integer === 0 && Object.is(value, -0) ? Number.NaN : integer;
}

/**
 * Decimals at which values from `start` to `end` are smallest when those that need more are kept as they are.
 *
 * Most often that is what the finest value needs. A few values with many decimals do not make all others longer.
 */
export function chooseDecimals(
  values: Float64Array,
  start: number,
  end: number,
  expected: number,
  most: number,
): number {
  const guess = guessDecimals(values, start, end, expected, most);
  if (isBest(values, start, end, guess)) return guess;
  const needing = countDecimals(values, start, end, guess, most);
  let chosen = coarserThan(needing, most + 1);
  while (chosen > 0) {
    const coarser = coarserThan(needing, chosen);
    if ((needing[chosen] ?? 0) >= worthwhile(end - start, chosen - coarser)) return chosen;
    chosen = coarser;
  }
  return chosen;
}

/** The most that one of the first values needs. */
function guessDecimals(values: Float64Array, start: number, end: number, expected: number, most: number): number {
  let guess = 0;
  for (let position = start; position < Math.min(end, start + PROBES); position++) {
    const decimals = leastDecimals(values[position] ?? 0, expected, most);
    if (decimals <= most) guess = Math.max(guess, decimals);
  }
  return guess;
}

/** Whether no value needs more, and enough need as many: then counting would come to the same. Hot path. */
function isBest(values: Float64Array, start: number, end: number, decimals: number): boolean {
  const scale = power(decimals);
  const coarser = decimals === 0 ? 0 : power(decimals - 1);
  let wanting = decimals === 0 ? 0 : worthwhile(end - start, decimals);
  for (let position = start; position < end; position++) {
    const value = values[position] ?? 0;
    if (Number.isNaN(scaled(value, scale))) return false;
    if (wanting > 0 && Number.isNaN(scaled(value, coarser))) wanting--;
  }
  return wanting <= 0;
}

/** Values that have to need so many more decimals, for all of `count` values to get them. */
function worthwhile(count: number, decimals: number): number {
  return (count * BITS_PER_DECIMAL * decimals) / EXCEPTION_BITS;
}

/** How many values need how many decimals. */
function countDecimals(values: Float64Array, start: number, end: number, expected: number, most: number): Uint32Array {
  const needing = new Uint32Array(most + 1);
  let guess = expected;
  for (let position = start; position < end; position++) {
    const decimals = leastDecimals(values[position] ?? 0, guess, most);
    if (decimals > most) continue;
    guess = decimals;
    needing[decimals] = (needing[decimals] ?? 0) + 1;
  }
  return needing;
}

/** From the guess up or down: neighbours mostly need the same. */
function leastDecimals(value: number, guess: number, most: number): number {
  let decimals = guess;
  while (decimals <= most && !isOnGrid(value, decimals)) decimals++;
  if (decimals === guess) while (decimals > 0 && isOnGrid(value, decimals - 1)) decimals--;
  return decimals;
}

function isOnGrid(value: number, decimals: number): boolean {
  return !Number.isNaN(scaled(value, power(decimals)));
}

/** The most decimals below `limit` that some value needs; 0 when there are none. */
function coarserThan(needing: Uint32Array, limit: number): number {
  let decimals = limit - 1;
  while (decimals > 0 && needing[decimals] === 0) decimals--;
  return Math.max(0, decimals);
}
