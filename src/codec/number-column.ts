import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { corruptBlock } from './corrupt-block.js';
import { chooseDecimals, power, scaled } from './decimal-grid.js';
import { type Exceptions, readExceptions, writeExceptions } from './exceptions.js';
import { readRun, writeRun } from './integer-run.js';
import { readPlanes, writePlanes } from './planes.js';
import { MOST_DECIMALS, type NamedColumn } from './series-codec-options.js';

// A byte for how the column is stored, the exceptions, and then: as integers per symbol that has other values the
// decimals in a byte and a run of integers; as doubles all other values.
const INTEGERS = 0;
const DOUBLES = 1;

/** Values of a column in the order of its storage. Where a value is `null` there is any number. */
export interface NumberValues {
  /** One per position. */
  readonly values: Float64Array;
  /** Positions of `null`, ascending. */
  readonly nulls: readonly number[];
}

/** A column as read. */
export interface StoredNumbers extends NumberValues {
  /** How it was stored. */
  readonly storage: 'integers' | 'doubles';
  /** Values stored one by one, because they are `null` or not what the others are. */
  readonly exceptions: number;
}

/** Integers of all symbols behind one another, and what they are not. */
interface Plan extends Exceptions {
  readonly integers: Float64Array;
  readonly runs: readonly { readonly decimals: number; readonly start: number; readonly end: number }[];
}

/** Writes a column. `ends` has the end of each symbol's values. */
export function writeNumbers(
  writer: ByteWriter,
  { values, nulls }: NumberValues,
  ends: Uint32Array,
  column: NamedColumn,
): void {
  const plan = planIntegers(values, nulls, ends, column);
  if (plan === undefined) {
    writer.byte(DOUBLES);
    writeExceptions(writer, { values, nulls, positions: nulls });
    writePlanes(writer, without(values, nulls));
    return;
  }
  writer.byte(INTEGERS);
  writeExceptions(writer, plan);
  for (const { decimals, start, end } of plan.runs) {
    writer.byte(decimals);
    writeRun(writer, plan.integers, start, end);
  }
}

/** Reads a column of as many values as the last of `ends` says. */
export function readNumbers(reader: ByteReader, ends: Uint32Array): StoredNumbers {
  const count = ends.at(-1) ?? 0;
  const storage = reader.byte();
  if (storage > DOUBLES) throw corruptBlock(`a column of numbers stored in way ${storage}`);
  const exceptions = readExceptions(reader, count);
  const { positions } = exceptions;
  const kept =
    storage === DOUBLES
      ? readPlanes(reader, count - positions.length)
      : readIntegers(reader, ends, positions, count - positions.length);
  return {
    values: positions.length === 0 ? kept : merge(kept, exceptions),
    nulls: exceptions.nulls,
    storage: storage === DOUBLES ? 'doubles' : 'integers',
    exceptions: positions.length,
  };
}

/** How to store a column as integers; undefined when as doubles it is shorter. */
function planIntegers(
  values: Float64Array,
  nulls: readonly number[],
  ends: Uint32Array,
  { expectedDecimals, mostDecimals }: NamedColumn,
): Plan | undefined {
  // No null is on the grid.
  for (const position of nulls) values[position] = Number.NaN;
  const integers = new Float64Array(values.length);
  const runs: { decimals: number; start: number; end: number }[] = [];
  const positions: number[] = [];
  let [first, end] = [0, 0];
  for (const last of ends) {
    const decimals = chooseDecimals(values, first, last, expectedDecimals, mostDecimals);
    const start = end;
    end = toIntegers(values, first, last, power(decimals), integers, start, positions);
    if (end > start) runs.push({ decimals, start, end });
    first = last;
  }
  // Nine bytes and more for each exception, eight for a double.
  if ((positions.length - nulls.length) * 2 > values.length) return undefined;
  return { integers, runs, values, nulls, positions };
}

/** Puts integers behind one another from `start`, notes where there is none, and gives the end. Hot path. */
function toIntegers(
  values: Float64Array,
  first: number,
  last: number,
  scale: number,
  integers: Float64Array,
  start: number,
  exceptions: number[],
): number {
  let end = start;
  for (let position = first; position < last; position++) {
    const integer = scaled(values[position] ?? 0, scale);
    if (Number.isNaN(integer)) exceptions.push(position);
    else integers[end++] = integer;
  }
  return end;
}

function readIntegers(
  reader: ByteReader,
  ends: Uint32Array,
  exceptions: readonly number[],
  count: number,
): Float64Array {
  const kept = new Float64Array(count);
  let [skipped, end] = [0, 0];
  for (const last of ends) {
    while ((exceptions[skipped] ?? last) < last) skipped++;
    const start = end;
    end = last - skipped;
    if (end === start) continue;
    const decimals = reader.byte();
    if (decimals > MOST_DECIMALS) throw corruptBlock(`${decimals} decimals`);
    readRun(reader, kept, start, end);
    const scale = power(decimals);
    if (decimals > 0) for (let index = start; index < end; index++) kept[index] = (kept[index] ?? 0) / scale;
  }
  return kept;
}

/** The values at all other positions. */
function without(values: Float64Array, positions: readonly number[]): Float64Array {
  if (positions.length === 0) return values;
  const skipped = new Set(positions);
  return values.filter((_, position) => !skipped.has(position));
}

/** Values and exceptions, each at its position. */
function merge(kept: Float64Array, { positions, values: others }: Exceptions): Float64Array {
  const values = new Float64Array(kept.length + positions.length);
  let next = 0;
  for (let position = 0; position < values.length; position++) {
    const isException = positions[next] === position;
    values[position] = (isException ? others[position] : kept[position - next]) ?? 0;
    if (isException) next++;
  }
  return values;
}
