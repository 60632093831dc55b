import { type BlockColumn, readHeader, storageOrder, writeHeader } from './block-header.js';
import { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { type CodecFields, dictionaryValues, numberValues } from './column-values.js';
import { corruptBlock } from './corrupt-block.js';
import { type IndexedValues, readDictionary, writeDictionary } from './dictionary-column.js';
import { readNumbers, type StoredNumbers, writeNumbers } from './number-column.js';
import { groupedOrder, plainOrder, type RowOrder } from './row-order.js';
import type { CodecShape } from './series-codec-options.js';

/** A column as a block stores it. */
export interface StoredColumn extends BlockColumn {
  /** Bytes that it takes in the body. */
  readonly bytes: number;
  /** The row of each of its positions. */
  readonly order: RowOrder;
  /** Its values. */
  readonly values: IndexedValues | StoredNumbers;
}

/** A block's rows, still as columns. */
export interface StoredRows {
  /** Number of rows. */
  readonly rows: number;
  /** Columns in the order of the rows' properties. */
  readonly columns: readonly StoredColumn[];
}

/** Writes rows as a body. @throws ArgumentError when a value is not of its column's kind. */
export function writeBody(writer: ByteWriter, shape: CodecShape, rows: readonly CodecFields[]): void {
  writeHeader(writer, shape, rows.length);
  if (rows.length === 0) return;
  const inOrder = plainOrder(rows.length);
  let order = inOrder;
  for (const position of storageOrder(shape)) {
    const column = shape.columns[position];
    if (column === undefined) continue;
    const isLeader = position === shape.group;
    const columnOrder = isLeader || column.kind === 'time' ? inOrder : order;
    if (column.kind === 'dictionary') {
      const values = dictionaryValues(rows, column, columnOrder);
      writeDictionary(writer, values);
      if (isLeader) order = groupedOrder(values.ids, values.entries.length);
    } else {
      writeNumbers(writer, numberValues(rows, column, columnOrder), columnOrder.ends, column);
    }
  }
}

/** Reads a body. @throws CorruptDataError when anything about the bytes is wrong. */
export function readBody(body: Uint8Array, maxBytes: number): StoredRows {
  const reader = new ByteReader(body);
  const header = readHeader(reader, maxBytes);
  const stored: StoredColumn[] = [];
  const inOrder = plainOrder(header.rows);
  let order = inOrder;
  for (const position of storageOrder(header)) {
    const column = header.columns[position];
    if (column === undefined) continue;
    const isLeader = position === header.group;
    const columnOrder = isLeader || column.kind === 'time' ? inOrder : order;
    const start = reader.offset;
    const values = readColumn(reader, column, columnOrder);
    if (isLeader && 'ids' in values) order = groupedOrder(values.ids, values.entries.length);
    stored[position] = { ...column, values, order: columnOrder, bytes: reader.offset - start };
  }
  if (reader.left > 0) throw corruptBlock(`${reader.left} bytes behind its end`);
  return { rows: header.rows, columns: stored };
}

function readColumn(reader: ByteReader, { kind }: BlockColumn, { rows, ends }: RowOrder): StoredColumn['values'] {
  if (rows.length === 0) return { entries: [], ids: rows };
  return kind === 'dictionary' ? readDictionary(reader, rows.length) : readNumbers(reader, ends);
}
