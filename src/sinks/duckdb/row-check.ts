import { ArgumentError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { propertyOf } from '../row/property.js';
import { expectedOf, fits } from './column-types.js';
import type { ColumnSetting } from './duckdb-sink-options.js';

/** Values of one row in column order; null for what is missing. */
export type RowValues = readonly unknown[];

/** Reads and checks rows into one array that is used again for each. */
export class RowReader {
  readonly #columns: readonly ColumnSetting[];
  readonly #values: unknown[];

  /** @param hasIds Whether a row's identity follows its values. */
  constructor(columns: readonly ColumnSetting[], hasIds: boolean) {
    this.#columns = columns;
    this.#values = Array.from({ length: columns.length + (hasIds ? 1 : 0) }, () => null);
  }

  /**
   * A row's values, each property read once. They hold until the next row is read.
   *
   * @throws ArgumentError when the row is not an object or a value does not fit; whatever a getter throws.
   */
  read(row: unknown, id: string | undefined): RowValues {
    if (typeof row !== 'object' || row === null) throw new ArgumentError(`a row must be an object, got ${show(row)}`);
    const columns = this.#columns;
    // Hot path: once per value of a batch.
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index] as ColumnSetting; // every position exists
      const value = propertyOf(row, column.name) ?? null;
      if (value !== null && !fits(column.type, value)) throw unfit(column, value);
      this.#values[index] = value;
    }
    if (columns.length < this.#values.length) this.#values[columns.length] = id ?? null;
    return this.#values;
  }
}

function unfit({ name, type }: ColumnSetting, value: unknown): ArgumentError {
  return new ArgumentError(`column ${show(name)} (${type}) takes ${expectedOf(type)} or null, got ${show(value)}`);
}
