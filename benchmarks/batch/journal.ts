import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import type { Benchmark } from '../runner/contract.js';
import { folder, GROUP, journal, rowAt } from './support/journaled-rows.js';

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
