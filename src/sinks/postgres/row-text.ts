import { ArgumentError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { propertyOf } from '../row/property.js';
import type { Table } from './table.js';

/** One row's values as Postgres reads them, in column order; null for NULL. */
export type RowTexts = (string | null)[];

/**
 * Reads and writes out a row's values, each property once.
 *
 * @param id Identity of the row, for the column that has no property.
 * @throws ArgumentError when the row is not an object or a value does not fit; whatever a getter throws.
 */
export function textsOf(row: unknown, { columns }: Table, id: string | undefined): RowTexts {
  if (typeof row !== 'object' || row === null) throw new ArgumentError(`a row must be an object, got ${show(row)}`);
  const texts: RowTexts = [];
  for (const { property, toText } of columns) {
    const value = property === undefined ? id : propertyOf(row, property);
    texts.push(value === null || value === undefined ? null : toText(value));
  }
  return texts;
}
