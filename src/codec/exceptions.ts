import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { corruptBlock } from './corrupt-block.js';

// Values of a column of numbers that are stored one by one: their number, and for each the count of positions passed
// over since the one before, a byte for its kind, and for a double its eight bytes.
const NULL = 0;
const DOUBLE = 1;

/** Values at some positions of a column. */
export interface Exceptions {
  /** Where they are, ascending. */
  readonly positions: readonly number[];
  /** Those of the positions at which the value is `null`, ascending. */
  readonly nulls: readonly number[];
  /** Values of all positions, or of these alone. */
  readonly values: { readonly [position: number]: number };
}

const double = new DataView(new ArrayBuffer(8));
const doubleBytes = new Uint8Array(double.buffer);

/** Writes them. */
export function writeExceptions(writer: ByteWriter, { positions, nulls, values }: Exceptions): void {
  writer.varint(positions.length);
  let [next, nextNull] = [0, 0];
  for (const position of positions) {
    writer.varint(position - next);
    next = position + 1;
    if (nulls[nextNull] === position) {
      nextNull++;
      writer.byte(NULL);
    } else {
      writer.byte(DOUBLE);
      double.setFloat64(0, values[position] ?? 0, true);
      writer.raw(doubleBytes);
    }
  }
}

/** Reads those of a column of so many values. */
export function readExceptions(reader: ByteReader, count: number): Exceptions {
  const positions: number[] = [];
  const nulls: number[] = [];
  const values: Record<number, number> = {};
  let next = 0;
  for (let left = reader.count(count, 'exceptions'); left > 0; left--) {
    const position = next + reader.count(count - next - left, 'positions passed over');
    positions.push(position);
    next = position + 1;
    const kind = reader.byte();
    if (kind === NULL) nulls.push(position);
    else if (kind === DOUBLE) {
      doubleBytes.set(reader.raw(doubleBytes.length));
      values[position] = double.getFloat64(0, true);
    } else throw corruptBlock(`an exception of kind ${kind}`);
  }
  return { positions, nulls, values };
}
