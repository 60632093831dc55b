import type { TypedArray } from '../ring/index.js';

/** One column of the rows that were encoded, in a circle over their numbers. */
interface Column {
  /** Numbers per row. */
  readonly width: number;
  values: TypedArray;
  /** The memory of `values`. */
  bytes: Buffer;
}

/** The values that rows had when they were encoded, to tell which of them have changed since. */
export class RowValues {
  readonly #columns: Column[];
  #rows = 1;

  /** `windows`: so many rows of each column, to tell its kind and how many numbers a row has. */
  constructor(windows: readonly TypedArray[], rows: number) {
    this.#columns = windows.map((window) => columnOf(window, window.length / rows, 1));
  }

  /** Bytes of storage. */
  get capacityBytes(): number {
    return this.#columns.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** Makes room for so many rows, of which those from `first` to before `end` are held. */
  reserve(rows: number, first: number, end: number): void {
    if (rows <= this.#rows) return;
    const before = this.#rows;
    while (this.#rows < rows) this.#rows *= 2;
    for (const [c, { width, values }] of this.#columns.entries()) {
      const grown = columnOf(values, width, this.#rows);
      for (let row = first; row < end; row++) {
        const from = (row % before) * width;
        grown.values.set(values.subarray(from, from + width), (row % this.#rows) * width);
      }
      this.#columns[c] = grown;
    }
  }

  /** Remembers a row. `windows`: per column, rows of which that at `index` is meant. */
  set(row: number, windows: readonly TypedArray[], index: number): void {
    const slot = row % this.#rows;
    for (const [c, { width, values }] of this.#columns.entries()) {
      const window = windows[c];
      for (let i = 0; i < width; i++) values[slot * width + i] = window?.[index * width + i] ?? Number.NaN;
    }
  }

  /**
   * The rows from `first` to before `end` that are not what they were, in order.
   *
   * `windows`: per column, rows of which the first is `first`. Cost: one comparison per number, by the byte where only
   * the last row has changed.
   */
  changed(first: number, end: number, windows: readonly TypedArray[]): number[] {
    const found = new Set<number>();
    for (const [c, column] of this.#columns.entries()) {
      const window = windows[c];
      if (window === undefined) continue;
      const from = this.#isSame(column, window, first, end - 1) ? end - 1 : first;
      this.#compare(column, window, first, from, end, found);
    }
    return [...found].toSorted((a, b) => a - b);
  }

  /** Whether rows have the same bytes. Where they have not, they can still be equal: NaN and 0 have several forms. */
  #isSame({ width, values, bytes }: Column, window: TypedArray, first: number, end: number): boolean {
    const size = values.BYTES_PER_ELEMENT * width;
    const now = Buffer.from(window.buffer, window.byteOffset, (end - first) * size);
    const start = (first % this.#rows) * size;
    // From here on the circle begins again at its first slot.
    const turn = Math.min(now.length, bytes.length - start);
    return (
      bytes.compare(now, 0, turn, start, start + turn) === 0 &&
      bytes.compare(now, turn, now.length, 0, now.length - turn) === 0
    );
  }

  /** Adds to `found` the rows from `from` to before `end` that differ; the window begins with `first`. */
  #compare(
    { width, values }: Column,
    window: TypedArray,
    first: number,
    from: number,
    end: number,
    found: Set<number>,
  ): void {
    const wrap = values.length;
    let at = (from % this.#rows) * width;
    for (let i = (from - first) * width; i < (end - first) * width; i++) {
      // Casts: both positions are within the arrays.
      const before = values[at] as number;
      const now = window[i] as number;
      // 0 and -0 are equal here and have one text. NaN differs from itself.
      if (before !== now && (before === before || now === now)) found.add(first + Math.floor(i / width));
      if (++at === wrap) at = 0;
    }
  }
}

/** A column for so many rows, of the same kind as an array. */
function columnOf(array: TypedArray, width: number, rows: number): Column {
  const values = arrayLike(array, width * rows);
  return { width, values, bytes: Buffer.from(values.buffer) };
}

function arrayLike(array: TypedArray, length: number): TypedArray {
  if (array instanceof Float64Array) return new Float64Array(length);
  if (array instanceof Float32Array) return new Float32Array(length);
  return array instanceof Int32Array ? new Int32Array(length) : new Uint32Array(length);
}
