import { VirtualClock } from 'tickwise';
import { type BatchErrorContext, BatchWriter, type BatchWriterOptions } from 'tickwise/batch';
import { describe, expect, it, vi } from 'vitest';
import { type Answer, FakeSink, permanent, range, type Sent } from './fake-sink.js';

function setUp(options: Partial<BatchWriterOptions<number>> = {}) {
  const clock = new VirtualClock();
  const sink = new FakeSink<number>();
  const onError = vi.fn<(error: unknown, context: BatchErrorContext) => void>();
  const dead: [number, unknown][] = [];
  const deadLetter = (row: number, error: unknown): unknown => dead.push([row, error]);
  const writer = new BatchWriter<number>({ sink, clock, ioClock: clock, onError, deadLetter, ...options });
  return { clock, sink, writer, onError, dead };
}

/** Fails with `error` while one of the bad rows is in the batch. */
function refuse(bad: readonly number[], error: Error): (sent: Sent<number>) => Answer {
  return ({ rows }) => (rows.some((row) => bad.includes(row)) ? error : 'store');
}

/** Adds rows and lets time pass until they are settled. */
async function run(writer: BatchWriter<number>, clock: VirtualClock, rows: readonly number[]): Promise<void> {
  for (const row of rows) writer.add(row);
  const flushed = writer.flush();
  await clock.advance(600_000);
  await flushed;
}

describe('a row that the sink can never store', () => {
  it('alone is dead-lettered with its cause, after at most 20 sends for 500 rows', async () => {
    const { clock, sink, writer, dead } = setUp();
    const error = permanent('price must be positive');
    sink.answer = refuse([250], error);

    await run(writer, clock, range(0, 500));

    expect(dead).toEqual([[250, error]]);
    expect(sink.stored).toEqual(range(0, 500).filter((row) => row !== 250));
    expect(sink.sent.length).toBeLessThanOrEqual(20);
    expect(writer.stats()).toMatchObject({ accepted: 500, written: 499, deadLettered: 1, pending: 0 });
  });

  it.each([0, 1, 249, 251, 498, 499])('is found at position %i', async (bad) => {
    const { clock, sink, writer, dead } = setUp();
    sink.answer = refuse([bad], permanent());

    await run(writer, clock, range(0, 500));

    expect(dead.map(([row]) => row)).toEqual([bad]);
    expect(sink.stored).toEqual(range(0, 500).filter((row) => row !== bad));
    expect(sink.sent.length).toBeLessThanOrEqual(20);
  });

  it('is found among several, side by side and apart, in the order of the rows', async () => {
    const { clock, sink, writer, dead } = setUp({ maxItems: 64 });
    const bad = [3, 4, 5, 63, 64, 100];
    sink.answer = refuse(bad, permanent());

    await run(writer, clock, range(0, 128));

    expect(dead.map(([row]) => row)).toEqual(bad);
    expect(sink.stored).toEqual(range(0, 128).filter((row) => !bad.includes(row)));
  });

  it('takes all rows of a batch along when all are bad', async () => {
    const { clock, sink, writer, dead } = setUp({ maxItems: 16 });
    sink.answer = () => permanent();

    await run(writer, clock, range(0, 16));

    expect(dead.map(([row]) => row)).toEqual(range(0, 16));
    expect(sink.sent).toHaveLength(31);
  });

  it('needs no wait', async () => {
    const { clock, sink, writer } = setUp();
    sink.answer = refuse([7], permanent());

    for (const row of range(0, 10)) writer.add(row);
    await writer.flush();

    expect(clock.now()).toBe(0);
    expect(writer.stats().deadLettered).toBe(1);
  });
});

