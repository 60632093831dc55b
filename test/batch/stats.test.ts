import { VirtualClock } from 'tickwise';
import { BatchWriter, type BatchWriterOptions } from 'tickwise/batch';
import { describe, expect, it } from 'vitest';
import { FakeSink, permanent, range, settle } from './fake-sink.js';

function setUp(options: Partial<BatchWriterOptions<number>> = {}) {
  const clock = new VirtualClock(1_700_000_000_000);
  const sink = new FakeSink<number>();
  const writer = new BatchWriter<number>({
    sink,
    clock,
    ioClock: clock,
    onError: () => undefined,
    deadLetter: () => undefined,
    ...options,
  });
  return { clock, sink, writer };
}

describe('stats', () => {
  it('are all zero at first', () => {
    const { writer } = setUp();

    expect(writer.stats()).toEqual({
      accepted: 0,
      refused: 0,
      pending: 0,
      written: 0,
      batches: 0,
      retries: 0,
      deadLettered: 0,
      dropped: 0,
      coalesced: 0,
      failures: 0,
      delayP50: 0,
      delayP99: 0,
    });
  });

  it('are a plain snapshot that JSON keeps', async () => {
    const { writer } = setUp();
    writer.add(1);

    const before = writer.stats();
    await writer.flush();

    expect(before.pending).toBe(1);
    expect(JSON.parse(JSON.stringify(writer.stats()))).toEqual(writer.stats());
  });

  it('count all sends as batches and retries', async () => {
    const { clock, sink, writer } = setUp({ maxItems: 4 });
    sink.answer = ({ rows }, call) => (call === 1 ? new Error('down') : rows.includes(5) ? permanent() : 'store');

    for (const row of range(0, 12)) writer.add(row);
    await clock.advance(1_000);

    const { batches, retries } = writer.stats();
    expect(batches).toBe(3);
    expect(batches + retries).toBe(sink.sent.length);
  });

  it('measure the delay of a batch from its oldest row to its storing', async () => {
    const { clock, writer } = setUp({ maxDelay: 100, maxItems: 2 });

    for (let batch = 0; batch < 98; batch++) {
      writer.add(1);
      await clock.advance(10);
      writer.add(2);
      await settle();
    }
    for (let batch = 0; batch < 2; batch++) {
      writer.add(3);
      await clock.advance(100);
    }

    expect(writer.stats()).toMatchObject({ delayP50: 10, delayP99: 100 });
  });

  it('include the time of the sink and of retries in the delay', async () => {
    const { clock, sink, writer } = setUp({ retry: { minDelay: 1, maxDelay: 1 } });
    sink.answer = async (_, call) => {
      if (call === 1) return new Error('down');
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 250));
      return 'store';
    };
    writer.add(1);

    void writer.flush();
    await clock.advance(1_000);

    expect(writer.stats().delayP50).toBeGreaterThanOrEqual(250);
    expect(writer.stats().delayP50).toBeLessThanOrEqual(251);
  });
});

describe('explain', () => {
  it('says idle, collecting, sending, retrying and closed', async () => {
    const { clock, sink, writer } = setUp({ maxDelay: 100 });
    let answer: (error: Error | 'store') => void = () => undefined;
    sink.answer = () => new Promise((resolve) => (answer = resolve));
    const states = [writer.explain().state];

    writer.add(1);
    states.push(writer.explain().state);
    await clock.advance(100);
    states.push(writer.explain().state);
    answer(new Error('ECONNRESET'));
    await settle();
    states.push(writer.explain().state);
    sink.answer = () => 'store';
    await clock.advance(1_000);
    states.push(writer.explain().state);
    await writer.close();
    states.push(writer.explain().state);

    expect(states).toEqual(['idle', 'collecting', 'sending', 'retrying', 'idle', 'closed']);
    expect(writer.explain().lastError).toBe('ECONNRESET');
  });

  it('tells how old the oldest row is, where it stands and how often it was sent', async () => {
    const { clock, sink, writer } = setUp({ maxItems: 2, retry: { minDelay: 100_000, maxDelay: 100_000 } });
    sink.answer = () => new Error('down');
    for (const row of range(0, 5)) writer.add(row);

    await clock.advance(70);

    expect(writer.explain()).toMatchObject({ inFlight: 2, waiting: 3, oldestAge: 70, attempts: 1, waitingForRoom: 0 });
  });

  it('shows errors that are not Errors', async () => {
    const clock = new VirtualClock();
    const writer = new BatchWriter<number>({
      sink: () => Promise.reject(Object.assign(Object.create(null) as object, { odd: true })),
      ioClock: clock,
      onError: () => undefined,
    });
    writer.add(1);
    void writer.flush();
    await settle();

    expect(writer.explain().lastError).toContain('odd: true');
  });
});

