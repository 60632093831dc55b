import { ArgumentError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { propertyOf } from '../row/property.js';
import { type ColumnKind, kindOf, type SqliteValue } from './column-types.js';
import type { ColumnSetting } from './sqlite-sink-options.js';

/** Reads and checks rows into the values that statements take: those of all rows, one row after the other. */
export class RowReader {
  readonly #columns: readonly ColumnSetting[];
  readonly #kinds: readonly ColumnKind[];
  readonly #hasIds: boolean;

  /** @param hasIds Whether a row's identity follows its values. */
  constructor(columns: readonly ColumnSetting[], hasIds: boolean) {
    this.#columns = columns;
    this.#kinds = columns.map(({ type }) => kindOf(type));
    this.#hasIds = hasIds;
  }

  /**
   * Appends a row's values, each property read once, or leaves `values` as it is when it throws.
   *
   * @throws ArgumentError when the row is not an object or a value does not fit; whatever a getter throws.
   */
  read(row: unknown, id: string | undefined, values: SqliteValue[]): void {
    if (typeof row !== 'object' || row === null) throw new ArgumentError(`a row must be an object, got ${show(row)}`);
    const from = values.length;
    try {
      this.#append(row, values);
    } catch (error) {
      values.length = from;
      throw error;
    }
    if (this.#hasIds) values.push(id ?? null);
  }

  #append(row: object, values: SqliteValue[]): void {
    const columns = this.#columns;
    // Hot path: once per value of a batch.
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index] as ColumnSetting; // every position exists, here and below
      const kind = this.#kinds[index] as ColumnKind;
      const value = propertyOf(row, column.name) ?? null;
      const bound = value === null ? null : kind.read(value);
      if (bound === undefined) throw unfit(column, kind, value);
      values.push(bound);
    }
  }
}

function unfit({ name, type }: ColumnSetting, { expected }: ColumnKind, value: unknown): ArgumentError {
  return new ArgumentError(`column ${show(name)} (${type}) takes ${expected} or null, got ${show(value)}`);
}
