import type { Contender, Instance } from '../../runner/contract.js';

/** Points of the series that every contender goes through again and again. */
export const LENGTH = 65_536;
/** Where the wrong print is: after it has left a window, results must be right again. */
const WRONG_PRINT = 1_000;
/** From here on results are compared: what started differently has met by then. */
const COMPARED = 30_000;
const TOLERANCE = 1e-9;

/** A random walk of prices in cents, with one wrong print, as venues send them now and then. */
export const SERIES = walk();
/** The same as a plain array, for peers that want one. */
export const LIST: readonly number[] = [...SERIES];

/** What a contender that is right answers. */
export const RIGHT = { points: LENGTH, verdict: 'right within 1e-9' };

/** A contender that computes a whole line at once, from the first `count` points. */
export function batch(compute: (count: number) => ArrayLike<number>, expected: readonly ArrayLike<number>[]): Instance {
  let line: ArrayLike<number> = [];
  return {
    run(operations) {
      for (let left = operations; left > 0; left -= LENGTH) line = compute(Math.min(left, LENGTH));
      return line;
    },
    answer: () => ({ points: LENGTH, verdict: verdict(line, expected) }),
  };
}

/** A contender that takes points one by one: `feed` takes those from `from` up to `to` and writes what comes out. */
export function stream(
  feed: (from: number, to: number, out: Float64Array) => void,
  expected: readonly ArrayLike<number>[],
): Instance {
  const out = new Float64Array(LENGTH);
  let at = 0;
  return {
    run(operations) {
      for (let left = operations; left > 0;) {
        const from = at % LENGTH;
        const to = Math.min(LENGTH, from + left);
        feed(from, to, out);
        at += to - from;
        left -= to - from;
      }
      return out;
    },
    answer: () => ({ points: LENGTH, verdict: verdict(out, expected) }),
  };
}

/** The floor: reads and writes a number per point, which are right from the start. */
export function floor(expected: () => readonly Float64Array[]): Contender {
  return {
    name: 'read and write a point',
    floor: true,
    setup() {
      const answers = expected();
      const line = answers[0] ?? SERIES;
      const out = new Float64Array(LENGTH);
      return batch((count) => {
        for (let i = 0; i < count; i++) out[i] = line[i] ?? 0;
        return out;
      }, answers);
    },
  };
}

/** What the tables of all indicators do not say. */
export const NATIVE =
  'talib and tulind are left out: they compile C, or download a binary from elsewhere, when they are installed.';

/** The first `count` points, as the whole series when it is that. */
export function points(count: number): Float64Array {
  return count === LENGTH ? SERIES : SERIES.subarray(0, count);
}

/** The same of the plain array. */
export function list(count: number): number[] {
  return (count === LENGTH ? LIST : LIST.slice(0, count)) as number[]; // peers do not write to it
}

/** Computes a line from each whole window, in the most obvious way. */
export function windows(period: number, compute: (window: Float64Array) => number): Float64Array {
  return SERIES.map((_, end) => (end + 1 < period ? Number.NaN : compute(SERIES.subarray(end + 1 - period, end + 1))));
}

/** Mean of a window by its definition. */
export function meanOf(window: Float64Array): number {
  return window.reduce((sum, value) => sum + value, 0) / window.length;
}

/** Standard deviation of a window by two passes. */
export function deviationOf(window: Float64Array, ddof: number): number {
  const mean = meanOf(window);
  return Math.sqrt(window.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (window.length - ddof));
}

/** Right is who agrees with one of the conventions there are. Lines may start late: they are compared at the end. */
function verdict(line: ArrayLike<number>, conventions: readonly ArrayLike<number>[]): string {
  const worst = Math.min(...conventions.map((expected) => worstOf(line, expected)));
  return worst <= TOLERANCE ? RIGHT.verdict : `wrong by ${worst.toPrecision(2)}`;
}

function worstOf(line: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = 0;
  for (let back = 1; back <= LENGTH - COMPARED; back++) {
    const twin = expected[LENGTH - back] ?? Number.NaN;
    const error = Math.abs((line[line.length - back] ?? Number.NaN) - twin) / Math.max(1, Math.abs(twin));
    if (!(error <= worst)) worst = Number.isNaN(error) ? Infinity : error;
  }
  return worst;
}

function walk(): Float64Array {
  let state = 3;
  let price = 30_000;
  const series = Float64Array.from({ length: LENGTH }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    price += ((state >>> 8) / 2 ** 24 - 0.5) * 20;
    return Math.round(price * 100) / 100;
  });
  series[WRONG_PRINT] = 1e15;
  return series;
}
