import { ArgumentError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { propertyOf } from '../row/property.js';
import type { Table, TableColumn } from './table.js';

/** Rows of a statement. */
export interface Rows {
  /** The rows, of which nothing is known yet. */
  readonly items: readonly unknown[];
  /** Identity of each, for the column that has no property. */
  readonly ids: readonly string[] | undefined;
}

/** Some of the rows, with their identities. */
export function rowsAt({ items, ids }: Rows, positions: readonly number[]): Rows {
  return {
    items: positions.map((position) => items[position]),
    ids: ids && positions.map((position) => ids[position] ?? ''),
  };
}

/** A row's value for a column, null for what becomes NULL. @throws ArgumentError when the row is not an object. */
export function valueOf({ items, ids }: Rows, index: number, { property }: TableColumn): unknown {
  const row = items[index];
  if (typeof row !== 'object' || row === null) throw new ArgumentError(`a row must be an object, got ${show(row)}`);
  return (property === undefined ? ids?.[index] : propertyOf(row, property)) ?? null;
}

/**
 * Looks for what a row is refused for.
 *
 * @throws ArgumentError when the row is not an object or a value does not fit; whatever a getter throws.
 */
export function checkRow(rows: Rows, index: number, { columns }: Table): void {
  for (const column of columns) {
    const value = valueOf(rows, index, column);
    if (value !== null) column.toText(value);
  }
}

/** What is thrown on the way for a value that does not fit: the rows are then looked at one by one. */
export function misfit(): ArgumentError {
  return new ArgumentError('postgresSink: a row does not fit its table');
}

/**
 * The last row of each key, in the order of the keys.
 *
 * One statement cannot update a row twice; and two that update the same rows in different order would wait for one
 * another for ever.
 */
export function newestOfKey(rows: Rows, keyColumns: readonly TableColumn[]): Rows {
  const newest = new Map<string, number>();
  for (let index = 0; index < rows.items.length; index++) {
    const key = keyColumns.map((column) => {
      const value = valueOf(rows, index, column);
      return value === null ? null : column.toText(value);
    });
    newest.set(JSON.stringify(key), index);
  }
  const positions = [...newest].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, index]) => index);
  return rowsAt(rows, positions);
}
