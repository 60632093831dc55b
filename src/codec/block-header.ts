import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { corruptBlock } from './corrupt-block.js';
import { readText, writeText } from './dictionary-entries.js';
import { type CodecShape, isColumnName, MAX_COLUMNS, type NamedColumn } from './series-codec-options.js';

// The head of a body: the number of rows, the number of columns, the position plus 1 of the column that others follow
// (0 for none), and per column its name and a byte for its kind.
const KINDS: readonly NamedColumn['kind'][] = ['time', 'dictionary', 'decimals', 'f64'];

/** Bytes counted for a value, whatever it is. */
export const VALUE_BYTES = 8;

/** A column as a block says. */
export interface BlockColumn {
  /** Property in rows. */
  readonly name: string;
  /** Its kind. */
  readonly kind: NamedColumn['kind'];
}

/** What a block says of itself. */
export interface BlockHeader {
  /** Number of rows. */
  readonly rows: number;
  /** Columns in the order of the rows' properties. */
  readonly columns: readonly BlockColumn[];
  /** Position of the column that others follow; -1 for none. */
  readonly group: number;
}

/** Writes the head of a body. */
export function writeHeader(writer: ByteWriter, { columns, group }: CodecShape, rows: number): void {
  writer.varint(rows);
  writer.varint(columns.length);
  writer.varint(group + 1);
  for (const { name, kind } of columns) {
    writeText(writer, name);
    writer.byte(KINDS.indexOf(kind));
  }
}

/** Reads the head of a body. @throws CorruptDataError also when its values would take more than `maxBytes`. */
export function readHeader(reader: ByteReader, maxBytes: number): BlockHeader {
  const rows = reader.varint();
  const count = reader.count(MAX_COLUMNS, 'columns');
  if (rows * count * VALUE_BYTES > maxBytes)
    throw corruptBlock(`${rows} rows of ${count} columns, more than the ${maxBytes} bytes that maxBytes allows`);
  const group = reader.count(count, 'as a column') - 1;
  const columns: BlockColumn[] = [];
  while (columns.length < count) columns.push(readColumn(reader));
  if (new Set(columns.map(({ name }) => name)).size < count) throw corruptBlock('two columns of one name');
  if (group >= 0 && columns[group]?.kind !== 'dictionary') throw corruptBlock('no dictionary column to follow');
  return { rows, columns, group };
}

/** Positions of the columns in the order of their storage: what others follow comes first. */
export function storageOrder({ columns, group }: Pick<BlockHeader, 'columns' | 'group'>): number[] {
  const others = [...columns.keys()].filter((position) => position !== group);
  return group === -1 ? others : [group, ...others];
}

function readColumn(reader: ByteReader): BlockColumn {
  const name = readText(reader);
  if (!isColumnName(name)) throw corruptBlock('a column cannot have this name');
  const kind = KINDS[reader.byte()];
  if (kind === undefined) throw corruptBlock('a column of unknown kind');
  return { name, kind };
}
