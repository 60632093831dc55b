import { createHash } from 'node:crypto';
import { quoteIdentifier } from '../row/identifier.js';
import type { PostgresClient } from './client.js';
import { MessageBytes } from './message-bytes.js';
import type { PostgresSinkSettings } from './postgres-sink-options.js';
import { misfit, type Rows, valueOf } from './rows.js';
import type { Table, TableColumn } from './table.js';
import type { BinaryType } from './value-binary.js';

/** A prepared statement that takes one array per column: the same for batches of every size. */
export interface InsertStatement {
  /** Name under which the server keeps it; follows from the text. */
  readonly name: string;
  /** The SQL. */
  readonly text: string;
}

const ARRAY_HEADER_BYTES = 20;
/** Bytes first set aside for a text. */
const USUAL_TEXT_BYTES = 24;

/** Writes the statement for a table. */
export function insertStatement(table: Table, settings: PostgresSinkSettings): InsertStatement {
  const { columns } = table;
  const names = columns.map(({ name }) => name).join(', ');
  const arrays = columns.map(({ type, isPlain }, index) => `$${index + 1}::${isPlain ? type : 'text'}[]`).join(', ');
  const values = columns.map(({ type, isPlain }, index) => (isPlain ? `v.c${index}` : `v.c${index}::${type}`));
  const aliases = columns.map((_, index) => `c${index}`).join(', ');
  const text =
    `INSERT INTO ${table.name} (${names}) SELECT ${values.join(', ')} ` +
    `FROM unnest(${arrays}) AS v(${aliases})${conflictClause(settings)}`;
  return { name: `tickwise_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`, text };
}

/** The values of a statement: one array per column, of these rows. @throws when a value does not fit its column. */
export function arraysOf({ columns }: Table, rows: Rows): (Buffer | string)[] {
  return columns.map((column) =>
    column.binary === undefined ? arrayText(rows, column) : arrayBytes(rows, column, column.binary),
  );
}

/** Stores rows: all, or none when it rejects. Returns how many; less with conflicts that are left out. */
export async function insertRows(
  client: PostgresClient,
  statement: InsertStatement,
  values: readonly (Buffer | string)[],
): Promise<number | null> {
  const result = (await client.query({ ...statement, values })) as { readonly rowCount: number | null };
  return result.rowCount;
}

// Hot path from here on: once per value of a batch.

/**
 * One column of the rows as an array in Postgres's binary form.
 *
 * The statement says of which type the array is, whatever became of the table's column since: then the server
 * converts or refuses. It reads binary arrays in less than half the time of text.
 */
function arrayBytes(rows: Rows, column: TableColumn, { oid, size, write }: BinaryType): Buffer {
  const count = rows.items.length;
  const bytes = new MessageBytes(ARRAY_HEADER_BYTES + count * (4 + (size ?? USUAL_TEXT_BYTES)));
  bytes.int32(1); // dimension
  bytes.int32(1); // There may be NULLs.
  bytes.int32(oid);
  bytes.int32(count);
  bytes.int32(1); // index of the first element
  for (let index = 0; index < count; index++) {
    const value = valueOf(rows, index, column);
    if (value === null) {
      bytes.int32(-1);
      continue;
    }
    bytes.int32(size ?? 0);
    const start = bytes.length;
    if (!write(bytes, value)) throw misfit();
    if (size === undefined) bytes.int32At(start - 4, bytes.length - start);
  }
  return bytes.view();
}

/** One column of the rows as an array in Postgres's text form. */
function arrayText(rows: Rows, column: TableColumn): string {
  let text = '{';
  for (let index = 0; index < rows.items.length; index++) {
    const value = valueOf(rows, index, column);
    if (index > 0) text += ',';
    text += value === null ? 'NULL' : `"${escaped(column.toText(value))}"`;
  }
  return `${text}}`;
}

const NEEDS_ESCAPE = /["\\]/;

function escaped(value: string): string {
  return NEEDS_ESCAPE.test(value) ? value.replaceAll(/["\\]/g, String.raw`\$&`) : value;
}

function conflictClause({ onConflict, key, idColumn, columns }: PostgresSinkSettings): string {
  if (idColumn !== undefined) return ` ON CONFLICT (${quoteIdentifier(idColumn)}) DO NOTHING`;
  const target = key === undefined ? '' : ` (${key.map(quoteIdentifier).join(', ')})`;
  if (onConflict === 'reject') return '';
  const others = columns.filter((name) => key?.includes(name) !== true).map(quoteIdentifier);
  if (onConflict === 'ignore' || others.length === 0) return ` ON CONFLICT${target} DO NOTHING`;
  return ` ON CONFLICT${target} DO UPDATE SET ${others.map((name) => `${name} = EXCLUDED.${name}`).join(', ')}`;
}
