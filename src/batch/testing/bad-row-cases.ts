import assert from 'node:assert/strict';
import { BatchWriter } from '../batch-writer.js';
import { isRetryableError } from '../retryable.js';
import type { SinkReport } from '../sink.js';
import { range, type SinkCase, sinkCase, type Trial } from './sink-case.js';

/** A batch of which some rows are bad, and what came of it. */
interface Sent {
  readonly report: SinkReport | undefined;
  readonly error: unknown;
}

async function sendMixed<T>(trial: Trial<T>, badRow: (number: number) => T, bad: readonly number[]): Promise<Sent> {
  const sink = await trial.open();
  const rows = range(COUNT).map((number) => (bad.includes(number) ? badRow(number) : trial.bench.row(number)));
  try {
    return { report: await trial.send(sink, rows, range(COUNT)), error: undefined };
  } catch (error) {
    return { report: undefined, error };
  }
}

/** Milliseconds after which a sink that never lets a row through has failed. */
const PATIENCE = 30_000;

/** Rows of a batch. */
const COUNT = 40;

function badCase(title: string, bad: readonly number[]): SinkCase {
  return sinkCase(title, async (trial) => {
    const { badRow } = trial.bench;
    if (badRow === undefined) return;
    const { reportsRows = false } = await trial.open();
    const { report, error } = await sendMixed(trial, badRow, bad);
    if (report !== undefined) {
      assert.deepEqual(
        report.rejected.map(({ index }) => index).toSorted((a, b) => a - b),
        bad,
      );
      for (const rejected of report.rejected) assert.ok(rejected.error instanceof Error, 'a rejected row has a reason');
      await trial.assertStored(range(COUNT).filter((number) => !bad.includes(number)));
      return;
    }
    const blamed: unknown = Reflect.get(Object(error), 'rowIndex');
    assert.ok(
      !reportsRows || (typeof blamed === 'number' && bad.includes(blamed)),
      'it names a row, or the report does',
    );
    // The writer would send the same rows over and over.
    assert.equal(isRetryableError(error), false, `the error is one that does not pass by itself: ${String(error)}`);
    await trial.assertStored([]);
  });
}

/** The cases about rows that are refused. */
export const badRowCases: readonly SinkCase[] = [
  badCase('reports a bad row and stores the others, or stores none and says that trying again is no use', [17]),
  badCase('does so with the first and the last row bad', [0, COUNT - 1]),
  badCase('does so with every row bad', range(COUNT)),
  sinkCase('is behind a writer whose bad rows are dead-lettered one by one, all others stored', async (trial) => {
    const { badRow, row } = trial.bench;
    const bad = badRow === undefined ? [] : [0, 99, 100, 250, 499];
    const dead: unknown[] = [];
    const writer = new BatchWriter({
      sink: await trial.open(),
      maxItems: 100,
      retry: { minDelay: 1, maxDelay: 1, deadline: PATIENCE },
      deadLetter: (item) => dead.push(item),
    });
    const rows = range(500).map((number) => (bad.includes(number) && badRow ? badRow(number) : row(number)));
    for (const each of rows) writer.add(each);
    await writer.flush();
    assert.deepEqual(new Set(dead), new Set(bad.map((number) => rows[number])));
    await trial.assertStored(range(500).filter((number) => !bad.includes(number)));
    const { accepted, written, deadLettered } = writer.stats();
    assert.deepEqual([accepted, written, deadLettered], [500, 500 - bad.length, bad.length]);
  }),
];
