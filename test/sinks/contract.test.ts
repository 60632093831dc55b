import type { SendContext, Sink } from 'tickwise/batch';
import { sinkContract, type SinkBench, type SinkCase } from 'tickwise/batch/testing';
import { ArgumentError, ClosedError, systemClock } from 'tickwise/core';
import { describe, expect, it } from 'vitest';

interface Row {
  readonly n: number;
}

/** A place, and the sinks over it. */
class MemorySink {
  readonly reportsRows: boolean = true;
  readonly isIdempotent: boolean = true;
  readonly place: Map<string, number>;
  isClosed = false;

  constructor(place: Map<string, number>) {
    this.place = place;
  }

  async write(batch: readonly Row[], { ids, signal }: SendContext) {
    if (this.isClosed) throw new ClosedError('closed');
    signal.throwIfAborted();
    const rejected: { index: number; error: unknown }[] = [];
    for (const [index, { n }] of batch.entries()) {
      if (n < 0) rejected.push({ index, error: new ArgumentError('negative') });
      else if (!this.place.has(ids[index] ?? '')) this.place.set(ids[index] ?? '', n);
    }
    return { rejected };
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

/** Titles of the cases that a sink fails. */
async function failuresOf(
  make: (place: Map<string, number>) => Sink<Row>,
  cases: readonly SinkCase[] = sinkContract,
): Promise<string[]> {
  const failed: string[] = [];
  for (const { title, run } of cases) {
    const newBench = (): SinkBench<Row> => {
      const place = new Map<string, number>();
      return {
        open: () => make(place),
        row: (n) => ({ n }),
        badRow: (n) => ({ n: -n - 1 }),
        stored: async () => [...place.values()],
      };
    };
    await run(newBench).catch(() => failed.push(title));
  }
  return failed;
}

describe('sinkContract', () => {
  it('passes a plain right sink, one that is a function, and one that stores none of a batch with a bad row', async () => {
    class AllOrNothing extends MemorySink {
      override readonly reportsRows = false;

      override async write(batch: readonly Row[], context: SendContext) {
        if (batch.some(({ n }) => n < 0)) throw new ArgumentError('one is negative');
        return super.write(batch, context);
      }
    }

    expect(await failuresOf((place) => new MemorySink(place))).toEqual([]);
    expect(await failuresOf((place) => new AllOrNothing(place))).toEqual([]);
    expect(
      await failuresOf((place) => {
        const sink = new MemorySink(place);
        return (batch, context) => sink.write(batch, context);
      }),
    ).toEqual([]);
  });

  it.each<readonly [string, new (place: Map<string, number>) => MemorySink, string]>([
    [
      'answers before it has stored',
      class extends MemorySink {
        override async write(batch: readonly Row[], context: SendContext) {
          systemClock.setTimeout(() => void super.write(batch, context).catch(() => undefined), 5);
          return { rejected: [] };
        }
      },
      'stores the rows of a batch, and answers once they can be read',
    ],
    [
      'doubles what comes again',
      class extends MemorySink {
        override write(batch: readonly Row[], context: SendContext) {
          return super.write(batch, { ...context, ids: batch.map(() => String(this.place.size + Math.random())) });
        }
      },
      'stores a row once that comes again, if it is idempotent',
    ],
    [
      'blames the wrong row',
      class extends MemorySink {
        override async write(batch: readonly Row[], context: SendContext) {
          const { rejected } = await super.write(batch, context);
          return { rejected: rejected.map(({ error }, index) => ({ index, error })) };
        }
      },
      'reports a bad row and stores the others, or stores none and says that trying again is no use',
    ],
    [
      'claims to report and does not',
      class extends MemorySink {
        override async write(batch: readonly Row[], context: SendContext) {
          if (batch.some(({ n }) => n < 0)) throw new ArgumentError('one is negative');
          return super.write(batch, context);
        }
      },
      'reports a bad row and stores the others, or stores none and says that trying again is no use',
    ],
    [
      'says of a bad row that it may pass',
      class extends MemorySink {
        override readonly reportsRows = false;

        override async write(batch: readonly Row[], context: SendContext) {
          if (batch.some(({ n }) => n < 0)) throw new Error('something');
          return super.write(batch, context);
        }
      },
      'reports a bad row and stores the others, or stores none and says that trying again is no use',
    ],
    [
      'stores in spite of the signal',
      class extends MemorySink {
        override write(batch: readonly Row[], context: SendContext) {
          return super.write(batch, { ...context, signal: new AbortController().signal });
        }
      },
      'stores nothing of a send whose signal has fired before',
    ],
    [
      'stores after its end',
      class extends MemorySink {
        override close() {
          return Promise.resolve();
        }
      },
      'is closed twice as once, and stores nothing afterwards',
    ],
    [
      'loses all but the first thousand rows of a batch',
      class extends MemorySink {
        override write(batch: readonly Row[], context: SendContext) {
          return super.write(batch.slice(0, 1_000), context);
        }
      },
      'stores 2 000 rows of one batch',
    ],
  ])('refuses a sink that %s', async (_, Wrong, title) => {
    const named = sinkContract.filter((each) => each.title === title);

    expect(await failuresOf((place) => new Wrong(place), named)).toEqual([title]);
  });
});
