import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchWriter, type JournalDurability } from 'tickwise/batch';
import type { Instance } from '../../runner/contract.js';

/** Rows of one turn. */
export const GROUP = 500;

/** A trade. */
interface Row {
  readonly ts: number;
  readonly symbol: string;
  readonly side: string;
  readonly price: number;
  readonly size: number;
}

/** A trade as venues send them. */
export const rowAt = (i: number): Row => {
  return { ts: 1_723_161_600_000 + i, symbol: 'BTCUSDT', side: 'buy', price: 60_000 + (i % 977) / 10, size: i / 1_000 };
};

/** A new folder on the disk. */
export function folder(): string {
  return mkdtempSync(join(tmpdir(), 'tickwise-bench-'));
}

/** Adds rows in turns of `GROUP`, and waits for the disk at the end of each block. The sink has them only then. */
export function journal(durability: JournalDurability): Instance {
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
