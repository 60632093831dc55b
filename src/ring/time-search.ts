import { ArgumentError } from '../core/errors.js';
import type { Column } from './column.js';

/**
 * Finds rows by time, by binary search over a column that must not fall.
 *
 * A search over times that do fall would return rows from the future without a word, so the order is
 * verified: each row is compared with its predecessor once, at the first search after it came. The
 * newest row can still be amended and is compared at every search. Appending pays nothing.
 */
export class TimeSearch {
  readonly #times: Column;
  readonly #slots: number;
  readonly #isOrdered: boolean;
  /** Rows before this one have been compared. */
  #compared = 0;
  /** The newest compared row whose time is below its predecessor's, or NaN. */
  #lastFall = 0;

  /** `isOrdered`: the ring itself refuses rows out of order, so that nothing need be compared. */
  constructor(times: Column, slots: number, isOrdered: boolean) {
    this.#times = times;
    this.#slots = slots;
    this.#isOrdered = isOrdered;
  }

  /**
   * Returns the sequence number after the newest row whose time is at or before `time`.
   *
   * Rows are those from `oldest` up to, not including, `end`. O(log rows), plus the rows not yet compared.
   * @throws ArgumentError when times fall among these rows.
   */
  endAt(time: number, oldest: number, end: number): number {
    if (!this.#isOrdered) this.#assertOrder(oldest, end);
    let low = oldest;
    let high = end;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#timeOf(middle) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #assertOrder(oldest: number, end: number): void {
    this.#compareUpTo(oldest, end - 1);
    const isNewestFalling = end - oldest > 1 && this.#falls(end - 1);
    if (isNewestFalling || this.#lastFall > oldest)
      throw new ArgumentError(`SeriesRing: windowAsOf needs rows whose 'ts' never falls; it falls among the rows held`);
  }

  #compareUpTo(oldest: number, end: number): void {
    for (let row = Math.max(this.#compared, oldest + 1); row < end; row++) if (this.#falls(row)) this.#lastFall = row;
    this.#compared = Math.max(this.#compared, end);
  }

  #falls(row: number): boolean {
    return !(this.#timeOf(row) >= this.#timeOf(row - 1));
  }

  #timeOf(row: number): number {
    return this.#times.number(row % this.#slots);
  }
}
