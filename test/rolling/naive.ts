/** Slow, obvious twins of what tickwise/rolling computes. */

/** Reproducible numbers from 0 to 1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** The formula that tick mode promises to equal, over whole numbers minus an anchor of the caller's choice. */
export function tickCorrelation(x: readonly number[], y: readonly number[], xAnchor = 0, yAnchor = 0): number {
  const n = x.length;
  let [sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0];
  for (let index = 0; index < n; index++) {
    const a = (x[index] ?? NaN) - xAnchor;
    const b = (y[index] ?? NaN) - yAnchor;
    sx += a;
    sy += b;
    sxx += a * a;
    syy += b * b;
    sxy += a * b;
  }
  const dx = n * sxx - sx * sx;
  const dy = n * syy - sy * sy;
  if (dx === 0 || dy === 0) return NaN;
  return Math.max(-1, Math.min(1, (n * sxy - sx * sy) / Math.sqrt(dx * dy)));
}

const SHIFT = 1_100;

/** A double times 2^1100, which is a whole number. */
function toBig(value: number): bigint {
  let whole = value;
  let doublings = 0;
  while (!Number.isInteger(whole)) {
    whole *= 2;
    doublings++;
  }
  return BigInt(whole) << BigInt(SHIFT - doublings);
}

interface BigSums {
  readonly cross: bigint;
  readonly left: bigint;
  readonly right: bigint;
}

function add(terms: readonly bigint[]): bigint {
  return terms.reduce((sum, term) => sum + term, 0n);
}

function bigSums(x: readonly number[], y: readonly number[]): BigSums {
  const a = x.map(toBig);
  const b = y.map(toBig);
  const n = BigInt(x.length);
  const product = (p: bigint[], q: bigint[]): bigint =>
    n * add(p.map((term, index) => term * (q[index] ?? 0n))) - add(p) * add(q);
  return { cross: product(a, b), left: product(a, a), right: product(b, b) };
}

/** Correlation of doubles, rounded only at the end. NaN when a variance is exactly 0. */
export function exactCorrelation(x: readonly number[], y: readonly number[]): number {
  const { cross, left, right } = bigSums(x, y);
  if (left === 0n || right === 0n) return NaN;
  const squared = Number(((cross * cross) << 200n) / (left * right)) / 2 ** 200;
  return cross < 0n ? -Math.sqrt(squared) : Math.sqrt(squared);
}

/** Covariance of doubles, rounded only at the end. */
export function exactCovariance(x: readonly number[], y: readonly number[], ddof: number): number {
  const n = x.length;
  if (n <= ddof) return NaN;
  const { cross } = bigSums(x, y);
  const divisor = BigInt(n) * BigInt(n - ddof);
  // Cut to 600 bits after the point, far below the last digit of any result here.
  return Number((cross / divisor) >> BigInt(2 * SHIFT - 600)) / 2 ** 600;
}

/** Mean and variance by two passes in order, as a textbook writes them. */
export function twoPass(values: readonly number[], ddof: number): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const isFlat = values.every((value) => value === values[0]);
  return { mean, variance: isFlat ? 0 : squares / (values.length - ddof) };
}

/** The values of a pair in the bars where both are present. */
export function joint(x: readonly number[], y: readonly number[]): [number[], number[]] {
  const kept = x.map((_, index) => index).filter((index) => isPresent(x[index]) && isPresent(y[index]));
  return [kept.map((index) => x[index] ?? NaN), kept.map((index) => y[index] ?? NaN)];
}

function isPresent(value: number | undefined): boolean {
  return value !== undefined && Number.isFinite(value);
}

/** How far a result is from what was expected: 0 when both are NaN, NaN when one of them is. */
export function distance(found: number, expected: number): number {
  return Object.is(found, expected) ? 0 : Math.abs(found - expected);
}
