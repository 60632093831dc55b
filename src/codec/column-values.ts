import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import { type IndexedValues, indexValues } from './dictionary-column.js';
import type { NumberValues } from './number-column.js';
import type { RowOrder } from './row-order.js';
import type { NamedColumn } from './series-codec-options.js';

/** A row whose values are not yet known to be of their columns' kinds. */
export type CodecFields = Readonly<Record<string, unknown>>;

/**
 * Checks that rows have as many fields as there are columns. Which these are shows when the columns are read.
 * @throws ArgumentError that names the row and the field.
 */
export function checkFields(rows: readonly CodecFields[], columns: ReadonlySet<string>): void {
  for (let index = 0; index < rows.length; index++) {
    const row: unknown = rows[index];
    if (typeof row !== 'object' || row === null)
      throw new ArgumentError(`SeriesCodec: row ${index} must be an object, got ${show(row)}`);
    let count = 0;
    // Over rows of one shape this is a walk along a list that the engine keeps.
    for (const _name in row) count++;
    if (count !== columns.size) refuseFields(row, index, columns);
  }
}

/** The numbers of a column, in the order of its storage. */
export function numberValues(rows: readonly CodecFields[], { name }: NamedColumn, order: RowOrder): NumberValues {
  const values = new Float64Array(rows.length);
  const nulls: number[] = [];
  for (let position = 0; position < values.length; position++) {
    const row = order.rows[position] ?? 0;
    const value = rows[row]?.[name];
    if (typeof value === 'number') values[position] = value;
    else if (value === null) nulls.push(position);
    else throw refusal(row, name, 'a number or null', value);
  }
  return { values, nulls };
}

/** The values of a dictionary column, in the order of its storage. */
export function dictionaryValues(rows: readonly CodecFields[], { name }: NamedColumn, order: RowOrder): IndexedValues {
  return indexValues(
    rows.length,
    (position) => rows[order.rows[position] ?? 0]?.[name],
    (value, position) => {
      if (typeof value === 'string' || value === null || typeof value === 'boolean') return value;
      throw refusal(order.rows[position] ?? 0, name, 'a text, true, false or null', value);
    },
  );
}

function refuseFields(row: object, index: number, columns: ReadonlySet<string>): never {
  for (const name in row)
    if (!columns.has(name))
      throw new ArgumentError(`SeriesCodec: row ${index} has ${show(name)}, which is none of the columns`);
  const missing = [...columns].filter((name) => !(name in row));
  throw new ArgumentError(`SeriesCodec: row ${index} must have ${missing.map(show).join(', ')}, if need be as null`);
}

function refusal(row: number, name: string, expected: string, value: unknown): ArgumentError {
  return new ArgumentError(`SeriesCodec: row ${row}: ${show(name)} must be ${expected}, got ${show(value)}`);
}