describe('rows that the sink reports as rejected', () => {
  it('are dead-lettered with their errors while the others count as written, in one send', async () => {
    const { clock, sink, writer, dead } = setUp();
    const error = new Error('no price');
    sink.answer = () => ({ reject: [250], error });

    await run(writer, clock, range(0, 500));

    expect(dead).toEqual([[250, error]]);
    expect(sink.sent).toHaveLength(1);
    expect(writer.stats()).toMatchObject({ written: 499, deadLettered: 1, retries: 0 });
  });

  it('are handed over in the order of the rows', async () => {
    const { clock, sink, writer, dead } = setUp();
    sink.answer = () => ({ reject: [5, 1, 3] });

    await run(writer, clock, range(0, 6));

    expect(dead.map(([row]) => row)).toEqual([1, 3, 5]);
  });

  it('may be all', async () => {
    const { clock, sink, writer, dead } = setUp();
    sink.answer = () => ({ reject: [0, 1, 2] });

    await run(writer, clock, range(0, 3));

    expect(dead).toHaveLength(3);
    expect(writer.stats()).toMatchObject({ written: 0, deadLettered: 3 });
  });

  it('are found in parts of a split batch by their position in the part', async () => {
    const { clock, sink, writer, dead } = setUp({ maxItems: 4 });
    sink.answer = ({ rows }) => (rows.length === 4 ? permanent() : { reject: rows.includes(3) ? [1] : [] });

    await run(writer, clock, range(0, 4));

    expect(dead.map(([row]) => row)).toEqual([3]);
    expect(sink.stored).toEqual([0, 1, 2]);
  });

  it.each([
    [{ rejected: [{ index: 99, error: new Error('x') }] }],
    [{ rejected: [{ index: -1, error: new Error('x') }] }],
    [{ rejected: [{ index: 0.5 }] }],
    [{ rejected: [{ index: '0' }] }],
    [{ rejected: [null] }],
    [{ rejected: [7] }],
    [{ rejected: 'all' }],
    [{ rejected: null }],
  ])('that make no sense are reported, and the rows count as written: %o', async (answer) => {
    const onError = vi.fn();
    const sink = async (): Promise<void> => answer as unknown as void;
    const writer = new BatchWriter<number>({ sink, onError });

    for (const row of range(0, 3)) writer.add(row);
    await writer.flush();

    expect(writer.stats()).toMatchObject({ written: 3, deadLettered: 0, failures: 1 });
    expect(onError.mock.calls[0]?.[1]).toEqual({ name: 'BatchWriter', operation: 'report', rows: 3 });
  });

  it.each([undefined, null, 5, 'ok', [], { rowCount: 3 }, { rejected: undefined }, { rejected: [] }])(
    'are none when the sink answers %o',
    async (answer) => {
      const onError = vi.fn();
      const writer = new BatchWriter<number>({ sink: async () => answer as unknown as void, onError });

      writer.add(1);
      await writer.flush();

      expect(writer.stats()).toMatchObject({ written: 1, deadLettered: 0, failures: 0 });
      expect(onError).not.toHaveBeenCalled();
    },
  );

  it('that cannot even be read are reported', async () => {
    const onError = vi.fn();
    const answer = Object.defineProperty({}, 'rejected', {
      get: () => {
        throw new Error('a getter');
      },
    });
    const writer = new BatchWriter<number>({ sink: async () => answer as unknown as void, onError });

    writer.add(1);
    await writer.flush();

    expect(onError.mock.calls[0]).toMatchObject([{ message: 'a getter' }, { operation: 'report' }]);
    expect(writer.stats()).toMatchObject({ written: 1 });
  });

  it('count once when a row is reported twice', async () => {
    const { clock, sink, writer, dead } = setUp();
    sink.answer = () => ({ reject: [1, 1, 1] });

    await run(writer, clock, range(0, 3));

    expect(dead).toHaveLength(1);
    expect(writer.stats()).toMatchObject({ written: 2, deadLettered: 1 });
  });
});

describe('a row that makes the sink fail with an error that looks temporary', () => {
  const error = Object.assign(new Error('internal server error'), { status: 500 });

  it.each([0, 1, 2, 77, 126, 127])('is found at position %i, because its neighbours pass', async (bad) => {
    const { clock, sink, writer, dead } = setUp({ maxItems: 128 });
    sink.answer = refuse([bad], error);

    await run(writer, clock, range(0, 128));

    expect(dead).toEqual([[bad, error]]);
    expect(sink.stored).toEqual(range(0, 128).filter((row) => row !== bad));
  });

  it('is found at the end of all rows', async () => {
    const { clock, sink, writer, dead } = setUp({ maxItems: 8 });
    sink.answer = refuse([7], error);

    await run(writer, clock, range(0, 8));

    expect(dead.map(([row]) => row)).toEqual([7]);
  });

  it('is found next to another one', async () => {
    const { clock, sink, writer, dead } = setUp({ maxItems: 16 });
    sink.answer = refuse([0, 1, 8, 9, 10], error);

    await run(writer, clock, range(0, 16));

    expect(dead.map(([row]) => row)).toEqual([0, 1, 8, 9, 10]);
    expect(sink.stored).toEqual([...range(2, 8), ...range(11, 16)]);
  });

  it('alone in its batch is found as soon as the rows behind it pass', async () => {
    const { clock, sink, writer, dead } = setUp({ maxDelay: 10 });
    sink.answer = refuse([0], error);
    writer.add(0);
    await clock.advance(60_000);
    const before = dead.length;

    writer.add(1);
    writer.add(2);
    await clock.advance(60_000);

    expect(before).toBe(0);
    expect(dead).toEqual([[0, error]]);
    expect(sink.stored).toEqual([1, 2]);
  });

  it('alone in its batch stays pending while the rows behind it fail too', async () => {
    const { clock, sink, writer, dead } = setUp({ maxItems: 1 });
    sink.answer = () => error;
    for (const row of range(0, 3)) writer.add(row);

    await clock.advance(120_000);
    const whileDown = writer.stats();
    sink.answer = () => 'store';
    await clock.advance(20_000);

    expect(whileDown).toMatchObject({ pending: 3, deadLettered: 0 });
    expect(dead).toEqual([]);
    expect(sink.stored).toEqual([0, 1, 2]);
  });

  it('gets all its attempts first', async () => {
    const { clock, sink, writer } = setUp({ maxItems: 4, retry: { attempts: 6, minDelay: 1, maxDelay: 1 } });
    sink.answer = refuse([2], error);

    await run(writer, clock, range(0, 4));

    expect(sink.sent.filter(({ rows }) => rows.includes(2)).length).toBeGreaterThanOrEqual(6);
  });
});

