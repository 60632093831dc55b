import { ArgumentError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { propertyOf } from '../row/property.js';
import { checkValue } from './column-types.js';
import type { ColumnSetting } from './duckdb-sink-options.js';

/** Values of one row in column order; null for what is missing. */
export type RowValues = readonly unknown[];

/**
 * Reads and checks a row's values, each property once.
 *
 * @throws ArgumentError when the row is not an object or a value does not fit; whatever a getter throws.
 */
export function readRow(row: unknown, columns: readonly ColumnSetting[]): RowValues {
  if (typeof row !== 'object' || row === null) throw new ArgumentError(`a row must be an object, got ${show(row)}`);
  return columns.map(({ name, type }) => {
    const value = propertyOf(row, name) ?? null;
    checkValue(name, type, value);
    return value;
  });
}
