import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { corruptBlock } from './corrupt-block.js';
import { LARGEST_INTEGER } from './decimal-grid.js';

// A run of integers: a byte for the way, a base as zigzag, and the values. Of the four ways the one of least bits is
// taken: sizes are stored above their minimum, prices as differences, times as differences that are never negative,
// and times at a steady pace as differences of differences.
const ABOVE_MINIMUM = 0;
const DIFFERENCES = 1;
const RISES = 2;
const SECOND_DIFFERENCES = 3;

/** Writes the integers from `start` to `end` of an array, at least one. */
export function writeRun(writer: ByteWriter, integers: Float64Array, start: number, end: number): void {
  const { way, minimum } = chooseWay(integers, start, end);
  writer.byte(way);
  writer.zigzag(way === ABOVE_MINIMUM ? minimum : (integers[start] ?? 0));
  if (way === ABOVE_MINIMUM) writeAbove(writer, integers, start, end, minimum);
  else writeDifferences(writer, integers, start, end, way);
}

/** Reads a run of `end - start` integers, at least one. */
export function readRun(reader: ByteReader, integers: Float64Array, start: number, end: number): void {
  const way = reader.byte();
  const base = reader.zigzag();
  if (way > SECOND_DIFFERENCES) throw corruptBlock(`integers stored in way ${way}`);
  if (way === ABOVE_MINIMUM) readAbove(reader, integers, start, end, base);
  else readDifferences(reader, integers, start, end, base, way);
}

// Hot path from here on: these loops see every number of every block.

function chooseWay(integers: Float64Array, start: number, end: number): { way: number; minimum: number } {
  let last = integers[start] ?? 0;
  let minimum = last;
  for (let position = start + 1; position < end; position++) minimum = Math.min(minimum, integers[position] ?? 0);
  let lastDifference = 0;
  let widest = 0;
  let isRising = true;
  let aboveBits = bits(last - minimum);
  let differenceBits = 0;
  let secondBits = 0;
  for (let position = start + 1; position < end; position++) {
    const value = integers[position] ?? 0;
    const difference = value - last;
    const second = Math.abs(difference - lastDifference);
    aboveBits += bits(value - minimum);
    differenceBits += bits(Math.abs(difference));
    secondBits += bits(second) + 1;
    widest = Math.max(widest, Math.abs(difference), second);
    if (difference < 0) isRising = false;
    last = value;
    lastDifference = difference;
  }
  if (!isRising) differenceBits += end - start - 1;
  // Wider differences would not be exact as zigzag.
  if (widest > LARGEST_INTEGER || (aboveBits <= differenceBits && aboveBits <= secondBits))
    return { way: ABOVE_MINIMUM, minimum };
  if (secondBits < differenceBits) return { way: SECOND_DIFFERENCES, minimum };
  return { way: isRising ? RISES : DIFFERENCES, minimum };
}

/** Bits of a whole number from 0 to 2^53. */
function bits(value: number): number {
  return value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(value / 2 ** 32);
}

function writeAbove(writer: ByteWriter, integers: Float64Array, start: number, end: number, minimum: number): void {
  for (let position = start; position < end; position++) writer.varint((integers[position] ?? 0) - minimum);
}

function writeDifferences(writer: ByteWriter, integers: Float64Array, start: number, end: number, way: number): void {
  let last = integers[start] ?? 0;
  let lastDifference = 0;
  for (let position = start + 1; position < end; position++) {
    const value = integers[position] ?? 0;
    const difference = value - last;
    if (way === RISES) writer.varint(difference);
    else writer.zigzag(way === DIFFERENCES ? difference : difference - lastDifference);
    last = value;
    lastDifference = difference;
  }
}

function readAbove(reader: ByteReader, integers: Float64Array, start: number, end: number, base: number): void {
  for (let position = start; position < end; position++) integers[position] = checked(base + reader.varint());
}

function readDifferences(
  reader: ByteReader,
  integers: Float64Array,
  start: number,
  end: number,
  base: number,
  way: number,
): void {
  let value = checked(base);
  let difference = 0;
  integers[start] = value;
  for (let position = start + 1; position < end; position++) {
    if (way === SECOND_DIFFERENCES) difference += reader.zigzag();
    else difference = way === RISES ? reader.varint() : reader.zigzag();
    value = checked(value + difference);
    integers[position] = value;
  }
}

/** Sums of what somebody else wrote could leave the numbers that are exact. */
function checked(integer: number): number {
  if (integer > LARGEST_INTEGER || integer < -LARGEST_INTEGER) throw corruptBlock('an integer beyond 2^52');
  return integer;
}