describe('a row given up', () => {
  it('rejects its write even when deadLetter takes it', async () => {
    const { sink, writer, dead } = setUp();
    const error = permanent();
    sink.answer = refuse([1], error);

    const writes = [writer.write(0), writer.write(1), writer.write(2)];
    await writer.flush();

    await expect(Promise.allSettled(writes)).resolves.toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: error },
      { status: 'fulfilled' },
    ]);
    expect(dead).toHaveLength(1);
  });

  it('rejects flush and reaches onError without deadLetter', async () => {
    const onError = vi.fn();
    const sink = new FakeSink<number>(refuse([1, 3], permanent('no')));
    const writer = new BatchWriter<number>({ sink, onError, name: 'trades' });
    for (const row of range(0, 5)) writer.add(row);

    const flushed = writer.flush();

    await expect(flushed).rejects.toThrow('trades: 2 rows were given up');
    await expect(flushed).rejects.toMatchObject({ errors: [{ message: 'no' }, { message: 'no' }] });
    expect(onError).toHaveBeenCalledTimes(2);
    expect(onError.mock.calls[0]?.[1]).toEqual({ name: 'trades', operation: 'row', rows: 1 });
  });

  it('does not reject a flush of other rows', async () => {
    const sink = new FakeSink<number>(refuse([1], permanent()));
    const writer = new BatchWriter<number>({ sink, onError: () => undefined });
    writer.add(0);
    const first = writer.flush();
    writer.add(1);
    const second = writer.flush();
    await Promise.allSettled([first, second]);
    writer.add(2);

    await expect(first).resolves.toBeUndefined();
    await expect(second).rejects.toBeInstanceOf(AggregateError);
    await expect(writer.flush()).resolves.toBeUndefined();
  });

  it('lists a bounded number of errors', async () => {
    const sink = new FakeSink<number>(() => permanent());
    const writer = new BatchWriter<number>({ sink, onError: () => undefined });
    for (const row of range(0, 100)) writer.add(row);

    const reason: unknown = await writer.flush().catch((error: unknown) => error);

    expect(reason).toMatchObject({ message: 'BatchWriter: 100 rows were given up' });
    expect((reason as AggregateError).errors).toHaveLength(16);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ])('is counted when deadLetter %s, and the others follow', async (_, deadLetter) => {
    const { clock, sink, writer, onError } = setUp({ deadLetter: (): unknown => deadLetter() });
    sink.answer = refuse([1, 2], permanent());

    await run(writer, clock, range(0, 4));

    expect(sink.stored).toEqual([0, 3]);
    expect(onError).toHaveBeenCalledTimes(2);
    expect(onError.mock.calls[0]).toMatchObject([{ message: 'disk full' }, { operation: 'deadLetter' }]);
    expect(writer.stats()).toMatchObject({ written: 2, deadLettered: 2, failures: 2 });
  });

  it('finds the counts in order when deadLetter looks at them', async () => {
    const seen: number[] = [];
    const sink = new FakeSink<number>(refuse([1], permanent()));
    const writer: BatchWriter<number> = new BatchWriter<number>({
      sink,
      deadLetter: () => {
        const { accepted, written, pending, deadLettered } = writer.stats();
        seen.push(accepted - written - pending - deadLettered);
      },
    });
    for (const row of range(0, 4)) writer.add(row);

    await writer.flush();

    expect(seen).toEqual([0]);
  });

  it('may be added again by deadLetter', async () => {
    const sink = new FakeSink<number>(refuse([1], permanent()));
    const writer: BatchWriter<number> = new BatchWriter<number>({
      sink,
      deadLetter: (row) => void writer.add(row + 100),
    });
    for (const row of range(0, 3)) writer.add(row);

    await writer.flush();
    await writer.flush();

    expect(sink.stored).toEqual([0, 2, 101]);
  });
});
