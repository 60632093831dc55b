// Which rows of the ring have changed is found by comparing their numbers with those that were encoded, not by being
// told: so a late row, an amended row in the middle and several changes at once need no care of their own, and what is
// kept cannot part from what the ring holds. The counters of the ring only tell when no comparison is needed: a row
// whose number is taken keeps its values while `amended` and `inserted` stand still.
import { RowBytes } from './row-bytes.js';
import { RowText } from './row-text.js';
import { RowValues } from './row-values.js';
import type { SeriesSource } from './json-series-options.js';
import type { TypedArray } from '../ring/index.js';

/** Rows that changed one by one; beyond it all rows from the first of them are written anew. */
const MOST_REPLACED = 16;

/** How many rows were encoded, and why. */
export interface RowWork {
  /** Because they came. */
  added: number;
  /** Because they were changed. */
  changed: number;
  /** Because more were asked for than were kept. */
  older: number;
  /** Rows compared with what was encoded. */
  rowsCompared: number;
}

/** The newest rows of a ring as JSON, kept up to date. Rows are numbered from the ring's first on. */
export class EncodedRows {
  /** What the ring's rows are written into. */
  readonly bytes: RowBytes;
  readonly #source: SeriesSource;
  readonly #columns: readonly string[];
  readonly #text: RowText;
  #values: RowValues | undefined;
  /** Number of the ring's next row. */
  #next = 0;
  #changes = 0;
  /** Rows from here on are as the ring has them; those before it are to be compared. */
  #checkedFrom = 0;
  /** Most rows ever asked for: so many are kept. */
  #longest = 0;

  constructor(source: SeriesSource, columns: readonly string[]) {
    this.#source = source;
    this.#columns = columns;
    this.#text = new RowText(columns);
    this.bytes = new RowBytes(this.#text.isAscii);
  }

  /** Bytes of storage. */
  get storageBytes(): number {
    return this.bytes.capacityBytes + (this.#values?.capacityBytes ?? 0);
  }

  /** Takes note that the ring has changed. */
  refresh(): void {
    const { pushed, inserted, amended, size } = this.#source.stats();
    const changes = inserted + amended;
    if (changes !== this.#changes) this.#checkedFrom = this.bytes.end;
    this.#changes = changes;
    this.#next = pushed;
    this.bytes.dropBefore(pushed - size);
  }

  /** Brings the newest `rows` rows up to date, one or more. Returns the number of the first. */
  update(rows: number, work: RowWork): number {
    const { bytes } = this;
    this.#longest = Math.max(this.#longest, rows);
    const first = this.#next - rows;
    bytes.dropBefore(this.#next - this.#longest);
    // Closing a gap never costs more than the rows that it saves.
    if (first - bytes.end >= bytes.end - bytes.first) bytes.reset(first);
    this.#values?.reserve(this.#longest, bytes.first, bytes.end);
    this.#compare(Math.max(first, bytes.first), Math.min(this.#checkedFrom, bytes.end), work);
    if (first < bytes.first) this.#prepend(first, work);
    if (bytes.end < this.#next) work.added += this.#append(this.#next);
    this.#checkedFrom = Math.min(this.#checkedFrom, first);
    return first;
  }

  /** Writes rows again that are not what they were, of those from `from` to before `to`. */
  #compare(from: number, to: number, work: RowWork): void {
    if (from >= to) return;
    const windows = this.#windows(from);
    const values = this.#valuesOf(windows, from);
    const changed = values.changed(from, to, windows);
    work.rowsCompared += to - from;
    const [first = to] = changed;
    if (changed.length > MOST_REPLACED) {
      const { end } = this.bytes;
      this.bytes.truncate(first);
      work.changed += this.#append(end);
      return;
    }
    for (const row of changed) {
      this.bytes.replace(row, this.#encode(row));
      values.set(row, windows, row - from);
    }
    work.changed += changed.length;
  }

  #prepend(first: number, work: RowWork): void {
    const { first: end } = this.bytes;
    const windows = this.#windows(first);
    const values = this.#valuesOf(windows, first);
    const texts: string[] = [];
    for (let row = first; row < end; row++) {
      texts.push(this.#encode(row));
      values.set(row, windows, row - first);
    }
    this.bytes.prepend(texts);
    work.older += texts.length;
  }

  /** Writes the rows up to before `end`, and returns how many. */
  #append(end: number): number {
    const from = this.bytes.end;
    const windows = this.#windows(from);
    const values = this.#valuesOf(windows, from);
    for (let row = from; row < end; row++) {
      this.bytes.append(this.#encode(row));
      values.set(row, windows, row - from);
    }
    return end - from;
  }

  /** The ring's rows from this one on, per column. */
  #windows(from: number): TypedArray[] {
    const rows = this.#next - from;
    return this.#columns.map((column) => this.#source.window(column, rows));
  }

  #encode(row: number): string {
    const index = row - this.#next;
    return this.#text.write((column) => this.#source.at(column, index));
  }

  /** The values of the rows encoded; how many numbers a row has in each column, the first windows tell. */
  #valuesOf(windows: readonly TypedArray[], from: number): RowValues {
    if (this.#values !== undefined) return this.#values;
    const values = new RowValues(windows, this.#next - from);
    values.reserve(this.#longest, 0, 0);
    this.#values = values;
    return values;
  }
}
