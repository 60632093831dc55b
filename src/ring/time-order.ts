import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { Column } from './column.js';
import type { ColumnSet } from './column-set.js';
import type { LateRows, SeriesOrder } from './series-options.js';
import { TimeSearch } from './time-search.js';

/** Row numbers up to here leave as many again for rows that come in order. */
const LAST_NUMBER = 2 ** 52;

/** The rule that a ring's rows are in order of time, and what becomes of a row that comes late. */
export class TimeOrder {
  /** Finds rows by their time, which this rule keeps in order. */
  readonly search: TimeSearch;
  readonly #columns: ColumnSet;
  readonly #times: Column;
  readonly #late: LateRows;
  readonly #slots: number;

  constructor({ column, late }: SeriesOrder, columns: ColumnSet, slots: number) {
    this.#columns = columns;
    this.#times = columns.get(column);
    this.#late = late;
    this.#slots = slots;
    this.search = new TimeSearch(this.#times, slots, true);
  }

  /**
   * Finds the place of the row in the spare slot among the `size` newest of `count` rows ever numbered.
   *
   * `newest`: it may become the newest as it is. `replaced`: it was copied over the row of its time. `inserted`: it
   * was moved back to where its time belongs, others moved one slot on, and the newest now is in the spare slot.
   * @throws ArgumentError when its time cannot be taken; the rows held are as before.
   */
  place(count: number, size: number): 'newest' | 'replaced' | 'inserted' {
    const slot = this.#columns.spare;
    const newest = size === 0 ? -1 : (count - 1) % this.#slots;
    if (this.#mayFollow(slot, newest)) return 'newest';
    // It is refused, or the spare slot changes.
    this.#columns.drafts++;
    const time = this.#times.number(slot);
    if (this.#late === 'reject' || Number.isNaN(time)) throw this.#refusal(slot, newest);
    const end = this.search.endAt(time, count - size, count);
    return this.#late === 'amend'
      ? this.#replace(slot, end, count - size, newest)
      : this.#insert(slot, end, count, size);
  }

  /** @throws ArgumentError when the row in a slot may not follow that in another, -1 for none. */
  assertFollows(slot: number, newest: number): void {
    if (!this.#mayFollow(slot, newest)) throw this.#refusal(slot, newest);
  }

  /** Whether the rows in the first slots are in order. */
  holds(rows: number): boolean {
    for (let slot = 0; slot < rows; slot++) if (!this.#mayFollow(slot, slot - 1)) return false;
    return true;
  }

  #replace(slot: number, end: number, oldest: number, newest: number): 'replaced' {
    const held = (end - 1) % this.#slots;
    if (end === oldest || this.#times.number(held) !== this.#times.number(slot))
      throw this.#refusal(slot, newest, ' or a time that is held');
    this.#columns.copyRow(slot, held);
    return 'replaced';
  }

  #insert(slot: number, end: number, count: number, size: number): 'inserted' {
    // In a full ring it would be the oldest, and gone at once.
    if (size === this.#slots - 1 && end === count - size) throw this.#refusal(slot, end % this.#slots);
    // Each such row uses up as many numbers as there are slots: near 2^53 they would stand still.
    if (count > LAST_NUMBER)
      throw new ArgumentError('SeriesRing: too many rows came late; go on with a ring restored from its snapshot');
    this.#columns.moveBack(count - end);
    return 'inserted';
  }

  /** Equal times may follow one another only where rows are inserted. */
  #mayFollow(slot: number, before: number): boolean {
    const time = this.#times.number(slot);
    if (before < 0) return !Number.isNaN(time);
    const last = this.#times.number(before);
    return time > last || (time === last && this.#late === 'insert');
  }

  #refusal(slot: number, before: number, alternative = ''): ArgumentError {
    const atOr = this.#late === 'insert' ? 'at or ' : '';
    const expected = before < 0 ? 'a number' : `${atOr}after ${this.#times.number(before)}${alternative}`;
    const { name } = this.#times;
    const time = show(this.#times.number(slot));
    return new ArgumentError(`SeriesRing: '${name}' must be ${expected} (late: '${this.#late}'), got ${time}`);
  }
}
