import { VirtualClock } from 'tickwise';
import { type BatchErrorContext, BatchWriter, type BatchWriterOptions, UnwrittenError } from 'tickwise/batch';
import { describe, expect, it, vi } from 'vitest';
import { FakeSink, permanent, range, settle } from './fake-sink.js';

function setUp(options: Partial<BatchWriterOptions<number>> = {}) {
  const clock = new VirtualClock();
  const sink = new FakeSink<number>();
  const onError = vi.fn<(error: unknown, context: BatchErrorContext) => void>();
  const writer = new BatchWriter<number>({ sink, clock, ioClock: clock, onError, ...options });
  return { clock, sink, writer, onError };
}

describe('close', () => {
  it('stores what is held and then closes the sink', async () => {
    const { clock, sink, writer } = setUp({ maxItems: 4 });
    for (const row of range(0, 10)) writer.add(row);

    await writer.close();

    expect(sink.stored).toEqual(range(0, 10));
    expect(sink.closed).toBe(1);
    expect(clock.pendingTimers).toBe(0);
    expect(writer.explain().state).toBe('closed');
  });

  it('is idempotent', async () => {
    const { sink, writer } = setUp();
    writer.add(1);

    await Promise.all([writer.close(), writer.close()]);
    await writer.close();

    expect(sink.closed).toBe(1);
    expect(sink.stored).toEqual([1]);
  });

  it('drains at the end of an await using block', async () => {
    const { sink, writer } = setUp();

    {
      await using held = writer;
      held.add(1);
    }

    expect(sink.stored).toEqual([1]);
    expect(sink.closed).toBe(1);
  });

  it('makes all later calls fail', async () => {
    const { writer } = setUp();
    const closed = writer.close();

    expect(() => writer.add(1)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    await expect(writer.write(1)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await expect(writer.flush()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await expect(writer.ready()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await closed;
    expect(() => writer.add(1)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    expect(writer.stats().accepted).toBe(0);
  });

  it('while a retry waits tries at once and resolves only when the rows are stored', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
    const { clock, sink, writer } = setUp({ retry: { minDelay: 4_000 } });
    sink.answer = (_, call) => (call === 1 ? new Error('down') : 'store');
    writer.add(1);
    void writer.flush();
    await settle();
    const before = writer.explain().state;

    await writer.close();

    expect(before).toBe('retrying');
    expect(sink.stored).toEqual([1]);
    expect(clock.now()).toBe(0);
  });

  it('gives up after closeTimeout and hands the rows back with the error', async () => {
    const { clock, sink, writer } = setUp({ maxItems: 3, closeTimeout: 5_000 });
    const cause = new Error('down');
    sink.answer = (_, call) => (call === 1 ? 'store' : cause);
    const writes = range(0, 10).map((row) => writer.write(row));

    const closed = writer.close().catch((error: unknown) => error);
    await clock.advance(5_000);
    const error = await closed;

    expect(error).toBeInstanceOf(UnwrittenError);
    expect(error).toMatchObject({ code: 'ERR_TIMEOUT', items: range(3, 10), cause });
    expect((error as Error).message).toContain('7 rows were not written within 5000 ms');
    const results = await Promise.allSettled(writes);
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual(range(0, 10).map((row) => row < 3));
    expect(writer.stats()).toMatchObject({ accepted: 10, written: 3, deadLettered: 7, pending: 0 });
  });

  it('hands the rows to deadLetter as well, in order', async () => {
    const dead: number[] = [];
    const { clock, sink, writer } = setUp({ maxItems: 2, deadLetter: (row) => dead.push(row) });
    sink.answer = () => new Error('down');
    for (const row of range(0, 7)) writer.add(row);

    const closed = writer.close();
    await clock.advance(5_000);

    await expect(closed).rejects.toBeInstanceOf(UnwrittenError);
    expect(dead).toEqual(range(0, 7));
  });

  it('aborts a send that hangs, and closes the sink all the same', async () => {
    const { clock, sink, writer } = setUp({ closeTimeout: 100 });
    sink.answer = () => 'hang';
    writer.add(1);

    const closed = writer.close();
    await clock.advance(100);

    await expect(closed).rejects.toMatchObject({ items: [1] });
    expect(sink.sent[0]?.signal.reason).toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(sink.closed).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('with closeTimeout 0 gives everything up at once', async () => {
    const { clock, sink, writer } = setUp({ closeTimeout: 0 });
    sink.answer = () => 'hang';
    for (const row of range(0, 3)) writer.add(row);

    const closed = writer.close();
    await clock.advance(0);

    await expect(closed).rejects.toMatchObject({ items: [0, 1, 2] });
  });

  it('turns rows away that still wait for room', async () => {
    const { clock, sink, writer } = setUp({ maxPending: 1, maxItems: 1, closeTimeout: 100 });
    sink.answer = () => 'hang';
    const held = writer.write(0);
    const waiting = writer.write(1);

    const closed = writer.close();
    await clock.advance(100);

    await expect(closed).rejects.toMatchObject({ items: [0] });
    await expect(held).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(writer.stats()).toMatchObject({ accepted: 1, refused: 1, deadLettered: 1, pending: 0 });
  });

  it('settles flushes that wait when it gives up', async () => {
    const { clock, sink, writer } = setUp({ closeTimeout: 100 });
    sink.answer = () => new Error('down');
    writer.add(1);
    const flushed = writer.flush();

    const closed = writer.close();
    await clock.advance(100);

    await expect(flushed).rejects.toBeInstanceOf(UnwrittenError);
    await expect(closed).rejects.toBeInstanceOf(UnwrittenError);
  });

  it('rejects as flush does when rows were given up without deadLetter', async () => {
    const { sink, writer } = setUp();
    sink.answer = ({ rows }) => (rows.includes(1) ? permanent() : 'store');
    for (const row of range(0, 3)) writer.add(row);

    await expect(writer.close()).rejects.toThrow('1 rows were given up');
    expect(sink.closed).toBe(1);
  });

  it('rejects with what the sink throws at its end, and reports it', async () => {
    const { sink, writer, onError } = setUp();
    const error = new Error('cannot close');
    vi.spyOn(sink, 'close').mockRejectedValue(error);

    await expect(writer.close()).rejects.toBe(error);
    expect(onError).toHaveBeenCalledWith(error, { name: 'BatchWriter', operation: 'close', rows: 0 });
  });

  it('does not wait for ever for the sink to end', async () => {
    const { clock, sink, writer } = setUp({ closeTimeout: 200 });
    vi.spyOn(sink, 'close').mockReturnValue(new Promise(() => undefined));

    const closed = writer.close();
    await clock.advance(200);

    await expect(closed).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });

  it('takes a sink whose close returns nothing, or that has none', async () => {
    const close = vi.fn();
    const first = new BatchWriter<number>({ sink: { write: async () => undefined, close } });
    const second = new BatchWriter<number>({ sink: { write: async () => undefined } });

    await first.close();
    await second.close();

    expect(close).toHaveBeenCalledOnce();
  });

  it('finds the neighbour that was sent to learn whether the sink is up', async () => {
    const { clock, sink, writer } = setUp({ maxItems: 1, retry: { attempts: 1, minDelay: 1_000 }, closeTimeout: 50 });
    sink.answer = () => new Error('down');
    for (const row of range(0, 4)) writer.add(row);
    await settle();

    const closed = writer.close();
    await clock.advance(50);

    await expect(closed).rejects.toMatchObject({ items: range(0, 4) });
    expect(writer.stats()).toMatchObject({ accepted: 4, deadLettered: 4, pending: 0 });
  });

  it.each(['key', 'partition', 'urgent', 'sizeOf'] as const)(
    'from within %s refuses the row it is called for, so that none is left behind',
    async (option) => {
      let isClosing = false;
      const callback = (): never => {
        if (isClosing) void writer.close();
        return (option === 'urgent' ? false : 1) as never;
      };
      const { sink, writer } = setUp({ [option]: callback, ...(option === 'sizeOf' ? { maxBytes: 100 } : {}) });
      writer.add(0);
      isClosing = true;

      expect(() => writer.add(1)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
      await writer.close();

      expect(sink.stored).toEqual([0]);
      expect(writer.stats()).toMatchObject({ accepted: 1, written: 1, pending: 0 });
    },
  );

  it('in the turn of many adds stores each row whose add returned, and no other', async () => {
    for (const count of [0, 1, 2, 3, 4, 5, 9]) {
      const { sink, writer } = setUp({ maxItems: 4 });
      const taken: number[] = [];
      const add = (row: number): void => {
        if (writer.add(row)) taken.push(row);
      };

      for (const row of range(0, count)) add(row);
      const closed = writer.close();
      expect(() => add(count)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
      await closed;

      expect(taken).toEqual(range(0, count));
      expect(sink.stored).toEqual(taken);
      expect(writer.stats()).toMatchObject({ accepted: count, written: count, pending: 0 });
    }
  });

  it('is not undone by a sink that answers after it, twice or with an error', async () => {
    const { clock, sink, writer, onError } = setUp({ closeTimeout: 100 });
    const late: { store(): void; fail(): void }[] = [];
    sink.answer = () =>
      new Promise((resolve, reject) => {
        late.push({ store: () => resolve('store'), fail: () => reject(new Error('late')) });
      });
    writer.add(1);
    const closed = writer.close();
    await clock.advance(100);
    await expect(closed).rejects.toMatchObject({ items: [1] });
    const before = writer.stats();
    const calls = onError.mock.calls.length;

    for (const { store, fail } of late) {
      store();
      fail();
      store();
    }
    await settle();

    expect(writer.stats()).toEqual(before);
    expect(onError.mock.calls.length).toBe(calls);
    expect(sink.closed).toBe(1);
  });
});
