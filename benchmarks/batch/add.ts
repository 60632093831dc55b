import { BatchWriter } from 'tickwise/batch';
import type { Benchmark, Instance } from '../runner/contract.js';

const BATCH = 500;

interface Row {
  readonly ts: number;
  readonly symbol: string;
  readonly price: number;
  readonly size: number;
}

/** Rows made beforehand: what is timed is taking them in. */
const ROWS: readonly Row[] = Array.from({ length: 1_024 }, (_, i) => {
  return { ts: i, symbol: `S${i % 8}`, price: 60_000 + i / 10, size: i / 1_000 };
});
const EMPTY: Row = { ts: 0, symbol: '', price: 0, size: 0 };

/** Rows of a batch that a sink looks at. All of them would take longer than what is asked about. */
const LOOK = [0, 17, 250, BATCH - 1];

/** What arrived: how many rows, and a sum over which ones stood at some places of each batch. */
class Counter {
  rows = 0;
  sum = 0;

  take(batch: readonly Row[]): void {
    this.rows += batch.length;
    for (const at of LOOK) this.sum = (this.sum * 31 + (batch[at]?.ts ?? -1)) % 1_000_003;
  }

  get answer(): unknown {
    return { rows: this.rows, sum: this.sum };
  }
}

/** Adds rows in turns of `BATCH`, and lets the writer send after each, as a stream of messages does. */
function turns(counter: Counter, add: (row: Row) => unknown, flush: () => Promise<unknown>): Instance {
  let done = 0;
  return {
    async run(operations) {
      const end = done + operations;
      while (done < end) {
        const stop = Math.min(end, done + BATCH);
        for (; done < stop; done++) add(ROWS[done & 1_023] ?? EMPTY);
        await flush();
      }
    },
    answer: () => counter.answer,
  };
}

export default {
  question: `how long does a row take through a writer, batches of ${BATCH}, before a sink that answers at once?`,
  headline: true,
  operation: 'row',
  checkOperations: 5 * BATCH,
  reference(operations) {
    const counter = new Counter();
    const rows = Array.from({ length: operations }, (_, i) => ROWS[i & 1_023] ?? EMPTY);
    for (let from = 0; from < operations; from += BATCH) counter.take(rows.slice(from, from + BATCH));
    return counter.answer;
  },
  note: 'Sending and the promise per batch are part of it. Rows are made beforehand. With key each row looks itself up.',
  contenders: [
    {
      name: 'BatchWriter.add',
      ours: true,
      setup() {
        const counter = new Counter();
        const writer = new BatchWriter<Row>({ sink: async (batch) => counter.take(batch), maxDelay: Infinity });
        return turns(
          counter,
          (row) => writer.add(row),
          () => writer.flush(),
        );
      },
    },
    {
      name: 'BatchWriter.add, with partition',
      ours: true,
      setup() {
        const counter = new Counter();
        const writer = new BatchWriter<Row>({
          sink: async (batch) => counter.take(batch),
          maxDelay: Infinity,
          partition: () => 'trades',
        });
        return turns(
          counter,
          (row) => writer.add(row),
          () => writer.flush(),
        );
      },
    },
    {
      name: 'a promise per row',
      setup() {
        const counter = new Counter();
        let rows: Row[] = [];
        let settlers: (() => void)[] = [];
        let promises: Promise<void>[] = [];
        const add = (row: Row): void => {
          promises.push(new Promise((resolve) => settlers.push(resolve)));
          rows.push(row);
        };
        return turns(counter, add, async () => {
          counter.take(rows);
          for (const settle of settlers) settle();
          await Promise.all(promises);
          [rows, settlers, promises] = [[], [], []];
        });
      },
    },
    {
      name: 'array push and swap, by hand',
      floor: true,
      setup() {
        const counter = new Counter();
        let rows: Row[] = [];
        return turns(
          counter,
          (row) => rows.push(row),
          async () => {
            counter.take(rows);
            rows = [];
          },
        );
      },
    },
  ],
} satisfies Benchmark;