describe('identities', () => {
  it('stay with their rows across retries and splits', async () => {
    const { clock, sink, writer } = setUp({ maxItems: 8 });
    sink.answer = ({ rows }, call) => (call <= 2 ? new Error('down') : rows.includes(6) ? permanent() : 'store');

    for (const row of range(0, 8)) writer.add(row);
    await clock.advance(1_000);

    const ids = new Map<number, Set<string>>();
    for (const sent of sink.sent) {
      for (const [index, row] of sent.rows.entries()) {
        ids.set(row, (ids.get(row) ?? new Set()).add(sent.ids[index] ?? ''));
      }
    }
    expect([...ids.values()].map(({ size }) => size)).toEqual(range(0, 8).map(() => 1));
    expect(new Set([...ids.values()].flatMap((set) => [...set])).size).toBe(8);
  });

  it('differ between writers', async () => {
    const first = setUp();
    const second = setUp();

    for (const { writer } of [first, second]) {
      writer.add(1);
      await writer.flush();
    }

    expect(first.sink.sent[0]?.ids).not.toEqual(second.sink.sent[0]?.ids);
  });

  it('name the same set of rows by the same batchId, and no other', async () => {
    const { clock, sink, writer } = setUp({ maxItems: 4 });
    sink.answer = ({ rows }, call) => (call <= 2 ? new Error('down') : rows.includes(2) ? permanent() : 'store');

    for (const row of range(0, 4)) writer.add(row);
    await clock.advance(1_000);

    const byRows = new Map<string, Set<string>>();
    for (const { rows, batchId } of sink.sent) {
      byRows.set(rows.join(), (byRows.get(rows.join()) ?? new Set()).add(batchId));
    }
    expect([...byRows.values()].every(({ size }) => size === 1)).toBe(true);
    expect(new Set([...byRows.values()].flatMap((set) => [...set])).size).toBe(byRows.size);
  });

  it('are the same array however often the sink asks', async () => {
    const seen: boolean[] = [];
    const writer = new BatchWriter<number>({
      sink: async (_, context) => void seen.push(context.ids === context.ids, context.ids.length === 3),
    });
    for (const row of range(0, 3)) writer.add(row);

    await writer.flush();

    expect(seen).toEqual([true, true]);
  });
});

describe('hostile callers', () => {
  it('may add from within the sink', async () => {
    const stored: number[] = [];
    const writer: BatchWriter<number> = new BatchWriter<number>({
      sink: async (rows) => {
        stored.push(...rows);
        if (stored.length < 10) writer.add(stored.length);
      },
      maxItems: 1,
    });

    writer.add(0);
    await settle(60);

    expect(stored).toEqual(range(0, 10));
    expect(writer.stats().pending).toBe(0);
  });

  it('may close from within the sink', async () => {
    const writer: BatchWriter<number> = new BatchWriter<number>({
      sink: async () => void writer.close(),
      maxItems: 1,
    });

    writer.add(0);
    await settle(10);
    await writer.close();

    expect(writer.stats().written).toBe(1);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('sync');
      },
    ],
    ['rejects with undefined', () => Promise.reject(undefined as unknown as Error)],
    [
      'returns a thenable that throws',
      () => ({
        then: () => {
          throw new Error('then');
        },
      }),
    ],
  ])('may give a sink that %s', async (_, fail) => {
    const clock = new VirtualClock();
    let calls = 0;
    const writer = new BatchWriter<number>({
      sink: () => (++calls === 1 ? (fail() as Promise<void>) : Promise.resolve()),
      ioClock: clock,
    });
    writer.add(1);
    const flushed = writer.flush();

    await clock.advance(1_000);
    await flushed;

    expect(writer.stats()).toMatchObject({ written: 1, retries: 1 });
  });

  it('may give a sink that returns no promise', async () => {
    const writer = new BatchWriter<number>({ sink: (() => undefined) as unknown as () => Promise<void> });
    writer.add(1);

    await writer.flush();

    expect(writer.stats().written).toBe(1);
  });

  it.each([undefined, null, Number.NaN, 0, '', Symbol('row')])('may add %s as a row', async (row) => {
    const sink = new FakeSink<unknown>();
    const writer = new BatchWriter<unknown>({ sink });

    writer.add(row);
    await writer.flush();

    expect(sink.stored).toEqual([row]);
  });

  it('may let onError throw', async () => {
    const sink = new FakeSink<number>(() => permanent());
    const writer = new BatchWriter<number>({
      sink,
      onError: () => {
        throw new Error('in onError');
      },
    });
    writer.add(1);

    await expect(writer.flush()).rejects.toBeInstanceOf(AggregateError);
    expect(writer.stats().deadLettered).toBe(1);
  });
});
