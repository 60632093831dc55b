import { VirtualClock } from 'tickwise';
import { BatchWriter, type SendContext, type SinkFunction } from 'tickwise/batch';
import { describe, expect, it, vi } from 'vitest';
import { permanent, range, settle } from './fake-sink.js';

/*
 * Sinks that do what the types forbid, or what no well-behaved sink does. Whatever they do, each row comes to one end,
 * the rows that they did not store are sent again whole and in order, and the counts agree.
 */

/** Takes the array of a send apart, as plain JavaScript may. */
const VANDALS: Readonly<Record<string, (batch: number[]) => unknown>> = {
  'splices it empty': (batch) => batch.splice(0),
  'shifts rows off it': (batch) => [batch.shift(), batch.shift(), batch.shift()],
  'pops the last': (batch) => batch.pop(),
  'sets its length to 0': (batch) => (batch.length = 0),
  // oxlint-disable-next-line unicorn/no-array-reverse -- the sink under test does it in place
  'turns it around': (batch) => batch.reverse(),
  'adds rows to it': (batch) => batch.push(-1, -2, -3),
  'overwrites it': (batch) => batch.fill(-1),
  // oxlint-disable-next-line unicorn/no-array-sort -- as above
  'sorts it downwards': (batch) => batch.sort((a, b) => b - a),
};

function setUp(sink: SinkFunction<number>, options: { timeout?: number; closeTimeout?: number } = {}) {
  const clock = new VirtualClock();
  const dead: [number, unknown][] = [];
  const onError = vi.fn<(error: unknown) => void>();
  const deadLetter = (row: number, error: unknown): unknown => dead.push([row, error]);
  const writer = new BatchWriter<number>({
    sink,
    clock,
    ioClock: clock,
    maxItems: 8,
    deadLetter,
    onError,
    ...options,
  });
  return { clock, writer, dead, onError };
}

async function run({ writer, clock }: ReturnType<typeof setUp>, count: number): Promise<void> {
  for (const row of range(0, count)) writer.add(row);
  const flushed = writer.flush();
  await clock.advance(600_000);
  await flushed;
}

describe.each(Object.entries(VANDALS))('a sink that takes its array and %s', (_, spoil) => {
  it('gets the same rows again when it fails, under the same identities', async () => {
    const sends: { rows: readonly number[]; ids: readonly string[]; batchId: string }[] = [];
    const parts = setUp(async (batch, context) => {
      const rows = [...batch];
      spoil(batch as number[]); // What the type forbids and the language does not.
      sends.push({ rows, ids: context.ids, batchId: context.batchId });
      if (sends.length < 3) throw new Error('down');
    });

    await run(parts, 8);

    expect(sends.map(({ rows }) => rows)).toEqual([range(0, 8), range(0, 8), range(0, 8)]);
    expect(sends[2]?.ids).toEqual(sends[0]?.ids);
    expect(new Set(sends.map(({ batchId }) => batchId)).size).toBe(1);
    expect(parts.writer.stats()).toMatchObject({ accepted: 8, written: 8, pending: 0, deadLettered: 0 });
  });

  it('has its report read by the places that rows had', async () => {
    const error = new Error('refused');
    const parts = setUp(async (batch) => {
      const rejected = [...batch].flatMap((row, index) => (row === 7 ? [{ index, error }] : []));
      spoil(batch as number[]); // As above.
      return { rejected };
    });

    await run(parts, 16);

    expect(parts.dead).toEqual([[7, error]]);
    expect(parts.writer.stats()).toMatchObject({ accepted: 16, written: 15, pending: 0, deadLettered: 1 });
    expect(parts.onError).not.toHaveBeenCalled();
  });

  it('has its bad row found', async () => {
    const stored: number[] = [];
    const parts = setUp(async (batch) => {
      const rows = [...batch];
      spoil(batch as number[]); // As above.
      if (rows.includes(5)) throw permanent();
      stored.push(...rows);
    });

    await run(parts, 16);

    expect(parts.dead.map(([row]) => row)).toEqual([5]);
    expect(stored).toEqual(range(0, 16).filter((row) => row !== 5));
  });
});

