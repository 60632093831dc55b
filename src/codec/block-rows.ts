import type { StoredColumn, StoredRows } from './block-body.js';
import type { IndexedValues } from './dictionary-column.js';
import type { NumberValues } from './number-column.js';
import type { CodecValue } from './series-codec-options.js';

/** A row as it is filled. */
type Fields = Record<string, CodecValue>;

/** Makes the rows of a block. */
export function toRows({ rows, columns }: StoredRows): Fields[] {
  // Copies of one object have all fields from the start: adding them one by one took twice as long.
  const blank: Fields = Object.fromEntries(columns.map(({ name, values }) => [name, 'ids' in values ? '' : 0.5]));
  const made: Fields[] = [];
  while (made.length < rows) made.push({ ...blank });
  for (const column of columns) fill(made, column);
  return made;
}

// Hot path from here on: these loops see every value of a block.

function fill(made: readonly Fields[], { name, values, order }: StoredColumn): void {
  if ('ids' in values) fillEntries(made, name, values, order.rows);
  else fillNumbers(made, name, values, order.rows);
}

function fillEntries(made: readonly Fields[], name: string, { entries, ids }: IndexedValues, rows: Uint32Array): void {
  for (let position = 0; position < rows.length; position++) {
    const row = made[rows[position] ?? 0];
    if (row !== undefined) row[name] = entries[ids[position] ?? 0] ?? null;
  }
}

function fillNumbers(made: readonly Fields[], name: string, { values, nulls }: NumberValues, rows: Uint32Array): void {
  for (let position = 0; position < rows.length; position++) {
    const row = made[rows[position] ?? 0];
    if (row !== undefined) row[name] = values[position] ?? 0;
  }
  for (const position of nulls) {
    const row = made[rows[position] ?? 0];
    if (row !== undefined) row[name] = null;
  }
}
