import { parentPort } from 'node:worker_threads';
import { VirtualClock } from 'tickwise/core';
import { SharedRing } from 'tickwise/ring';
import { Analyst } from './analyst.js';
import { newBars } from './desk.js';
import { barOf, type ModelWorkerData, putOpinion, recordsIn } from './model-records.js';
import { momentOf } from './moment.js';
import { hitsByName } from './trace.js';

/** A worker's life: an opinion for each bar that comes, until no more will come. */
export async function runModels({ job, ...handles }: ModelWorkerData): Promise<void> {
  const clock = new VirtualClock(job.start);
  const analyst = new Analyst(job, clock);
  const histories = job.symbols.map(({ symbol }) => ({ symbol, bars: newBars() }));
  const ring = SharedRing.attach(handles.bars);
  const reader = ring.reader();
  const writer = SharedRing.attach(handles.opinions).writer();
  // Blocks the thread, which has nothing else to do.
  while (reader.wait(Infinity)) {
    for (const record of recordsIn(ring, reader)) {
      const [index = -1] = record;
      const history = histories[index];
      if (history === undefined) throw new Error(`there is no symbol ${index}`);
      const bar = barOf(record);
      history.bars.push(bar);
      await clock.advanceTo(bar.ts);
      const moment = momentOf(history.symbol, history.bars, bar.ts);
      if (moment === undefined) throw new Error(`${history.symbol} has no bar of ${bar.ts}`);
      putOpinion(writer.values, writer.claim(), index, analyst.opinionOf(moment));
      writer.commit();
    }
    writer.flush();
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has no origin
  parentPort?.postMessage(hitsByName());
}
