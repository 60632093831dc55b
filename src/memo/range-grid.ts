import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';

/** Latest time a Date can hold, in epoch milliseconds. Beyond 2^53 steps could no longer be told apart. */
const MAX_TIME = 8.64e15;

/** Steps of a series by number, `lo` included, `hi` not. */
export interface Steps {
  /** First step. */
  readonly lo: number;
  /** The step after the last. */
  readonly hi: number;
}

/** The steps of a series: step n is the time from `anchor + n * step` up to the next, its row has the time it begins. */
export class RangeGrid {
  /** Length of a step in milliseconds. */
  readonly step: number;
  readonly #anchor: number;

  constructor(step: number, anchor: number) {
    this.step = step;
    this.#anchor = anchor;
  }

  /** When a step begins, in epoch milliseconds. */
  timeOf(index: number): number {
    return this.#anchor + index * this.step;
  }

  /** The step that a time lies in. */
  stepAt(time: number): number {
    return Math.floor((time - this.#anchor) / this.step);
  }

  /** The first step that begins at this time or later. */
  firstFrom(time: number): number {
    return Math.ceil((time - this.#anchor) / this.step);
  }

  /** The step that begins at exactly this time; undefined between two. */
  stepOf(time: number): number | undefined {
    const index = this.stepAt(time);
    return this.timeOf(index) === time ? index : undefined;
  }
}

/** Checks one end of an asked range. @throws ArgumentError */
export function checkTime(what: string, time: unknown): number {
  if (typeof time === 'number' && Math.abs(time) <= MAX_TIME) return time;
  throw new ArgumentError(`${what} must be a time in epoch milliseconds, got ${show(time)}`);
}
