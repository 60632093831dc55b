import type { Contender, Instance } from '../../runner/contract.js';

/** Points of the series that every contender goes through again and again: more than 10^6, or 8 MB. */
export const LENGTH = 2 ** 20;
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

/** Lines that are right, one per convention; made when an answer is checked. */
export type Expected = () => readonly Float64Array[];

/** A contender that computes a whole line at once, from the first `count` points. */
export function batch(compute: (count: number) => ArrayLike<number>, expected: Expected): Instance {
  let line: ArrayLike<number> = [];
  return {
    run(operations) {
      for (let left = operations; left > 0; left -= LENGTH) line = compute(Math.min(left, LENGTH));
      return line;
    },
    answer: () => ({ points: LENGTH, verdict: verdict(line, expected()) }),
  };
}

/** A contender that takes points one by one: `feed` takes those from `from` up to `to` and writes what comes out. */
export function stream(feed: (from: number, to: number, out: Float64Array) => void, expected: Expected): Instance {
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
    answer: () => ({ points: LENGTH, verdict: verdict(out, expected()) }),
  };
}

/** The floor: reads and writes a number per point, which are right from the start. */
export function floor(expected: Expected): Contender {
  return {
    name: 'read and write a point',
    floor: true,
    setup() {
      const answers = expected();
      const line = answers[0] ?? SERIES;
      const out = new Float64Array(LENGTH);
      return batch(
        (count) => {
          for (let i = 0; i < count; i++) out[i] = line[i] ?? 0;
          return out;
        },
        () => answers,
      );
    },
  };
}

/** What the tables of all indicators do not say. */
export const NOTE =
  `The series has ${LENGTH} points; whoever takes longer than 8 ms for all of them is timed over the first part of it. ` +
  'tulind takes part where it is installed beside the other peers (npm i --no-save tulind, then its install script). ' +
  'talib is left out: to install it is to compile all of TA-Lib, for more than 170 s.';

/** The first `count` points, as the whole series when it is that. */
export function points(count: number): Float64Array {
  return count === LENGTH ? SERIES : SERIES.subarray(0, count);
}

let part: readonly number[] = LIST;

/** The same of the plain array. A part is cut off once, not in every call that is timed. */
export function list(count: number): number[] {
  if (part.length !== count) part = count === LENGTH ? LIST : LIST.slice(0, count);
  return part as number[]; // peers do not write to it
}

/** Computes a line from each whole window, given its first index and the one after its last, in an obvious way. */
export function windows(period: number, compute: (from: number, to: number) => number): Float64Array {
  return SERIES.map((_, last) => (last + 1 < period ? Number.NaN : compute(last + 1 - period, last + 1)));
}

/** Mean of a window by its definition. */
export function meanOf(from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += SERIES[i] ?? 0;
  return sum / (to - from);
}

/** Smallest value of a window. */
export function smallestOf(from: number, to: number): number {
  let smallest = Infinity;
  for (let i = from; i < to; i++) smallest = Math.min(smallest, SERIES[i] ?? 0);
  return smallest;
}

/** Standard deviation of a window by two passes. */
export function deviationOf(from: number, to: number, ddof: number): number {
  const mean = meanOf(from, to);
  let squares = 0;
  for (let i = from; i < to; i++) squares += ((SERIES[i] ?? 0) - mean) ** 2;
  return Math.sqrt(squares / (to - from - ddof));
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
