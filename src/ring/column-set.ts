import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import { Column, newArray } from './column.js';
import type { TypedArray } from './series-columns.js';
import type { SeriesShape } from './series-options.js';

/** The columns of a ring, in order and by name; moves whole rows in and out of them. */
export class ColumnSet {
  /** The columns in the order of `append`. */
  readonly list: readonly Column[];
  /**
   * The slot where the next row goes, outside every window. Named rows are written to where it is at
   * each value, because a getter of the row may add rows to the ring.
   */
  spare = 0;
  /** Rises when a row is begun in the spare slot, and when one that was written there is refused. */
  drafts = 0;
  /** All columns one after another, where all are float columns of one kind and one number per row. */
  readonly plain: TypedArray | undefined;
  // Numbers from the start, which V8 then need not check at each use: 1.5 ns of a row of six.
  /** How many columns. */
  readonly width: number = 0;
  /** Numbers of `plain` from one column to the next. */
  readonly stride: number = 0;
  /** Numbers of `plain` from a number to its second copy. */
  readonly mirror: number = 0;
  readonly #byName: ReadonlyMap<string, Column>;
  #lastFound: Column | undefined;

  /**
   * `plain`: the memory of the columns where they lie in one array, `stride` apart, each number a second time
   * `mirror` further on.
   */
  constructor(columns: readonly Column[], plain?: TypedArray, stride = 0, mirror = 0) {
    this.list = columns;
    this.width = columns.length;
    this.plain = plain;
    this.stride = stride;
    this.mirror = mirror;
    this.#byName = new Map(columns.map((column) => [column.name, column]));
  }

  /** @throws ArgumentError when no column has this name. */
  get(name: string): Column {
    // Hot path: most readers ask for one column again and again, and a Map lookup is half the cost of a window.
    const last = this.#lastFound;
    return last !== undefined && last.name === name ? last : this.#find(name);
  }

  /** Writes one value to the spare slot. @throws ArgumentError when its column cannot hold it. */
  put(column: Column | undefined, value: unknown): void {
    if (column === undefined) return;
    // Read first: getters could add rows, and so move the spare slot.
    const safe = column.isVector ? column.readVector(value) : value;
    column.put(this.spare, safe);
  }

  /** Writes one number to a place in `plain`. @throws ArgumentError when it is no number. */
  putPlain(at: number, value: unknown): void {
    // Hot path, called once per column and row.
    if (typeof value !== 'number') this.#refuse(at, value);
    const data = this.plain as TypedArray;
    data[at] = value;
    data[at + this.mirror] = value;
  }

  /** Writes a row to the spare slot. @throws ArgumentError when it is not exactly one value per column. */
  writeRow(row: unknown): void {
    if (this.writeNamed(row) === this.list.length) return;
    // The rest may be getters of the row's class, which do not enumerate.
    for (const column of this.list) this.put(column, readInherited(row, column.name));
  }

  /**
   * Writes the values that a row enumerates to the spare slot, and returns how many.
   * @throws ArgumentError when a name is unknown or a value does not fit its column.
   */
  writeNamed(row: unknown): number {
    if (typeof row !== 'object' || row === null)
      throw new ArgumentError(`a row must be an object with one value per column, got ${show(row)}`);
    let written = 0;
    // Rows mostly list their columns in column order: then no lookup by name.
    for (const name in row) {
      const next = this.list[written];
      const column = next !== undefined && next.name === name ? next : this.get(name);
      // `name` was just enumerated.
      this.put(column, (row as Readonly<Record<string, unknown>>)[name]);
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

  /** Moves the row in the spare slot so many rows back; see `Column.moveBack`. */
  moveBack(distance: number): void {
    for (const column of this.list) column.moveBack(this.spare, distance);
  }

  /** Whether an array is a view of one of these columns. */
  ownsMemoryOf(view: TypedArray): boolean {
    return this.list.some((column) => column.owns(view));
  }

  #find(name: string): Column {
    const column = this.#byName.get(name);
    if (column === undefined) throw this.#unknown(name);
    this.#lastFound = column;
    return column;
  }

  #refuse(at: number, value: unknown): never {
    this.drafts++;
    throw this.list[Math.floor(at / this.stride)]?.refusal(value);
  }

  #unknown(name: unknown): ArgumentError {
    const known = this.list.map((column) => `'${column.name}'`).join(', ');
    return new ArgumentError(`the columns are ${known}, got ${show(name)}`);
  }
}

/** Makes the columns of a ring with so many slots. */
export function makeColumns({ columns, layout }: SeriesShape, slots: number): ColumnSet {
  const isMirrored = layout === 'mirrored';
  const stride = isMirrored ? 2 * slots : slots;
  const kind = columns[0]?.type;
  const isPlain = columns.every(({ type, length }) => type === kind && length === undefined);
  if (!isPlain || (kind !== 'f64' && kind !== 'f32'))
    return new ColumnSet(columns.map((shape) => new Column(shape, slots, isMirrored)));
  // One array for all: a row of six is stored in half the time that six arrays take.
  const data = newArray(kind, columns.length * stride);
  return new ColumnSet(
    columns.map((shape, i) => new Column(shape, slots, isMirrored, data, i * stride)),
    data,
    stride,
    isMirrored ? slots : 0,
  );
}

function readInherited(row: unknown, name: string): unknown {
  // `writeNamed` refused everything but objects.
  if (name in (row as object)) return Reflect.get(row as object, name);
  throw new ArgumentError(`a row must have column '${name}', got ${show(row)}`);
}
