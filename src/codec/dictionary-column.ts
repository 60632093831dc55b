import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { corruptBlock } from './corrupt-block.js';
import { type DictionaryValue, readEntry, writeEntry } from './dictionary-entries.js';

// The entries in the order of their first use: their number, then each. Then a byte for how their uses are stored, and
// the uses. A use is 0 for the next entry not yet used, otherwise the entry's position plus 1. Stored plainly there is
// one per value; as runs there is the number of runs, one use per run, and each run's length minus 1. Runs of two
// entries take turns and need no uses.
const PLAIN = 0;
const RUNS = 1;
const TAKING_TURNS = 2;
/** Values per run from which runs are shorter. */
const SHORTEST_RUN = 2;

/** Values of a column, each as the position of its entry. */
export interface IndexedValues {
  /** Different values. */
  readonly entries: readonly DictionaryValue[];
  /** Per value the position of its entry. */
  readonly ids: Uint32Array;
}

/**
 * Numbers values in the order of their first use. `valueAt` gives the value of a position; `entryOf` makes an entry of
 * a value that is new, or throws.
 */
export function indexValues(
  count: number,
  valueAt: (position: number) => unknown,
  entryOf: (value: unknown, position: number) => DictionaryValue,
): IndexedValues {
  const positions = new Map<unknown, number>();
  const entries: DictionaryValue[] = [];
  const ids = new Uint32Array(count);
  let last: unknown;
  let id = -1;
  // Hot path: once per value.
  for (let position = 0; position < count; position++) {
    const value = valueAt(position);
    if (value !== last || id === -1) {
      id = positions.get(value) ?? -1;
      if (id === -1) {
        id = entries.push(entryOf(value, position)) - 1;
        positions.set(value, id);
      }
      last = value;
    }
    ids[position] = id;
  }
  return { entries, ids };
}

/** Writes a column. */
export function writeDictionary(writer: ByteWriter, { entries, ids }: IndexedValues): void {
  writer.varint(entries.length);
  for (const entry of entries) writeEntry(writer, entry);
  const runs = startsOfRuns(ids);
  const doTakeTurns = entries.length <= TAKING_TURNS;
  if (!doTakeTurns && runs.length * SHORTEST_RUN > ids.length) {
    writer.byte(PLAIN);
    writeUses(writer, ids);
    return;
  }
  writer.byte(RUNS);
  writer.varint(runs.length);
  if (!doTakeTurns)
    writeUses(
      writer,
      runs.map((start) => ids[start] ?? 0),
    );
  for (let run = 0; run < runs.length; run++) {
    writer.varint((runs[run + 1] ?? ids.length) - (runs[run] ?? 0) - 1);
  }
}

/** Reads a column of so many values. */
export function readDictionary(reader: ByteReader, count: number): IndexedValues {
  const most = reader.count(count, 'entries');
  const entries: DictionaryValue[] = [];
  while (entries.length < most) entries.push(readEntry(reader));
  const method = reader.byte();
  if (method === PLAIN) return { entries, ids: readUses(reader, count, most) };
  if (method !== RUNS) throw corruptBlock(`a dictionary column stored in way ${method}`);
  const runs = reader.count(count, 'runs');
  const uses = most <= TAKING_TURNS ? turns(runs, most) : readUses(reader, runs, most);
  const ids = new Uint32Array(count);
  let end = 0;
  for (const id of uses) {
    const start = end;
    end += reader.count(count - end - 1, 'more values in a run') + 1;
    ids.fill(id, start, end);
  }
  if (end !== count) throw corruptBlock(`runs of ${end} values where ${count} belong`);
  return { entries, ids };
}

function turns(count: number, entries: number): Uint32Array {
  if (count > 0 && entries === 0) throw corruptBlock('values without an entry');
  const ids = new Uint32Array(count);
  for (let run = 1; run < count; run += 2) ids[run] = entries - 1;
  return ids;
}

function startsOfRuns(ids: Uint32Array): number[] {
  const starts: number[] = [];
  for (let position = 0; position < ids.length; position++)
    if (position === 0 || ids[position] !== ids[position - 1]) starts.push(position);
  return starts;
}

function writeUses(writer: ByteWriter, ids: Iterable<number>): void {
  let used = 0;
  for (const id of ids) {
    if (id === used) {
      used++;
      writer.varint(0);
    } else writer.varint(id + 1);
  }
}

function readUses(reader: ByteReader, count: number, entries: number): Uint32Array {
  const ids = new Uint32Array(count);
  let used = 0;
  for (let position = 0; position < count; position++) {
    const use = reader.count(used, 'as an entry');
    if (use === 0 && used === entries) throw corruptBlock(`an entry beyond the ${entries} there are`);
    ids[position] = use === 0 ? used++ : use - 1;
  }
  return ids;
}
