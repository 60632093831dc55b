// One slot more than `capacity`: a new row is written into the spare slot value by value, checked on the way, and
// becomes visible only when it is whole. `amend` prepares its row in the same slot.
//
// Rows have sequence numbers from 0. Row r lives in slot r % slots and, when mirrored, again `slots` further on, so
// that every run of rows that ends at or before the newest lies side by side: its first row is `age` rows back, at
// spare + slots - age, and age never exceeds `capacity`.
//
// A view is never handed out twice for different rows: its object carries the number of its first row
// (view-stamp.ts), which makes `isCurrent` exact. Views reused per position would be 15 ns cheaper per new row
// and would lie to whoever kept one for a whole round.
import { cacheKey, type CacheKeyed } from '../core/cache-key.js';
import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import { Column } from './column.js';
import { ColumnSet } from './column-set.js';
import { nextRingId } from './ring-id.js';
import type {
  ColumnValue,
  ColumnWindow,
  SeriesColumns,
  SeriesRow,
  StoredRow,
  StoredValue,
  TypedArray,
} from './series-columns.js';
import { readSeriesOptions, type SeriesRingOptions, type SeriesShape, storageBytes } from './series-options.js';
import { decodeSnapshot, encodeSnapshot } from './series-snapshot.js';
import { TimeSearch } from './time-search.js';
import { firstRowOf, stampView } from './view-stamp.js';

/** Parameters of the `append` that all rings share. */
const MOST_PARAMETERS = 8;

/** What happened to a {@link SeriesRing} so far: `pushed = size + evicted + cleared`. */
export interface SeriesRingStats {
  /** Rows ever taken by `push` and `append`; a restored ring starts with the rows it was given. */
  readonly pushed: number;
  /** Rows that newer ones pushed out. */
  readonly evicted: number;
  /** Rows removed by `clear()`. */
  readonly cleared: number;
  /** Times that `amend` changed the newest row. */
  readonly amended: number;
  /** Rows held now. */
  readonly size: number;
  /** Most rows that can be held. */
  readonly capacity: number;
  /** Bytes of storage, taken at construction. */
  readonly storageBytes: number;
}

/**
 * Keeps the newest `capacity` rows of numbers, such as bars, in one typed array per column.
 *
 * A window of a column is a plain typed array, oldest first, ready for an indicator. In the mirrored
 * layout it is always a view: nothing is copied, however long it is. A view shows storage that the
 * ring writes again `capacity` rows later: read it at once, or ask `isCurrent` before reading it later,
 * or copy it with `slice()`. Writing to a view changes the ring, and transferring its buffer to a worker takes the
 * ring's memory away: neither is supported.
 *
 * A row that is refused leaves the ring unchanged.
 *
 * Cost: 8 (`f64`) or 4 bytes per number, twice that when mirrored, all taken at construction. `append` of up to eight
 * values does not allocate. `window` allocates one view; asked again before the next row, none.
 *
 * @example
 * const bars = new SeriesRing({ capacity: 1_000, columns: { ts: 'f64', close: 'f64', volume: 'f32' } });
 * bars.push({ ts: 1_700_000_000_000, close: 100.5, volume: 12 });
 * bars.append(1_700_000_060_000, 101.5, 7);
 * bars.window('close', 2); // Float64Array [ 100.5, 101.5 ]
 */
export class SeriesRing<const Columns extends SeriesColumns> implements CacheKeyed {
  readonly #shape: SeriesShape;
  readonly #columns: ColumnSet;
  readonly #times: TimeSearch | undefined;
  readonly #isMirrored: boolean;
  readonly #slots: number;
  readonly #id = nextRingId();
  /** Rows ever taken, so also the sequence number of the next one. */
  #count = 0;
  /** `#count` when the ring was last empty. */
  #emptyAt = 0;
  /** Changes other than rows taken. */
  #changes = 0;
  #cleared = 0;
  #amended = 0;

