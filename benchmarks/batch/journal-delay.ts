import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import type { Benchmark } from '../runner/contract.js';
import { folder, GROUP, journal, rowAt } from './support/journaled-rows.js';

export default {
  question: `how long does the event loop wait while rows go into a journal as fast as they can, ${GROUP} per turn?`,
  unit: 'delay-ms',
  operation: 'row',
  checkOperations: 4 * GROUP,
  operations: 500_000,
  reference: (operations) => operations,
  contenders: [
    { name: "durability 'batch'", ours: true, setup: () => journal('batch') },
    { name: "durability 'interval'", ours: true, setup: () => journal('interval') },
    {
      name: 'v8.serialize, writeSync and fdatasyncSync per turn',
      floor: true,
      setup() {
        const directory = folder();
        const file = openSync(join(directory, 'rows'), 'w');
        let done = 0;
        return {
          async run(operations) {
            for (const end = done + operations; done < end; done += GROUP) {
              writeSync(file, Buffer.concat(Array.from({ length: GROUP }, (_, i) => serialize(rowAt(done + i)))));
              fdatasyncSync(file);
              await new Promise((resolve) => setImmediate(resolve));
            }
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
