import type { RowTexts } from './row-text.js';

/**
 * The last row of each key, in the order of the keys.
 *
 * One statement cannot update a row twice; and two that update the same rows in different order would wait for one
 * another for ever.
 */
export function newestOfKey(rows: readonly RowTexts[], keyColumns: readonly number[]): RowTexts[] {
  const newest = new Map<string, RowTexts>();
  for (const row of rows) newest.set(JSON.stringify(keyColumns.map((column) => row[column])), row);
  return [...newest].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
