import type { TypedArray } from './series-columns.js';

/** A window that was handed out. */
interface RememberedView {
  /** Rows of the window, -1 for none. */
  rows: number;
  /** Rows ever numbered when it was made; the answer to the same question until the next row. */
  count: number;
  /** The window itself. */
  view: TypedArray;
}

/** Lengths of window that are remembered for each column, so that several readers share one view. */
const LENGTHS = 4;
const NONE = new Float64Array(0);

/** The newest windows of one column, one for each of a few lengths. */
export class ViewMemory {
  readonly #entries: readonly RememberedView[] = Array.from({ length: LENGTHS }, none);
  #latest = this.#entries[0] ?? none();
  #next = 0;

  /** The window of so many rows, when it was made after the same number of rows. */
  find(rows: number, count: number): TypedArray | undefined {
    // Hot path: the entry found last comes first.
    const latest = this.#latest;
    return latest.count === count && latest.rows === rows ? latest.view : this.#search(rows, count);
  }

  /** Remembers a window instead of one of the same length, or else of that remembered longest ago. */
  add(rows: number, count: number, view: TypedArray): void {
    let entry = this.#latest;
    if (entry.rows !== rows) {
      entry = this.#entries.find((each) => each.rows === rows) ?? this.#turn(entry);
      this.#latest = entry;
    }
    entry.rows = rows;
    entry.count = count;
    entry.view = view;
  }

  /** Lets go of all windows. */
  forget(): void {
    for (const entry of this.#entries) Object.assign(entry, none());
    this.#latest = this.#entries[0] ?? none();
  }

  #turn(entry: RememberedView): RememberedView {
    this.#next = (this.#next + 1) % LENGTHS;
    return this.#entries[this.#next] ?? entry;
  }

  #search(rows: number, count: number): TypedArray | undefined {
    for (const entry of this.#entries) {
      if (entry.count !== count || entry.rows !== rows) continue;
      this.#latest = entry;
      return entry.view;
    }
    return undefined;
  }
}

function none(): RememberedView {
  return { rows: -1, count: -1, view: NONE };
}
