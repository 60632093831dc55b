import { ConfigError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { quoteIdentifier } from '../row/identifier.js';
import type { PostgresClient } from './client.js';
import type { PostgresSinkSettings } from './postgres-sink-options.js';
import { BINARY_TYPES, type BinaryType, type WriteValue } from './value-binary.js';
import { copyWriter } from './value-copy.js';
import { type ToText, toTextOf } from './value-text.js';

/** A column to be written, as the table has it. */
export interface TableColumn {
  /** Its name, quoted. */
  readonly name: string;
  /** Its type in SQL, without a length: a cast to one with a length would cut values. */
  readonly type: string;
  /** Whether it can be an array's element; arrays themselves and odd types are sent as text and cast. */
  readonly isPlain: boolean;
  /** Name of the rows' property; undefined for the column of identities. */
  readonly property: string | undefined;
  /** Makes a value's text, or says why it does not fit. */
  readonly toText: ToText;
  /** How values are sent within an array; undefined for types whose arrays are sent as text. */
  readonly binary: BinaryType | undefined;
  /** Writes a value as COPY's text form has it. */
  readonly writeCopy: WriteValue;
}

/** An existing table. */
export interface Table {
  /** Its name with its schema, quoted. */
  readonly name: string;
  /** Its columns that are written. */
  readonly columns: readonly TableColumn[];
}

/** Types whose arrays `unnest` takes apart into them. */
const PLAIN = new Set(
  'int2 int4 int8 float4 float8 numeric bool text varchar bpchar timestamptz timestamp json jsonb bytea'.split(' '),
);

const COLUMNS = `SELECT n.nspname, c.relname, a.attname, t.typname, a.atttypid::int8 AS oid, format_type(a.atttypid, -1) AS type, a.attgenerated
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.oid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped`;

/**
 * Reads a table's columns.
 *
 * @throws ConfigError when there is no such table or it lacks a column, or it makes one by itself.
 */
export async function readTable(client: PostgresClient, settings: PostgresSinkSettings): Promise<Table> {
  const { schema, table, columns, idColumn } = settings;
  const path = [schema, table].filter((part) => part !== undefined).map(quoteIdentifier);
  const { rows } = (await client.query({ text: COLUMNS, values: [path.join('.')] })) as {
    readonly rows: readonly Readonly<Record<string, string>>[];
  };
  const [first] = rows;
  if (first === undefined) throw new ConfigError(`postgresSink: there is no table ${show(path.join('.'))}`);
  const find = (name: string, property: string | undefined): TableColumn => {
    const found = rows.find(({ attname }) => attname === name);
    if (found === undefined) throw new ConfigError(`postgresSink: table ${show(table)} has no column ${show(name)}`);
    if (found['attgenerated'] !== '') {
      throw new ConfigError(`postgresSink: column ${show(name)} of table ${show(table)} is generated`);
    }
    const { typname = '', type = '' } = found;
    return {
      name: quoteIdentifier(name),
      type,
      isPlain: PLAIN.has(typname),
      property,
      toText: toTextOf(name, typname),
      binary: binaryOf(typname, Number(found['oid'])),
      writeCopy: copyWriter(typname),
    };
  };
  const own = columns.map((name) => find(name, name));
  return {
    name: `${quoteIdentifier(first['nspname'] ?? '')}.${quoteIdentifier(first['relname'] ?? '')}`,
    columns: idColumn === undefined ? own : [...own, find(idColumn, undefined)],
  };
}

/** A type of the same name may be somebody's own; the number tells. */
function binaryOf(typname: string, oid: number): BinaryType | undefined {
  const binary = Object.hasOwn(BINARY_TYPES, typname) ? BINARY_TYPES[typname] : undefined;
  return binary?.oid === oid ? binary : undefined;
}
