import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { BatchWriter, type JournalDurability } from 'tickwise/batch';
import type { Benchmark, Instance } from '../runner/contract.js';

const GROUP = 500;

interface Row {
  readonly ts: number;
  readonly symbol: string;
  readonly side: string;
  readonly price: number;
  readonly size: number;
}

const rowAt = (i: number): Row => {
  return { ts: 1_723_161_600_000 + i, symbol: 'BTCUSDT', side: 'buy', price: 60_000 + (i % 977) / 10, size: i / 1_000 };
};

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'tickwise-bench-'));
}

/** Adds rows in turns of `GROUP`, and waits for the disk at the end of each block. The sink has them only then. */
function journal(durability: JournalDurability): Instance {
  const directory = folder();
  let rows = 0;
  const writer = new BatchWriter<Row>({
    sink: async (batch) => void (rows += batch.length),
    maxItems: GROUP,
    maxDelay: Infinity,
    maxPending: 10_000_000,
    journal: { directory, durability },
  });
  let done = 0;
  return {
    async run(operations) {
      const end = done + operations;
      while (done < end) {
        const stop = Math.min(end, done + GROUP);
        for (; done < stop; done++) writer.add(rowAt(done));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await writer.secured();
      await writer.flush();
    },
    answer: () => rows,
    async close() {
      await writer.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export default {
  question: `how long does a row take into a journal and on to a sink, ${GROUP} rows per turn?`,
  unit: 'wall-ns',
  operation: 'row',
  checkOperations: 4 * GROUP,
  reference: (operations) => operations,
  note: 'Time on the wall: waiting for the disk counts. The floor writes and waits for each 500 rows, encoded beforehand, and blocks the event loop meanwhile.',
  contenders: [
    { name: "durability 'batch'", ours: true, setup: () => journal('batch') },
    { name: "durability 'os'", ours: true, setup: () => journal('os') },
    {
      name: 'v8.serialize alone',
      setup() {
        let done = 0;
        return {
          run(operations) {
            let bytes = 0;
            for (let i = 0; i < operations; i++) bytes += serialize(rowAt(done++)).length;
            return bytes;
          },
          answer: () => done,
        };
      },
    },
    {
      name: 'ready bytes, writeSync and fdatasyncSync per 500',
      floor: true,
      setup() {
        const directory = folder();
        const file = openSync(join(directory, 'rows'), 'w');
        const bytes = Buffer.concat(Array.from({ length: GROUP }, (_, i) => serialize(rowAt(i))));
        let done = 0;
        return {
          run(operations) {
            for (let i = 0; i < operations; i += GROUP) {
              writeSync(file, bytes);
              fdatasyncSync(file);
            }
            done += operations;
          },
          answer: () => done,
          close() {
            closeSync(file);
            rmSync(directory, { recursive: true, force: true });
          },
        };
      },
    },
  ],
} satisfies Benchmark;