  /** @throws ConfigError (ERR_CONFIG) that names the option or column and what it must be. */
  constructor(options: SeriesRingOptions<Columns>) {
    const shape = readSeriesOptions(options);
    this.#shape = shape;
    this.#isMirrored = shape.layout === 'mirrored';
    this.#slots = shape.capacity + 1;
    this.#columns = new ColumnSet(shape.columns.map((column) => new Column(column, this.#slots, this.#isMirrored)));
    const times = this.#columns.list.find(({ name }) => name === 'ts');
    this.#times = times === undefined || times.isVector ? undefined : new TimeSearch(times, this.#slots);
    if (shape.columns.length > MOST_PARAMETERS) this.#replaceAppend();
  }

  /**
   * Makes a ring from the bytes of `snapshot()`: same columns, layout, capacity and rows, but a new id.
   *
   * Which columns the bytes hold is known at run time only; `Columns` is the caller's claim.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when `bytes` is no Uint8Array.
   * @throws CorruptDataError (ERR_CORRUPT_DATA) when the bytes are truncated, altered, of another format or
   * from a machine of another byte order.
   */
  static restore<Columns extends SeriesColumns = SeriesColumns>(bytes: Uint8Array): SeriesRing<Columns> {
    const { options, rows, columns } = decodeSnapshot(bytes);
    // The doc comment says so: bytes have no compile-time type.
    const ring = new SeriesRing<Columns>(options as SeriesRingOptions<Columns>);
    for (const [i, stored] of columns.entries()) ring.#columns.list[i]?.load(stored);
    ring.#count = rows;
    ring.#columns.spare = rows % ring.#slots;
    return ring;
  }

  /** Most rows that can be held. */
  get capacity(): number {
    return this.#shape.capacity;
  }

