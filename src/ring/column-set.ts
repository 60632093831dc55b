import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { Column } from './column.js';
import type { TypedArray } from './series-columns.js';

/** The columns of a ring, in order and by name; moves whole rows in and out of them. */
export class ColumnSet {
  /** The columns in the order of `append`. */
  readonly list: readonly Column[];
  /**
   * The slot where the next row goes, outside every window. Named rows are written to where it is at
   * each value, because a getter of the row may add rows to the ring.
   */
  spare = 0;
  readonly #byName: ReadonlyMap<string, Column>;
  #lastFound: Column | undefined;

  constructor(columns: readonly Column[]) {
    this.list = columns;
    this.#byName = new Map(columns.map((column) => [column.name, column]));
  }

  /** @throws ArgumentError when no column has this name. */
  get(name: string): Column {
    // Hot path: most readers ask for one column again and again, and a Map lookup is half the cost of a window.
    const last = this.#lastFound;
    return last !== undefined && last.name === name ? last : this.#find(name);
  }

  /** Writes a row to the spare slot. @throws ArgumentError when it is not exactly one value per column. */
  writeRow(row: unknown): void {
    if (this.writeNamed(row) === this.list.length) return;
    // The rest may be getters of the row's class, which do not enumerate.
    for (const column of this.list) this.#put(column, readInherited(row, column.name));
  }

  /**
   * Writes the values that a row enumerates to the spare slot, and returns how many.
   * @throws ArgumentError when a name is unknown or a value does not fit its column.
   */
  writeNamed(row: unknown): number {
    if (typeof row !== 'object' || row === null)
      throw new ArgumentError(`SeriesRing: a row must be an object with one value per column, got ${show(row)}`);
    let written = 0;
    // Rows mostly list their columns in column order: then no lookup by name.
    for (const name in row) {
      const next = this.list[written];
      const column = next !== undefined && next.name === name ? next : this.get(name);
      // `name` was just enumerated.
      this.#put(column, (row as Readonly<Record<string, unknown>>)[name]);
      written++;
    }
    return written;
  }

  /** Reads a row as it was given. */
  readRow(slot: number): Record<string, number | Float64Array> {
    return Object.fromEntries(this.list.map((column) => [column.name, column.get(slot)]));
  }

  /** Copies a row from one slot to another. */
  copyRow(from: number, to: number): void {
    for (const column of this.list) column.copyRow(from, to);
  }

  /** Whether an array is a view of one of these columns. */
  ownsMemoryOf(view: TypedArray): boolean {
    return this.list.some((column) => column.buffer === view.buffer);
  }

  #find(name: string): Column {
    const column = this.#byName.get(name);
    if (column === undefined) throw this.#unknown(name);
    this.#lastFound = column;
    return column;
  }

  #put(column: Column, value: unknown): void {
    column.put(this.spare, value);
  }

  #unknown(name: unknown): ArgumentError {
    const known = this.list.map((column) => `'${column.name}'`).join(', ');
    return new ArgumentError(`SeriesRing: the columns are ${known}, got ${show(name)}`);
  }
}

function readInherited(row: unknown, name: string): unknown {
  // `writeNamed` refused everything but objects.
  if (name in (row as object)) return Reflect.get(row as object, name);
  throw new ArgumentError(`SeriesRing: a row must have column '${name}', got ${show(row)}`);
}