describe('a sink', () => {
  it('that throws before it returns is as one that rejects', async () => {
    let calls = 0;
    const parts = setUp(() => {
      if (++calls < 3) throw new Error('down');
      return Promise.resolve();
    });

    await run(parts, 8);

    expect(calls).toBe(3);
    expect(parts.writer.stats()).toMatchObject({ written: 8, pending: 0, deadLettered: 0 });
  });

  it('whose promise settles again after the first time changes nothing', async () => {
    const answers = vi.fn<() => void>();
    const twice = {
      // oxlint-disable-next-line unicorn/no-thenable -- the sink under test returns one
      then(resolve: (value?: unknown) => void, reject: (error: Error) => void) {
        answers();
        resolve();
        resolve({ rejected: [{ index: 0, error: new Error('late') }] });
        reject(new Error('later'));
      },
    };
    const parts = setUp(() => twice as never); // A thenable is no Promise to the types.

    await run(parts, 8);

    expect(answers).toHaveBeenCalledOnce();
    expect(parts.dead).toEqual([]);
    expect(parts.writer.stats()).toMatchObject({ written: 8, pending: 0, deadLettered: 0 });
  });

  it('that answers a send after its timeout does not settle the next one', async () => {
    const resolvers: (() => void)[] = [];
    const parts = setUp(() => new Promise((resolve) => resolvers.push(resolve)), { timeout: 100 });
    for (const row of range(0, 8)) parts.writer.add(row);
    const flushed = parts.writer.flush();
    await parts.clock.advance(100); // the first send is given up
    await parts.clock.advance(100); // and the second begins

    resolvers[0]?.();
    await settle();

    expect(resolvers).toHaveLength(2);
    expect(parts.writer.stats()).toMatchObject({ written: 0, pending: 8 });
    resolvers[1]?.();
    await flushed;
    expect(parts.writer.stats()).toMatchObject({ written: 8, pending: 0 });
  });

  it('that reports rows it was not given has the others counted, and is told on', async () => {
    const error = new Error('refused');
    const rejected = [-1, 8, 99, 0.5, Number.NaN, 3].map((index) => ({ index, error }));
    const parts = setUp(async () => ({ rejected }));

    await run(parts, 8);

    expect(parts.dead).toEqual([[3, error]]);
    expect(parts.onError).toHaveBeenCalledOnce();
    expect(parts.writer.stats()).toMatchObject({ written: 7, deadLettered: 1, pending: 0 });
  });

  it('that reports a row twice has it given up once', async () => {
    const rejected = [1, 1, 1].map((index) => ({ index, error: new Error('refused') }));
    const parts = setUp(async () => ({ rejected }));

    await run(parts, 8);

    expect(parts.dead).toHaveLength(1);
    expect(parts.writer.stats()).toMatchObject({ written: 7, deadLettered: 1, pending: 0 });
  });

  it('whose report throws where it is read has its other entries counted', async () => {
    const broken = {
      index: 2,
      get error(): unknown {
        throw new Error('no error here');
      },
    };
    const error = new Error('refused');
    const parts = setUp(async () => ({ rejected: [{ index: 1, error }, broken, { index: 4, error }] }));

    await run(parts, 8);

    expect(parts.dead).toEqual([
      [1, error],
      [4, error],
    ]);
    expect(parts.onError).toHaveBeenCalledOnce();
  });

  it('that never settles holds close for closeTimeout only, and the rows come back', async () => {
    const parts = setUp(() => new Promise(() => undefined), { timeout: Infinity, closeTimeout: 200 });
    for (const row of range(0, 12)) parts.writer.add(row);
    await settle();

    const closed = parts.writer.close();
    const outcome = closed.catch((error: unknown) => error);
    await parts.clock.advance(200);

    await expect(outcome).resolves.toMatchObject({ items: range(0, 12) });
    expect(parts.clock.pendingTimers).toBe(0);
  });

  it('that closes, flushes and adds from within a send that fails loses nothing', async () => {
    let calls = 0;
    const late: unknown[] = [];
    const parts = setUp(async () => {
      if (++calls > 1) return;
      void parts.writer.flush();
      void parts.writer.close();
      try {
        parts.writer.add(99);
      } catch (error) {
        late.push(error);
      }
      throw new Error('down');
    });
    for (const row of range(0, 8)) parts.writer.add(row);

    await settle();
    const closed = parts.writer.close();
    await parts.clock.advance(10_000);
    await closed;

    expect(late).toMatchObject([{ code: 'ERR_CLOSED' }]);
    expect(parts.writer.stats()).toMatchObject({ accepted: 8, written: 8, pending: 0 });
  });

  it('that keeps its context can read it after the send, with the identities of that send', async () => {
    const contexts: SendContext[] = [];
    const parts = setUp(async (_, context) => void contexts.push(context));

    await run(parts, 16);

    expect(contexts.map(({ ids }) => ids.length)).toEqual([8, 8]);
    expect(new Set(contexts.flatMap(({ ids }) => ids)).size).toBe(16);
    expect(contexts[0]?.signal.aborted).toBe(false);
  });
});
