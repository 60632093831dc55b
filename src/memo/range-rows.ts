import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { RangeGrid, Steps } from './range-grid.js';

/** What a load returned, in order. */
export interface SortedRows {
  /** One item per step asked for: its row, or undefined. */
  readonly rows: readonly unknown[];
  /** The steps asked for that have a row, from the first to the last; undefined when there is none. */
  readonly span: Steps | undefined;
  /** Rows that the load returned. */
  readonly received: number;
  /** Rows of other times than asked for. */
  readonly dropped: number;
  /** Rows that came again with the same time. The last one counts. */
  readonly duplicates: number;
}

/**
 * Puts the rows of a load in their places, whatever order they came in.
 * @throws ArgumentError when it is no array, or a row has no time or one at which no step begins.
 */
export function sortRows(
  answer: unknown,
  asked: Steps,
  grid: RangeGrid,
  timeOf: (row: unknown) => unknown,
): SortedRows {
  if (!Array.isArray(answer)) throw new ArgumentError(`a load must return an array of rows, got ${show(answer)}`);
  const rows = Array.from({ length: asked.hi - asked.lo }, (): unknown => undefined);
  let lo = Infinity;
  let hi = -Infinity;
  let dropped = 0;
  let duplicates = 0;
  for (const row of answer as readonly unknown[]) {
    const index = stepOf(row, grid, timeOf);
    if (index < asked.lo || index >= asked.hi) {
      dropped++;
      continue;
    }
    if (rows[index - asked.lo] !== undefined) duplicates++;
    rows[index - asked.lo] = row;
    lo = Math.min(lo, index);
    hi = Math.max(hi, index + 1);
  }
  return { rows, span: lo < hi ? { lo, hi } : undefined, received: answer.length, dropped, duplicates };
}

/** Reads the time of a row that is an array from its first item, of another from its property `time`. */
export function usualTime(row: unknown): unknown {
  if (Array.isArray(row)) return (row as readonly unknown[])[0];
  return typeof row === 'object' && row !== null && 'time' in row ? row.time : undefined;
}

function stepOf(row: unknown, grid: RangeGrid, timeOf: (row: unknown) => unknown): number {
  if (row === undefined) throw new ArgumentError('a load must return rows, got undefined among them');
  const time = timeOf(row);
  if (typeof time !== 'number' || !Number.isFinite(time)) {
    throw new ArgumentError(
      `a row's time must be a number of epoch milliseconds, got ${show(time)} from ${show(row)}; see the option time`,
    );
  }
  const index = grid.stepOf(time);
  if (index !== undefined) return index;
  const anchor = grid.timeOf(0) === 0 ? '' : ` after ${grid.timeOf(0)}`;
  throw new ArgumentError(
    `a row's time must be a multiple of ${grid.step} ms${anchor}, got ${time}; see the options anchor and time`,
  );
}
