import assert from 'node:assert/strict';
import { range, type SinkCase, sinkCase } from './sink-case.js';

/** The cases about good rows. */
export const storingCases: readonly SinkCase[] = [
  sinkCase('stores the rows of a batch, and answers once they can be read', async (trial) => {
    const sink = await trial.open();
    for (const from of [0, 3, 6]) {
      const numbers = range(3, from);
      assert.deepEqual(await trial.send(sink, trial.rows(numbers), numbers), { rejected: [] });
      await trial.assertStored(range(from + 3));
    }
  }),
  sinkCase('stores a single row, and nothing for an empty batch', async (trial) => {
    const sink = await trial.open();
    await trial.send(sink, [], []);
    await trial.send(sink, trial.rows([7]), [7]);
    await trial.send(sink, [], []);
    await trial.assertStored([7]);
  }),
  sinkCase('stores 2 000 rows of one batch', async (trial) => {
    const sink = await trial.open();
    const numbers = range(2_000);
    await trial.send(sink, trial.rows(numbers), numbers);
    await trial.assertStored(numbers);
  }),
  sinkCase('stores each batch once when several are sent at a time', async (trial) => {
    const sink = await trial.open();
    const batches = range(6).map((index) => range(50, index * 50));
    await Promise.all(batches.map((numbers) => trial.send(sink, trial.rows(numbers), numbers)));
    const found = (await trial.bench.stored()).toSorted((a, b) => a - b);
    assert.deepEqual(found, range(300));
  }),
  sinkCase('stores beside what another sink has stored', async (trial) => {
    const first = await trial.open();
    await trial.send(first, trial.rows([0, 1]), [0, 1]);
    await first.close?.();
    const second = await trial.open();
    await trial.send(second, trial.rows([2]), [2]);
    await trial.assertStored([0, 1, 2]);
  }),
  sinkCase('changes neither the batch nor its rows', async (trial) => {
    const sink = await trial.open();
    const rows = trial.rows(range(20)).map((row) => Object.freeze(row));
    await trial.send(sink, Object.freeze(rows), range(20));
    await trial.assertStored(range(20));
  }),
];
