import { VirtualClock } from 'tickwise';
import { BatchWriter, type BatchWriterOptions } from 'tickwise/batch';
import { describe, expect, it } from 'vitest';
import { FakeSink, range, settle } from './fake-sink.js';

function setUp(options: Partial<BatchWriterOptions<number>> = {}) {
  const clock = new VirtualClock();
  const sink = new FakeSink<number>();
  const writer = new BatchWriter<number>({ sink, clock, ioClock: clock, closeTimeout: 0, ...options });
  return { clock, sink, writer };
}

describe('a batch by size', () => {
  it('sends 5 000 rows added in one turn as ten batches of 500, in order', async () => {
    const { sink, writer } = setUp();

    for (const row of range(0, 5_000)) writer.add(row);
    await settle();

    expect(sink.sizes).toEqual(Array.from({ length: 10 }, () => 500));
    expect(sink.stored).toEqual(range(0, 5_000));
  });

  it('keeps the rows beyond the last full batch until they are due', async () => {
    const { sink, writer } = setUp({ maxItems: 4 });

    for (const row of range(0, 10)) writer.add(row);
    await settle();

    expect(sink.sizes).toEqual([4, 4]);
    expect(writer.stats().pending).toBe(2);
  });

  it('sends each row alone with maxItems 1', async () => {
    const { sink, writer } = setUp({ maxItems: 1 });

    for (const row of range(0, 5)) writer.add(row);
    await settle();

    expect(sink.sizes).toEqual([1, 1, 1, 1, 1]);
  });

  it('does not call the sink before add has returned', () => {
    const { sink, writer } = setUp({ maxItems: 1 });

    writer.add(1);

    expect(sink.sent).toEqual([]);
  });

  it('sends what there is when maxPending is smaller than maxItems', async () => {
    const { sink, writer } = setUp({ maxItems: 500, maxPending: 3 });

    for (const row of range(0, 3)) writer.add(row);
    await settle();

    expect(sink.sizes).toEqual([3]);
  });

  it('runs one send at a time', async () => {
    const { sink, writer } = setUp({ maxItems: 2 });
    sink.answer = () => settle(1).then(() => 'store' as const);

    for (const row of range(0, 20)) writer.add(row);
    await writer.flush();

    expect(sink.mostRunning).toBe(1);
    expect(sink.stored).toEqual(range(0, 20));
  });
});

