import { createHash } from 'node:crypto';
import { quoteIdentifier } from '../row/identifier.js';
import type { PostgresClient } from './client.js';
import type { PostgresSinkSettings } from './postgres-sink-options.js';
import type { RowTexts } from './row-text.js';
import type { Table } from './table.js';

/** A prepared statement that takes one array per column: the same for batches of every size. */
export interface InsertStatement {
  /** Name under which the server keeps it; follows from the text. */
  readonly name: string;
  /** The SQL. */
  readonly text: string;
}

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

/** Stores rows: all, or none when it rejects. Returns how many; less with conflicts that are left out. */
export async function insertRows(
  client: PostgresClient,
  statement: InsertStatement,
  rows: readonly RowTexts[],
): Promise<number> {
  const width = rows[0]?.length ?? 0;
  const values = Array.from({ length: width }, (_, column) => arrayText(rows, column));
  const result = (await client.query({ ...statement, values })) as { readonly rowCount: number | null };
  return result.rowCount ?? rows.length;
}

/** One column of the rows as an array in Postgres's text form. pg's own arrays cost more. */
function arrayText(rows: readonly RowTexts[], column: number): string {
  let text = '{';
  for (const row of rows) {
    const value = row[column];
    if (text.length > 1) text += ',';
    text += value === null || value === undefined ? 'NULL' : `"${NEEDS_ESCAPE.test(value) ? escape(value) : value}"`;
  }
  return `${text}}`;
}

const NEEDS_ESCAPE = /["\\]/;

function escape(value: string): string {
  return value.replaceAll(/["\\]/g, String.raw`\$&`);
}

function conflictClause({ onConflict, key, idColumn, columns }: PostgresSinkSettings): string {
  if (idColumn !== undefined) return ` ON CONFLICT (${quoteIdentifier(idColumn)}) DO NOTHING`;
  const target = key === undefined ? '' : ` (${key.map(quoteIdentifier).join(', ')})`;
  if (onConflict === 'reject') return '';
  const others = columns.filter((name) => key?.includes(name) !== true).map(quoteIdentifier);
  if (onConflict === 'ignore' || others.length === 0) return ` ON CONFLICT${target} DO NOTHING`;
  return ` ON CONFLICT${target} DO UPDATE SET ${others.map((name) => `${name} = EXCLUDED.${name}`).join(', ')}`;
}
