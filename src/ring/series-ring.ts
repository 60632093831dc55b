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
import { ArgumentError, CorruptDataError } from '../core/errors.js';
import { show } from '../core/show.js';
import { type ColumnSet, makeColumns } from './column-set.js';
import { mixedAppend } from './mixed-append.js';
import { RingKey } from './ring-id.js';
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
import type { SeriesRingStats } from './series-stats.js';
import { SeriesWindows } from './series-windows.js';
import { TimeOrder } from './time-order.js';
import { TimeSearch } from './time-search.js';

/** Parameters of the `append` that all rings share. */
const MOST_PARAMETERS = 8;

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
  readonly #windows: SeriesWindows;
  readonly #times: TimeSearch | undefined;
  readonly #order: TimeOrder | undefined;
  readonly #slots: number;
  readonly #capacity: number;
  readonly #key = new RingKey();
  /** Sequence number of the next row. */
  #count = 0;
  /** `#count` when the ring was last empty. */
  #emptyAt = 0;
  /** How far insertions have moved sequence numbers on. */
  #skipped = 0;
  /** Changes other than rows taken. */
  #changes = 0;
  #cleared = 0;
  #inserted = 0;
  #amended = 0;

  /** @throws ConfigError (ERR_CONFIG) that names the option or column and what it must be. */
  constructor(options: SeriesRingOptions<Columns>) {
    const shape = readSeriesOptions(options);
    const isMirrored = shape.layout === 'mirrored';
    this.#shape = shape;
    this.#slots = shape.capacity + 1;
    this.#columns = makeColumns(shape, this.#slots);
    this.#windows = new SeriesWindows(this.#columns, this.#slots, isMirrored);
    this.#capacity = shape.capacity;
    this.#order = shape.order && new TimeOrder(shape.order, this.#columns, this.#slots);
    this.#times = this.#order?.search ?? this.#findTimes();
    if (this.#columns.plain === undefined || this.#columns.width > MOST_PARAMETERS) this.#replaceAppend();
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
    const ring = new SeriesRing<Columns>(options as unknown as SeriesRingOptions<Columns>);
    for (const [i, stored] of columns.entries()) ring.#columns.list[i]?.load(stored);
    ring.#count = rows;
    ring.#columns.spare = rows % ring.#slots;
    if (ring.#order?.holds(rows) === false)
      throw new CorruptDataError('SeriesRing: the rows of the snapshot are out of order');
    return ring;
  }

  /** Most rows that can be held. */
  get capacity(): number {
    return this.#shape.capacity;
  }

  /** Rows held now. */
  get size(): number {
    return Math.min(this.#count - this.#emptyAt, this.#capacity);
  }

  /** Counts changes: it differs after every row taken, every `amend`, and every `clear` that removed rows. */
  get version(): number {
    return this.#count + this.#changes;
  }

  /** A key equal only for this ring in this state: memoized functions can take the whole ring in O(1). */
  [cacheKey](): string {
    return this.#key.at(this.version);
  }

  /**
   * Takes a row as the newest; a full ring evicts its oldest.
   *
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when a column is missing or unknown, or a value is
   * not a number its column can hold: integer columns refuse fractions, NaN and numbers out of range. Also when
   * `order` refuses the row's time, or reading the row writes to this ring.
   */
  push(row: SeriesRow<Columns>): void {
    const begun = this.#beginRow();
    this.#columns.writeRow(row);
    this.#assertUntouchedSince(begun);
    this.#commit();
  }

  /**
   * Takes a row as the newest, given as one argument per column in column order. Faster than `push`,
   * and without allocation for up to eight columns.
   *
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when there are more or fewer values than columns, or a
   * value is not a number its column can hold, and as `push` does.
   */
  append(...values: readonly ColumnValue<Columns[keyof Columns]>[]): void;
  append(a?: unknown, b?: unknown, c?: unknown, d?: unknown, e?: unknown, f?: unknown, g?: unknown, h?: unknown): void {
    // Hot path. Fixed parameters, because a rest parameter is an array per call. Small enough to be inlined with all
    // that it calls (460 and 920 bytes of bytecode, Node 20): otherwise each number is boxed for the call.
    const columns = this.#columns;
    const { width, stride } = columns;
    let at = columns.spare;
    if (arguments.length !== width) throw wrongCount(width, arguments.length);
    columns.putPlain(at, a);
    if (width > 1) {
      columns.putPlain((at += stride), b);
      if (width > 2) columns.putPlain((at += stride), c);
      if (width > 3) columns.putPlain((at += stride), d);
      if (width > 4) columns.putPlain((at += stride), e);
      if (width > 5) columns.putPlain((at += stride), f);
      if (width > 6) columns.putPlain((at += stride), g);
      if (width > 7) columns.putPlain((at += stride), h);
    }
    this.#commit();
  }

  /**
   * Replaces some values of the newest row, such as the close of a bar that is still open.
   *
   * Views that hold this row show the change; copies do not.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when the ring is empty, `values` names no column or an
   * unknown one, a value is not a number its column can hold, or the row would no longer be in order.
   */
  amend(values: Partial<SeriesRow<Columns>>): void {
    if (this.size === 0) throw new ArgumentError('SeriesRing: amend needs a newest row, but the ring is empty');
    const begun = this.#beginRow();
    const newest = this.#slotAt(-1);
    this.#columns.copyRow(newest, this.#columns.spare);
    if (this.#columns.writeNamed(values) === 0)
      throw new ArgumentError(`SeriesRing: amend needs at least one column to replace, got ${show(values)}`);
    this.#assertUntouchedSince(begun);
    this.#order?.assertFollows(this.#columns.spare, this.#slotAt(-2));
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
    // A column's arrays are of its kind, which is what ColumnWindow says of its spec.
    return this.#windows.newest(column, n, this.#count, this.#emptyAt, out) as ColumnWindow<Columns[Name]>;
  }

  /**
   * The last `n` rows whose time is at or before a moment, as `window` gives them. The time is the column that
   * `order` names, or else column `ts`.
   *
   * For decisions as of a moment: rows of the future are never included. Shorter than `n` when fewer
   * rows are that old. Binary search, so times must not fall from row to row; equal times are fine. Without
   * `order` this is verified, each row once.
   * @param ts The moment, in the unit of the time column. Infinity takes the newest rows.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) as `window` does, and when `ts` is NaN, there is no
   * time column, or its values fall among the rows held.
   */
  windowAsOf<Name extends keyof Columns & string>(
    column: Name,
    ts: number,
    n: number,
    out?: ColumnWindow<Columns[Name]>,
  ): ColumnWindow<Columns[Name]> {
    const store = this.#columns.get(column);
    this.#windows.check(store, n, this.size, out);
    if (typeof ts !== 'number' || Number.isNaN(ts))
      throw new ArgumentError(`SeriesRing: windowAsOf takes a number as time, got ${show(ts)}`);
    if (this.#times === undefined)
      throw new ArgumentError("SeriesRing: windowAsOf needs order, or a column 'ts' of single numbers");
    const oldest = this.#count - this.size;
    const end = this.#times.endAt(ts, oldest, this.#count);
    const rows = Math.min(n, end - oldest);
    // As in `window`.
    return this.#windows.read(store, this.#count - end + rows, rows, this.#count, out) as ColumnWindow<Columns[Name]>;
  }

  /**
   * Whether every row of a view is still in this ring, so that the view shows what it showed when it was
   * returned, and amendments since. A row inserted late moves others, so after it no earlier view is current.
   *
   * Exact however long ago that was. An array with memory of its own, such as a copy, is always current.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when `view` is a view of another ring, or a part of this
   * ring's memory that no window returned.
   */
  isCurrent(view: TypedArray): boolean {
    return this.#windows.isCurrent(view, this.#count - this.size);
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
    this.#windows.forget();
  }

  /** The ring as bytes: shape, rows and a checksum. Cost: one copy of the rows held. */
  snapshot(): Uint8Array {
    const size = this.size;
    return encodeSnapshot(
      this.#shape,
      size,
      this.#columns.list.map((column) => this.#windows.read(column, size, size, this.#count)),
    );
  }

  /** What happened so far, as a plain object. */
  stats(): SeriesRingStats {
    const pushed = this.#count - this.#skipped;
    return {
      pushed,
      evicted: pushed - this.#cleared - this.size,
      cleared: this.#cleared,
      inserted: this.#inserted,
      amended: this.#amended,
      size: this.size,
      capacity: this.#shape.capacity,
      storageBytes: storageBytes(this.#shape),
    };
  }

  /** Begins a row in the spare slot. Returns a number that differs once anything else was begun, taken or removed. */
  #beginRow(): number {
    this.#columns.drafts++;
    return this.version + this.#columns.drafts;
  }

  /** A getter of the row may have changed this ring, or written to the spare slot a row that was refused. */
  #assertUntouchedSince(begun: number): void {
    if (this.version + this.#columns.drafts !== begun) throw changedMeanwhile();
  }

  #replaceAppend(): void {
    const value = mixedAppend({
      columns: this.#columns,
      checkCount: (given) => {
        if (given !== this.#columns.width) throw wrongCount(this.#columns.width, given);
      },
      begin: () => this.#beginRow(),
      commit: (begun) => {
        this.#assertUntouchedSince(begun);
        this.#commit();
      },
    });
    Object.defineProperty(this, 'append', { value });
  }

  /** Takes the row in the spare slot. */
  #commit(): void {
    if (this.#order === undefined) this.#advance();
    else this.#commitInOrder(this.#order);
  }

  #advance(): void {
    const columns = this.#columns;
    columns.spare = columns.spare === this.#capacity ? 0 : columns.spare + 1;
    this.#count++;
  }

  #commitInOrder(order: TimeOrder): void {
    const place = order.place(this.#count, this.size);
    if (place === 'replaced') {
      this.#changes++;
      this.#amended++;
      return;
    }
    this.#advance();
    if (place === 'newest') return;
    // A whole round more, so that each row keeps its slot and no view handed out before is current.
    this.#count += this.#slots;
    this.#emptyAt += this.#slots;
    this.#skipped += this.#slots;
    this.#inserted++;
  }

  /** The slot of a position as in `at`, or -1 outside. */
  #slotAt(index: number): number {
    if (!Number.isInteger(index)) return -1;
    const position = index < 0 ? index + this.size : index;
    if (position < 0 || position >= this.size) return -1;
    const slot = this.#columns.spare - this.size + position;
    return slot < 0 ? slot + this.#slots : slot;
  }

  #findTimes(): TimeSearch | undefined {
    const times = this.#columns.list.find(({ name }) => name === 'ts');
    return times === undefined || times.isVector ? undefined : new TimeSearch(times, this.#slots, false);
  }
}

function changedMeanwhile(): ArgumentError {
  return new ArgumentError('SeriesRing: reading the row changed the ring it was for');
}

function wrongCount(expected: number, given: number): ArgumentError {
  return new ArgumentError(`SeriesRing: append takes ${expected} values, one per column in column order, got ${given}`);
}