describe('a batch by age', () => {
  it('sends three rows after silence exactly when the oldest is maxDelay old', async () => {
    const { clock, sink, writer } = setUp({ maxDelay: 50 });

    for (const row of range(0, 3)) writer.add(row);
    await clock.advance(49.999);
    const before = sink.sent.length;
    await clock.advance(0.001);

    expect(before).toBe(0);
    expect(sink.stored).toEqual([0, 1, 2]);
    expect(writer.stats().delayP99).toBe(50);
  });

  it('keeps every row below maxDelay under a steady trickle', async () => {
    const { clock, sink, writer } = setUp({ maxDelay: 50 });
    const ages: number[] = [];
    sink.answer = ({ rows }) => {
      for (const addedAt of rows) ages.push(clock.now() - addedAt);
      return 'store';
    };

    for (let step = 0; step < 100; step++) {
      writer.add(clock.now());
      await clock.advance(10);
    }
    await clock.advance(50);

    expect(ages).toHaveLength(100);
    expect(Math.max(...ages)).toBe(50);
  });

  it('counts the age of each batch from its own first row', async () => {
    const { clock, sink, writer } = setUp({ maxDelay: 100, maxItems: 3 });
    const times: number[] = [];
    sink.answer = () => {
      times.push(clock.now());
      return 'store';
    };

    writer.add(0);
    await clock.advance(60);
    for (const row of [1, 2, 3]) writer.add(row);
    await clock.advance(200);

    expect(times).toEqual([60, 160]);
    expect(sink.sizes).toEqual([3, 1]);
  });

  it('keeps exact ages of waiting rows under drop-oldest', async () => {
    const { clock, sink, writer } = setUp({ maxDelay: 1_000, maxPending: 4, maxItems: 2, overflow: 'drop-oldest' });
    let release = (): void => undefined;
    sink.answer = (_, call) => (call === 1 ? new Promise((resolve) => (release = () => resolve('store'))) : 'store');
    writer.add(1);
    writer.add(2);
    await clock.advance(0);
    writer.add(3);
    await clock.advance(300);
    writer.add(4);
    await clock.advance(100);
    writer.add(5);
    writer.add(6);
    await clock.advance(0);

    expect(writer.explain().oldestAge).toBe(400);

    release();
    await clock.advance(1_000);

    expect(sink.stored).toEqual([1, 2, 5, 6]);
    expect(writer.stats()).toMatchObject({ accepted: 6, written: 4, dropped: 2, pending: 0 });
  });

  it('ends where fractions do not add up', async () => {
    const { clock, sink, writer } = setUp({ maxDelay: 0.1 });
    await clock.advance(0.7);

    for (let step = 0; step < 50; step++) {
      writer.add(step);
      await clock.advance(0.3);
    }

    expect(sink.stored).toEqual(range(0, 50));
  });

  it('sends in the same turn with maxDelay 0', async () => {
    const { sink, writer } = setUp({ maxDelay: 0 });

    writer.add(1);
    writer.add(2);
    await settle();

    expect(sink.sizes).toEqual([2]);
  });

  it('never sends by age with maxDelay Infinity, and sets no timer', async () => {
    const { clock, sink, writer } = setUp({ maxDelay: Infinity });

    writer.add(1);
    await clock.advance(1e12);

    expect(sink.sent).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('has no timer once everything is written', async () => {
    const { clock, sink, writer } = setUp({ maxDelay: 50 });

    writer.add(1);
    const whileWaiting = clock.pendingTimers;
    await clock.advance(50);

    expect(whileWaiting).toBe(1);
    expect(sink.stored).toEqual([1]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('follows clock and not ioClock', async () => {
    const ioClock = new VirtualClock();
    const { clock, sink, writer } = setUp({ maxDelay: 50, ioClock });

    writer.add(1);
    await ioClock.advance(1_000);
    const before = sink.sent.length;
    await clock.advance(50);

    expect(before).toBe(0);
    expect(sink.stored).toEqual([1]);
  });
});

describe('a batch by bytes', () => {
  const sizeOf = (row: number): number => row;

  it('ends a batch before the row that would exceed maxBytes', async () => {
    const { sink, writer } = setUp({ maxBytes: 1_000, sizeOf });

    for (const row of [400, 500, 200, 900]) writer.add(row);
    await writer.flush();

    expect(sink.sent.map(({ rows }) => rows)).toEqual([[400, 500], [200], [900]]);
  });

  it('sends a batch of exactly maxBytes at once', async () => {
    const { sink, writer } = setUp({ maxBytes: 1_000, sizeOf });

    writer.add(400);
    writer.add(600);
    await settle();

    expect(sink.sent.map(({ rows }) => rows)).toEqual([[400, 600]]);
  });

  it('sends a row larger than maxBytes alone', async () => {
    const { sink, writer } = setUp({ maxBytes: 1_000, sizeOf });

    for (const row of [10, 1_500, 20]) writer.add(row);
    await writer.flush();

    expect(sink.sent.map(({ rows }) => rows)).toEqual([[10], [1_500], [20]]);
  });

  it('counts rows of size 0', async () => {
    const { sink, writer } = setUp({ maxBytes: 1, maxItems: 3, sizeOf: () => 0 });

    for (const row of range(0, 7)) writer.add(row);
    await writer.flush();

    expect(sink.sizes).toEqual([3, 3, 1]);
  });

  it.each([Number.NaN, -1, Infinity, undefined, '12', null])('refuses a row whose size is %s', async (size) => {
    const { writer } = setUp({ maxBytes: 100, sizeOf: () => size as number });

    expect(() => writer.add(1)).toThrow(/sizeOf must return a number from 0 up/);
    await expect(writer.write(1)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(writer.stats()).toMatchObject({ accepted: 0, pending: 0 });
  });

  it('keeps the limit when a replacing row is larger', async () => {
    const clock = new VirtualClock();
    const sink = new FakeSink<{ key: string; size: number }>();
    const writer = new BatchWriter({
      sink,
      clock,
      maxBytes: 100,
      sizeOf: ({ size }: { key: string; size: number }) => size,
      key: ({ key }) => key,
    });

    for (const [key, size] of [
      ['a', 30],
      ['b', 30],
      ['c', 30],
      ['a', 90],
    ] as const)
      writer.add({ key, size });
    await writer.flush();

    const bytes = sink.sent.map(({ rows }) => rows.reduce((sum, { size }) => sum + size, 0));
    expect(bytes).toEqual([90, 60]);
    expect(sink.stored.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  });
});

describe('a batch by idleness', () => {
  it('sends at once when nothing is being sent', async () => {
    const { sink, writer } = setUp({ flushWhenIdle: true });

    writer.add(1);
    await settle();

    expect(sink.stored).toEqual([1]);
  });

  it('collects while a send runs, and sends what came meanwhile as one batch', async () => {
    const { sink, writer } = setUp({ flushWhenIdle: true });
    let release = (): void => undefined;
    sink.answer = (_, call) => (call === 1 ? new Promise((resolve) => (release = () => resolve('store'))) : 'store');

    writer.add(0);
    await settle();
    for (const row of range(1, 8)) writer.add(row);
    await settle();
    release();
    await settle();

    expect(sink.sizes).toEqual([1, 7]);
  });

  it('keeps rows of one turn together', async () => {
    const { sink, writer } = setUp({ flushWhenIdle: true });

    for (const row of range(0, 9)) writer.add(row);
    await settle();

    expect(sink.sizes).toEqual([9]);
  });
});

describe('flush', () => {
  it('ignores the age and resolves when the rows are stored', async () => {
    const { clock, sink, writer } = setUp({ maxDelay: 60_000 });

    writer.add(1);
    await writer.flush();

    expect(sink.stored).toEqual([1]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('resolves at once when there is nothing', async () => {
    const { writer } = setUp();

    await expect(writer.flush()).resolves.toBeUndefined();
  });

  it('waits for the send that runs and for the rows behind it', async () => {
    const { sink, writer } = setUp({ maxItems: 2 });
    const releases: (() => void)[] = [];
    sink.answer = () => new Promise((resolve) => releases.push(() => resolve('store')));
    let isDone = false;
    for (const row of [1, 2, 3]) writer.add(row);
    await settle();

    void writer.flush().then(() => (isDone = true));
    releases[0]?.();
    await settle();
    const afterFirst = isDone;
    releases[1]?.();
    await settle();

    expect(afterFirst).toBe(false);
    expect(isDone).toBe(true);
    expect(sink.sizes).toEqual([2, 1]);
  });

  it('does not wait for rows added later', async () => {
    const { sink, writer } = setUp();
    writer.add(1);

    const flushed = writer.flush();
    writer.add(2);
    await flushed;

    expect(sink.stored).toEqual([1]);
    expect(writer.stats().pending).toBe(1);
  });

  it('waits for retries', async () => {
    const { clock, sink, writer } = setUp();
    sink.answer = (_, call) => (call < 3 ? new Error('down') : 'store');
    writer.add(1);

    const flushed = writer.flush();
    await clock.advance(1_000);
    await flushed;

    expect(sink.stored).toEqual([1]);
  });

  it('can be asked for many times at once', async () => {
    const { sink, writer } = setUp();
    writer.add(1);

    await Promise.all(range(0, 50).map(() => writer.flush()));

    expect(sink.sizes).toEqual([1]);
  });

  it('resolves when the rows it waits for are dropped', async () => {
    const { clock, sink, writer } = setUp({ maxPending: 2, maxItems: 1, overflow: 'drop-oldest' });
    sink.answer = (_, call) => (call === 1 ? 'hang' : 'store');
    writer.add(1);
    await settle();
    writer.add(2);
    const flushed = writer.flush();

    writer.add(3);
    await clock.advance(31_000);

    await expect(flushed).resolves.toBeUndefined();
    expect(sink.stored).toEqual([1, 3]);
  });
});
