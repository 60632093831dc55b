import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { Column } from './column.js';
import type { ColumnSet } from './column-set.js';
import type { TypedArray } from './series-columns.js';
import { firstRowOf, stampView } from './view-stamp.js';

const NONE = new Float64Array(0);

/** Hands out windows of a ring's columns: views where the rows lie side by side, else copies. */
export class SeriesWindows {
  readonly #columns: ColumnSet;
  readonly #slots: number;
  /** Slots that lie side by side: all of them, twice when mirrored. */
  readonly #viewable: number;
  // What `newest` was asked last, and what it gave.
  #askedName = '';
  #askedRows = -1;
  #askedCount = -1;
  #answer: TypedArray = NONE;

  constructor(columns: ColumnSet, slots: number, isMirrored: boolean) {
    this.#columns = columns;
    this.#slots = slots;
    this.#viewable = isMirrored ? 2 * slots : slots;
  }

  /** @throws ArgumentError when a window cannot have so many rows, or cannot lie in `out`. */
  check(column: Column, rows: number, size: number, out: unknown): void {
    if (!Number.isInteger(rows) || rows < 0 || rows > size)
      throw new ArgumentError(
        `SeriesRing: a window takes a whole number of rows from 0 to size (${size}), got ${show(rows)}`,
      );
    if (out === undefined) return;
    if (!column.isOwnKind(out) || out.length < rows * column.width || this.#columns.ownsMemoryOf(out))
      throw new ArgumentError(
        `SeriesRing: out must be an array like those of column '${column.name}', of ${rows * column.width} numbers or more ` +
          `and with memory of its own, got ${show(out)}`,
      );
  }

  /**
   * The newest rows of a column, of `count` rows ever numbered. Views are the same again for whoever asks before the
   * next row. `emptyAt`: `count` when the ring was last empty.
   * @throws ArgumentError as `check`.
   */
  newest(name: string, rows: number, count: number, emptyAt: number, out: unknown): TypedArray {
    // Hot path: four compares when the same is asked again, which is how several models read one bar.
    if (this.#askedCount === count && this.#askedRows === rows && this.#askedName === name && out === undefined)
      return this.#answer;
    const column = this.#columns.get(name);
    const known = out === undefined ? column.views.find(rows, count) : undefined;
    if (known !== undefined) return this.#remember(name, rows, count, known);
    this.check(column, rows, Math.min(count - emptyAt, this.#slots - 1), out);
    const start = this.#slotOf(rows);
    if (start + rows > this.#viewable) return this.#copy(column, start, rows, out as TypedArray | undefined);
    const view = stampView(column.view(start, rows), count - rows);
    column.views.add(rows, count, view);
    return this.#remember(name, rows, count, view);
  }

  /** Lets go of remembered views. */
  forget(): void {
    this.#remember('', -1, -1, NONE);
    for (const column of this.#columns.list) column.views.forget();
  }

  /** `rows` rows, the first of them `age` rows back. */
  read(column: Column, age: number, rows: number, count: number, out?: TypedArray): TypedArray {
    const start = this.#slotOf(age);
    if (start + rows > this.#viewable) return this.#copy(column, start, rows, out);
    return stampView(column.view(start, rows), count - age);
  }

  /** Whether all rows of a view are still held, of which `oldest` is the first. @throws ArgumentError when it is no window. */
  isCurrent(view: TypedArray, oldest: number): boolean {
    if (!ArrayBuffer.isView(view)) throw new ArgumentError(`SeriesRing: isCurrent takes a window, got ${show(view)}`);
    const firstRow = firstRowOf(view);
    const isOurs = this.#columns.ownsMemoryOf(view);
    if (!isOurs && firstRow === undefined) return true;
    if (!isOurs || firstRow === undefined)
      throw new ArgumentError('SeriesRing: isCurrent takes a window of this ring, got a view that it did not return');
    return view.length === 0 || firstRow >= oldest;
  }

  #remember(name: string, rows: number, count: number, view: TypedArray): TypedArray {
    this.#askedName = name;
    this.#askedRows = rows;
    this.#askedCount = count;
    this.#answer = view;
    return view;
  }

  /** Where the row begins that is so many rows back; in the mirrored layout, its copy in the second half. */
  #slotOf(age: number): number {
    const slot = this.#columns.spare - age;
    return slot < 0 || this.#viewable > this.#slots ? slot + this.#slots : slot;
  }

  #copy(column: Column, start: number, rows: number, out = column.allocate(rows)): TypedArray {
    const beforeEnd = this.#slots - start;
    out.set(column.view(start, beforeEnd));
    out.set(column.view(0, rows - beforeEnd), beforeEnd * column.width);
    return out.length === rows * column.width ? out : out.subarray(0, rows * column.width);
  }
}
