import { createHook } from 'node:async_hooks';
import { type Clock, type Timer, VirtualClock } from 'tickwise';
import { BatchWriter, type BatchWriterOptions } from 'tickwise/batch';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HoldingClock } from '../holding-clock.js';
import { FakeSink, permanent, range, settle } from './fake-sink.js';

function setUp(options: Partial<BatchWriterOptions<number>> = {}) {
  const clock = new VirtualClock();
  const sink = new FakeSink<number>();
  const writer = new BatchWriter<number>({ sink, clock, ioClock: clock, onError: () => undefined, ...options });
  return { clock, sink, writer };
}

/** Counts what is asked of it. */
class CountingClock implements Clock {
  timers = 0;
  reads = 0;
  readonly #clock = new VirtualClock();

  now(): number {
    this.reads++;
    return this.#clock.now();
  }

  wallTime(): number {
    return this.#clock.wallTime();
  }

  setTimeout(callback: () => void, delay: number): Timer {
    this.timers++;
    return this.#clock.setTimeout(callback, delay);
  }
}

describe('write', () => {
  it('resolves when the sink has the row, not before', async () => {
    const { sink, writer } = setUp();
    let release = (): void => undefined;
    sink.answer = () => new Promise((resolve) => (release = () => resolve('store')));
    let isWritten = false;

    const write = writer.write(1).then(() => (isWritten = true));
    void writer.flush();
    await settle();
    const before = isWritten;
    release();
    await write;

    expect(before).toBe(false);
    expect(sink.stored).toEqual([1]);
  });

  it('resolves each row of a batch once, in order', async () => {
    const { writer } = setUp();
    const order: number[] = [];

    for (const row of range(0, 20)) void writer.write(row).then(() => order.push(row));
    await writer.flush();
    await settle();

    expect(order).toEqual(range(0, 20));
  });

  it('mixes with add', async () => {
    const { sink, writer } = setUp();

    writer.add(0);
    const write = writer.write(1);
    writer.add(2);
    await writer.flush();

    await expect(write).resolves.toBeUndefined();
    expect(sink.stored).toEqual([0, 1, 2]);
  });

  it('settles in the part of a split batch that its row belongs to', async () => {
    const { sink, writer } = setUp({ deadLetter: () => undefined });
    sink.answer = ({ rows }) => (rows.includes(5) ? permanent() : 'store');

    const writes = range(0, 8).map((row) => writer.write(row));
    await writer.flush();

    const results = await Promise.allSettled(writes);
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual(range(0, 8).map((row) => row !== 5));
  });
});

describe('a rejection that nobody listens to', () => {
  const unhandled = vi.fn();

  beforeEach(() => {
    unhandled.mockClear();
    process.on('unhandledRejection', unhandled);
  });

  afterEach(() => {
    process.off('unhandledRejection', unhandled);
  });

  it('of write, flush, ready or close does not become an unhandledRejection', async () => {
    const { clock, sink, writer } = setUp({ maxPending: 4, maxItems: 2, closeTimeout: 10 });
    sink.answer = (_, call) => (call === 1 ? permanent() : new Error('down'));

    for (const row of range(0, 12)) void writer.write(row);
    void writer.flush();
    void writer.ready();
    void writer.close();
    void writer.close();
    void writer.write(99);
    void writer.flush();
    void writer.ready();
    await clock.advance(1_000);
    await settle();

    expect(unhandled).not.toHaveBeenCalled();
    expect(writer.stats().pending).toBe(0);
  });

  it('of a send that was given up does not either', async () => {
    const { clock, sink, writer } = setUp({ timeout: 10 });
    const fails: ((error: Error) => void)[] = [];
    sink.answer = (_, call) => (call === 1 ? new Promise((__, reject) => fails.push(reject)) : 'store');
    writer.add(1);
    void writer.flush();

    await clock.advance(500);
    fails[0]?.(new Error('late'));
    await settle();

    expect(unhandled).not.toHaveBeenCalled();
  });

  it('still reaches those who listen', async () => {
    const { sink, writer } = setUp({ deadLetter: () => undefined });
    sink.answer = () => permanent('no');

    const write = writer.write(1);
    await writer.flush();

    await expect(write).rejects.toThrow('no');
  });
});

describe('the cost of add', () => {
  it('is no timer and no clock call per row', async () => {
    const clock = new CountingClock();
    const writer = new BatchWriter<number>({ sink: async () => undefined, clock, maxItems: 500 });

    for (const row of range(0, 499)) writer.add(row);
    const inOneBatch = { timers: clock.timers, reads: clock.reads };
    for (const row of range(0, 50_000 - 499)) writer.add(row);

    expect(inOneBatch.timers).toBe(1);
    expect(inOneBatch.reads).toBeLessThanOrEqual(3);
    expect(clock.timers).toBeLessThanOrEqual(100);
    expect(clock.reads).toBeLessThanOrEqual(300);
    await writer.flush();
  });

  it('is no promise per row', async () => {
    const writer = new BatchWriter<number>({ sink: async () => undefined, maxItems: 500, maxPending: 100_000 });
    let promises = 0;
    const hook = createHook({
      init: (_, type) => {
        if (type === 'PROMISE') promises++;
      },
    });
    writer.add(0);

    hook.enable();
    for (const row of range(1, 50_000)) writer.add(row);
    hook.disable();
    const forAdding = promises;
    await writer.close();

    expect(forAdding).toBeLessThanOrEqual(2);
  });

  it('is at most one timer per batch, also when batches go by age', async () => {
    const { clock, writer } = setUp({ maxDelay: 10 });
    const most: number[] = [];

    for (let batch = 0; batch < 20; batch++) {
      for (const row of range(0, 30)) writer.add(row);
      most.push(clock.pendingTimers);
      await clock.advance(10);
    }

    expect(Math.max(...most)).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('the process', () => {
  it('is not held by an empty writer', async () => {
    const clock = new HoldingClock();

    const writer = new BatchWriter<number>({ sink: async () => undefined, clock, ioClock: clock });

    expect(clock.held).toBe(0);
    writer.add(1);
    await writer.flush();
    expect(clock.held).toBe(0);
    await writer.close();
    expect(clock.held).toBe(0);
  });

  it('is held while rows wait for their age', async () => {
    const clock = new HoldingClock();
    const writer = new BatchWriter<number>({ sink: async () => undefined, clock, ioClock: clock, maxDelay: 60_000 });

    writer.add(1);

    expect(clock.held).toBe(1);
    await writer.close();
    expect(clock.held).toBe(0);
  });

  it('is held while a failed batch waits for its retry', async () => {
    const clock = new HoldingClock();
    let isUp = false;
    const writer = new BatchWriter<number>({
      sink: async () => {
        if (!isUp) throw new Error('down');
      },
      clock,
      ioClock: clock,
      retry: { minDelay: 100_000, maxDelay: 100_000 },
    });
    writer.add(1);
    void writer.flush();
    await settle();

    const whileRetrying = clock.held;
    isUp = true;
    await writer.close();

    expect(whileRetrying).toBe(1);
    expect(clock.held).toBe(0);
  });
});
