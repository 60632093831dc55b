import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

// Doubles as eight planes: the lowest byte of each, then the next of each, to the highest. Their high bytes are alike,
// so that side by side they compress.
const BYTES = 8;

/** Writes doubles. */
export function writePlanes(writer: ByteWriter, values: Float64Array): void {
  const view = new DataView(new ArrayBuffer(values.length * BYTES));
  values.forEach((value, index) => view.setFloat64(index * BYTES, value, true));
  writer.raw(transposed(new Uint8Array(view.buffer), BYTES));
}

/** Reads so many doubles. */
export function readPlanes(reader: ByteReader, count: number): Float64Array {
  const bytes = transposed(reader.raw(count * BYTES), count);
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: count }, (_, index) => view.getFloat64(index * BYTES, true));
}

/** A table in rows of `width` as one in columns. */
function transposed(table: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const turned = new Uint8Array(table.length);
  let next = 0;
  for (let column = 0; column < width; column++)
    for (let index = column; index < table.length; index += width) turned[next++] = table[index] ?? 0;
  return turned;
}
