import type { Column } from './column.js';
import { refusal } from './replay-refusal.js';
import { isWithin } from './require-within.js';
import type { ColumnWindow, SeriesColumns, TypedArray } from './series-columns.js';

/** Most rows of a batch. */
const MAX_ROWS = 65_536;

/** Rows drawn by `ReplayRing.sample`; made once by `ReplayRing.batch` and filled again and again. */
export interface ReplayBatch<Columns extends SeriesColumns> {
  /** Rows per batch. */
  readonly size: number;
  /** Which rows were drawn, for `prioritise`. A row drawn twice is here twice; -1 before the first `sample`. */
  readonly ids: Float64Array;
  /** What to multiply each row's loss with; the largest of a batch is 1. All are 1 when sampling is uniform. */
  readonly weights: Float32Array;
  /** Per column the rows' values as stored (see `ColumnOptions.scale`), row after row. */
  readonly columns: { readonly [Name in keyof Columns]: ColumnWindow<Columns[Name]> };
}

/** A batch with what its ring needs besides: both kept together, because readers may have any number of batches. */
export class BatchDraft<Columns extends SeriesColumns> {
  /** What readers see. */
  readonly batch: ReplayBatch<Columns>;
  /** Slots of the rows drawn. */
  readonly slots: Int32Array;
  readonly #outputs: readonly TypedArray[];

  /** @throws ArgumentError when `size` is no possible number of rows. */
  constructor(columns: readonly Column[], size: number) {
    if (!isWithin(size, 1, MAX_ROWS) || !Number.isInteger(size))
      throw refusal(`a batch has a whole number of rows from 1 to ${MAX_ROWS}`, size);
    const outputs = columns.map((column) => column.allocate(size));
    const named = Object.fromEntries(columns.map(({ name }, i) => [name, outputs[i]]));
    this.#outputs = outputs;
    this.slots = new Int32Array(size);
    this.batch = Object.freeze({
      size,
      ids: new Float64Array(size).fill(-1),
      weights: new Float32Array(size),
      // Under each name an array of its column's kind.
      columns: Object.freeze(named) as ReplayBatch<Columns>['columns'],
    });
  }

  /** Copies the rows in `slots` into the batch. `stored`: all slots of each column, in column order. */
  gather(stored: readonly TypedArray[]): void {
    for (let i = 0; i < stored.length; i++) copyRows(stored[i], this.slots, this.#outputs[i]);
  }
}

function copyRows(from: TypedArray | undefined, slots: Int32Array, into: TypedArray | undefined): void {
  // Hot path: no allocation.
  if (from === undefined || into === undefined) return;
  const rows = slots.length;
  const width = into.length / rows;
  let to = 0;
  for (let i = 0; i < rows; i++) {
    const start = (slots[i] ?? 0) * width;
    for (let at = start; at < start + width; at++) into[to++] = from[at] ?? Number.NaN;
  }
}