  /** Rows held now. */
  get size(): number {
    return Math.min(this.#count - this.#emptyAt, this.#slots - 1);
  }

  /** Counts changes: it differs after every row taken, every `amend`, and every `clear` that removed rows. */
  get version(): number {
    return this.#count + this.#changes;
  }

  /** A key equal only for this ring in this state: memoized functions can take the whole ring in O(1). */
  [cacheKey](): string {
    return `SeriesRing#${this.#id}@${this.version}`;
  }

  /**
   * Takes a row as the newest; a full ring evicts its oldest.
   *
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when a column is missing or unknown, or a value is
   * not a number its column can hold: integer columns refuse fractions, NaN and numbers out of range.
   */
  push(row: SeriesRow<Columns>): void {
    const { version } = this;
    this.#columns.writeRow(row);
    this.#assertUntouchedSince(version);
    this.#commit();
  }

  /**
   * Takes a row as the newest, given as one argument per column in column order. Faster than `push`,
   * and without allocation for up to eight columns.
   *
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when there are more or fewer values than columns, or a
   * value is not a number its column can hold.
   */
  append(...values: readonly ColumnValue<Columns[keyof Columns]>[]): void;
  append(a?: unknown, b?: unknown, c?: unknown, d?: unknown, e?: unknown, f?: unknown, g?: unknown, h?: unknown): void {
    // Hot path. Fixed parameters, because a rest parameter is an array per call.
    const { list: columns, spare: slot } = this.#columns;
    const count = columns.length;
    if (arguments.length !== count) throw wrongCount(count, arguments.length);
    columns[0]?.put(slot, a);
    if (count > 1) columns[1]?.put(slot, b);
    if (count > 2) columns[2]?.put(slot, c);
    if (count > 3) columns[3]?.put(slot, d);
    if (count > 4) columns[4]?.put(slot, e);
    if (count > 5) columns[5]?.put(slot, f);
    if (count > 6) columns[6]?.put(slot, g);
    if (count > 7) columns[7]?.put(slot, h);
    this.#commit();
  }

  /**
   * Replaces some values of the newest row, such as the close of a bar that is still open.
   *
   * Views that hold this row show the change; copies do not.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when the ring is empty, `values` names no column or an
   * unknown one, or a value is not a number its column can hold.
   */
  amend(values: Partial<SeriesRow<Columns>>): void {
    if (this.size === 0) throw new ArgumentError('SeriesRing: amend needs a newest row, but the ring is empty');
    const { version } = this;
    const newest = this.#slotAt(-1);
    this.#columns.copyRow(newest, this.#columns.spare);
    if (this.#columns.writeNamed(values) === 0)
      throw new ArgumentError(`SeriesRing: amend needs at least one column to replace, got ${show(values)}`);
    this.#assertUntouchedSince(version);
    this.#columns.copyRow(this.#columns.spare, newest);
    this.#changes++;
    this.#amended++;
  }

  /**
   * The newest `n` rows of a column as one typed array, oldest first, as stored (see `ColumnOptions.scale`).
   *
   * Mirrored: a view, never a copy. Compact: a view too, unless the rows run over the end of the
   * storage; then a copy, in `out` or else in a new array. In either layout use what is returned,
   * and `out` as memory only: when longer than needed, its beginning is returned.
   * @param n How many rows, a whole number from 0 to `size`.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when the column is unknown, `n` is anything else, or
   * `out` is too short, of another kind, or a view of this ring.
   */
  window<Name extends keyof Columns & string>(
    column: Name,
    n: number,
    out?: ColumnWindow<Columns[Name]>,
  ): ColumnWindow<Columns[Name]> {
    // Hot path: one lookup and two compares when asked again before the next row.
    const store = this.#columns.get(column);
    const isCached = store.cachedAt === this.#count && store.cachedRows === n && out === undefined;
    // A column's arrays are of its kind, which is what ColumnWindow says of its spec.
    if (isCached) return store.cachedView as ColumnWindow<Columns[Name]>;
    this.#checkWindow(store, n, out);
    return this.#read(store, n, n, out) as ColumnWindow<Columns[Name]>;
  }

  /**
   * The last `n` rows whose column `ts` is at or before a time, as `window` gives them.
   *
   * For decisions as of a moment: rows of the future are never included. Shorter than `n` when fewer
   * rows are that old. Binary search, so `ts` must not fall from row to row; equal times are fine. The
   * order is verified, each row once.
   * @param ts The time, in the unit of column `ts`. Infinity takes the newest rows.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) as `window` does, and when `ts` is NaN, no
   * column of single numbers is named `ts`, or its values fall among the rows held.
   */
  windowAsOf<Name extends keyof Columns & string>(
    column: Name,
    ts: number,
    n: number,
    out?: ColumnWindow<Columns[Name]>,
  ): ColumnWindow<Columns[Name]> {
    const store = this.#columns.get(column);
    this.#checkWindow(store, n, out);
    if (typeof ts !== 'number' || Number.isNaN(ts))
      throw new ArgumentError(`SeriesRing: windowAsOf takes a number as time, got ${show(ts)}`);
    if (this.#times === undefined)
      throw new ArgumentError("SeriesRing: windowAsOf needs a column 'ts' of single numbers");
    const oldest = this.#count - this.size;
    const end = this.#times.endAt(ts, oldest, this.#count);
    const rows = Math.min(n, end - oldest);
    // As in `window`.
    return this.#read(store, this.#count - end + rows, rows, out) as ColumnWindow<Columns[Name]>;
  }

  /**
   * Whether every row of a view is still in this ring, so that the view shows what it showed when it was
   * returned (and amendments of its newest row).
   *
   * Exact however long ago that was. An array with memory of its own, such as a copy, is always current.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when `view` is a view of another ring, or a part of this
   * ring's memory that no window returned.
   */
  isCurrent(view: TypedArray): boolean {
    if (!ArrayBuffer.isView(view)) throw new ArgumentError(`SeriesRing: isCurrent takes a window, got ${show(view)}`);
    const firstRow = firstRowOf(view);
    const isOurs = this.#columns.ownsMemoryOf(view);
    if (!isOurs && firstRow === undefined) return true;
    if (!isOurs || firstRow === undefined)
      throw new ArgumentError('SeriesRing: isCurrent takes a window of this ring, got a view that it did not return');
    return view.length === 0 || firstRow >= this.#count - this.size;
  }

  /**
   * One value of a column: 0 is the oldest row, 1 the next, -1 the newest, -2 the one before.
   *
   * A position outside the ring, or one that is no whole number, gives `undefined`.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when the column is unknown.
   */
  at<Name extends keyof Columns & string>(column: Name, index: number): StoredValue<Columns[Name]> | undefined {
    const store = this.#columns.get(column);
    const slot = this.#slotAt(index);
    // A column with `length` gives arrays, one without numbers, which is what StoredValue says of its spec.
    return slot < 0 ? undefined : (store.get(slot) as StoredValue<Columns[Name]>);
  }

  /** One row as an own object; positions as in `at`, `undefined` outside. */
  row(index: number): StoredRow<Columns> | undefined {
    const slot = this.#slotAt(index);
    if (slot < 0) return undefined;
    // One entry per column, as StoredRow has it.
    return this.#columns.readRow(slot) as StoredRow<Columns>;
  }

  /** Removes all rows. Views handed out before are no longer current. */
  clear(): void {
    if (this.size === 0) return;
    this.#cleared += this.size;
    this.#emptyAt = this.#count;
    this.#changes++;
    for (const column of this.#columns.list) column.forgetView();
  }

  /** The ring as bytes: shape, rows and a checksum. Cost: one copy of the rows held. */
  snapshot(): Uint8Array {
    const size = this.size;
    return encodeSnapshot(
      this.#shape,
      size,
      this.#columns.list.map((column) => this.#read(column, size, size, undefined)),
    );
  }

  /** What happened so far, as a plain object. */
  stats(): SeriesRingStats {
    return {
      pushed: this.#count,
      evicted: this.#count - this.#cleared - this.size,
      cleared: this.#cleared,
      amended: this.#amended,
      size: this.size,
      capacity: this.#shape.capacity,
      storageBytes: storageBytes(this.#shape),
    };
  }

  /** A getter of the row may have changed this ring, and with it the spare slot. */
  #assertUntouchedSince(version: number): void {
    if (this.version !== version) throw new ArgumentError('SeriesRing: reading the row changed the ring it was for');
  }

  /** Gives a wide ring its own `append`: reading `arguments` by index in the shared one would box every number. */
  #replaceAppend(): void {
    const { list } = this.#columns;
    const append = (...values: readonly unknown[]): void => {
      if (values.length !== list.length) throw wrongCount(list.length, values.length);
      for (const [i, column] of list.entries()) column.put(this.#columns.spare, values[i]);
      this.#commit();
    };
    Object.defineProperty(this, 'append', { value: append });
  }

  #commit(): void {
    const next = this.#columns.spare + 1;
    this.#columns.spare = next === this.#slots ? 0 : next;
    this.#count++;
  }

  /** The slot of a position as in `at`, or -1 outside. */
  #slotAt(index: number): number {
    const position = index < 0 ? index + this.size : index;
    if (!Number.isInteger(position) || position < 0 || position >= this.size) return -1;
    const slot = this.#columns.spare - this.size + position;
    return slot < 0 ? slot + this.#slots : slot;
  }

  #checkWindow(column: Column, n: number, out: unknown): void {
    if (!Number.isInteger(n) || n < 0 || n > this.size)
      throw new ArgumentError(
        `SeriesRing: a window takes a whole number of rows from 0 to size (${this.size}), got ${show(n)}`,
      );
    if (out === undefined) return;
    if (!column.isOwnKind(out) || out.length < n * column.width || this.#columns.ownsMemoryOf(out))
      throw new ArgumentError(
        `SeriesRing: out must be an array like those of column '${column.name}', of ${n * column.width} numbers or more ` +
          `and with memory of its own, got ${show(out)}`,
      );
  }

  /** `rows` rows, the first of them `age` rows back: a marked view where they lie side by side, else a copy. */
  #read(column: Column, age: number, rows: number, out: TypedArray | undefined): TypedArray {
    let start = this.#columns.spare - age;
    if (start < 0 || this.#isMirrored) start += this.#slots;
    if (!this.#isMirrored && start + rows > this.#slots) return this.#copy(column, start, rows, out);
    const view = stampView(column.view(start, rows), this.#count - age);
    if (age === rows) column.rememberView(view, rows, this.#count);
    return view;
  }

  #copy(column: Column, start: number, rows: number, out = column.allocate(rows)): TypedArray {
    const beforeEnd = this.#slots - start;
    out.set(column.view(start, beforeEnd));
    out.set(column.view(0, rows - beforeEnd), beforeEnd * column.width);
    return out.length === rows * column.width ? out : out.subarray(0, rows * column.width);
  }
}

function wrongCount(expected: number, given: number): ArgumentError {
  return new ArgumentError(`SeriesRing: append takes ${expected} values, one per column in column order, got ${given}`);
}
