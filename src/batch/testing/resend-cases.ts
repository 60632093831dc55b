import assert from 'node:assert/strict';
import { range, type SinkCase, sinkCase } from './sink-case.js';

/** The cases about rows that come again, and about the end. */
export const resendCases: readonly SinkCase[] = [
  sinkCase('stores a row once that comes again, if it is idempotent', async (trial) => {
    const sink = await trial.open();
    if (sink.isIdempotent !== true) return;
    await trial.send(sink, trial.rows(range(30)), range(30));
    // All again, a half of a split, one alone, and some beside new ones.
    for (const numbers of [range(30), range(15), [7], range(20, 20)]) {
      const report = await trial.send(sink, trial.rows(numbers), numbers, { attempt: 2 });
      assert.deepEqual(report, { rejected: [] });
    }
    const other = await trial.open();
    await trial.send(other, trial.rows(range(40)), range(40), { attempt: 2 });
    const found = await trial.bench.stored();
    assert.deepEqual(
      found.toSorted((a, b) => a - b),
      range(40),
    );
  }),
  sinkCase('stores nothing of a send whose signal has fired before', async (trial) => {
    const sink = await trial.open();
    await trial.send(sink, trial.rows([0]), [0]);
    const reason = new Error('given up by the contract suite');
    await assert.rejects(trial.send(sink, trial.rows([1]), [1], { signal: AbortSignal.abort(reason) }));
    await trial.send(sink, trial.rows([2]), [2]);
    await trial.assertStored([0, 2]);
  }),
  sinkCase('is closed twice as once, and stores nothing afterwards', async (trial) => {
    const sink = await trial.open();
    if (sink.close === undefined) return;
    await trial.send(sink, trial.rows([0]), [0]);
    await Promise.all([sink.close(), sink.close()]);
    await sink.close();
    await assert.rejects(trial.send(sink, trial.rows([1]), [1]));
    await trial.assertStored([0]);
  }),
  sinkCase('stores what was sent before close', async (trial) => {
    const sink = await trial.open();
    const sent = trial.send(sink, trial.rows(range(100)), range(100));
    await sink.close?.();
    await sent;
    await trial.assertStored(range(100));
  }),
];
