import { VirtualClock } from 'tickwise';
import { type BatchErrorContext, type BatchOverflow, type BatchStats, BatchWriter } from 'tickwise/batch';
import { describe, expect, it, vi } from 'vitest';
import { FakeSink, range, settle } from './fake-sink.js';

function setUp(overflow: BatchOverflow, { maxPending = 10, maxItems = 5 } = {}) {
  const clock = new VirtualClock();
  const sink = new FakeSink<number>();
  const onError = vi.fn<(error: unknown, context: BatchErrorContext) => void>();
  const writer = new BatchWriter<number>({ sink, clock, ioClock: clock, overflow, maxPending, maxItems, onError });
  return { clock, sink, writer, onError };
}

/** Makes the sink hang on the first send and returns how to let it go. */
function holdFirst(sink: FakeSink<number>): () => void {
  let release = (): void => undefined;
  sink.answer = (_, call) => (call === 1 ? new Promise((resolve) => (release = () => resolve('store'))) : 'store');
  return () => release();
}

function expectBalance(stats: BatchStats): void {
  const { accepted, written, pending, deadLettered, dropped, coalesced } = stats;
  expect(accepted).toBe(written + pending + deadLettered + dropped + coalesced);
}

describe('a full writer', () => {
  it("refuses rows under 'reject', counts them and warns once", async () => {
    const { sink, writer, onError } = setUp('reject');
    const release = holdFirst(sink);

    const taken = range(0, 100).map((row) => writer.add(row));
    await settle();
    release();
    await writer.flush();

    expect(taken.filter(Boolean)).toHaveLength(10);
    expect(sink.stored).toEqual(range(0, 10));
    expect(writer.stats()).toMatchObject({ accepted: 10, refused: 90, written: 10, dropped: 0 });
    expect(onError).toHaveBeenCalledOnce();
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: 'ERR_OVERFLOW' });
    expect(onError.mock.calls[0]?.[1]).toEqual({ name: 'BatchWriter', operation: 'overflow', rows: 1 });
  });

  it("rejects write under 'reject'", async () => {
    const { sink, writer } = setUp('reject', { maxPending: 1 });
    holdFirst(sink);
    writer.add(0);

    await expect(writer.write(1)).rejects.toMatchObject({ code: 'ERR_OVERFLOW' });
    expect(writer.stats()).toMatchObject({ accepted: 1, refused: 1 });
  });

  it("refuses add under 'wait' as well, because add cannot wait", async () => {
    const { writer } = setUp('wait', { maxPending: 2 });

    const taken = [writer.add(0), writer.add(1), writer.add(2)];

    expect(taken).toEqual([true, true, false]);
    expect(writer.stats()).toMatchObject({ accepted: 2, refused: 1 });
  });

  it("keeps the newest rows under 'drop-oldest'", async () => {
    const { sink, writer } = setUp('drop-oldest');
    const release = holdFirst(sink);
    for (const row of range(0, 5)) writer.add(row);
    await settle();

    const taken = range(5, 100).map((row) => writer.add(row));
    expectBalance(writer.stats());
    release();
    await writer.flush();

    expect(taken.every(Boolean)).toBe(true);
    expect(sink.stored).toEqual([...range(0, 5), ...range(95, 100)]);
    expect(writer.stats()).toMatchObject({ accepted: 100, written: 10, dropped: 90, refused: 0, pending: 0 });
  });

  it("keeps the oldest rows under 'drop-newest'", async () => {
    const { sink, writer } = setUp('drop-newest');
    const release = holdFirst(sink);

    const taken = range(0, 100).map((row) => writer.add(row));
    await settle();
    expectBalance(writer.stats());
    release();
    await writer.flush();

    expect(taken.every(Boolean)).toBe(true);
    expect(sink.stored).toEqual(range(0, 10));
    expect(writer.stats()).toMatchObject({ accepted: 100, written: 10, dropped: 90, refused: 0 });
  });

  it("drops the new row under 'drop-oldest' when all rows are in flight", async () => {
    const { sink, writer } = setUp('drop-oldest', { maxPending: 3, maxItems: 3 });
    const release = holdFirst(sink);
    for (const row of range(0, 3)) writer.add(row);
    await settle();

    const isTaken = writer.add(3);
    release();
    await writer.flush();

    expect(isTaken).toBe(true);
    expect(sink.stored).toEqual([0, 1, 2]);
    expect(writer.stats()).toMatchObject({ accepted: 4, written: 3, dropped: 1 });
  });

  it('rejects the write of a dropped row with OverflowError, whichever row it is', async () => {
    const oldest = setUp('drop-oldest', { maxPending: 1, maxItems: 5 });
    const newest = setUp('drop-newest', { maxPending: 1, maxItems: 5 });
    const first = oldest.writer.write(0);
    newest.writer.add(0);

    oldest.writer.add(1);
    const second = newest.writer.write(1);

    await expect(first).rejects.toMatchObject({ code: 'ERR_OVERFLOW' });
    await expect(second).rejects.toMatchObject({ code: 'ERR_OVERFLOW' });
  });

  it('counts rows in flight as pending', async () => {
    const { sink, writer } = setUp('reject', { maxPending: 5, maxItems: 5 });
    const release = holdFirst(sink);
    for (const row of range(0, 5)) writer.add(row);
    await settle();

    const isTaken = writer.add(5);

    expect(isTaken).toBe(false);
    expect(writer.explain()).toMatchObject({ state: 'sending', waiting: 0, inFlight: 5 });
    release();
  });

  it('holds no more memory than the bound while the sink is down for long', async () => {
    const { clock, sink, writer } = setUp('drop-oldest', { maxPending: 1_000, maxItems: 100 });
    sink.answer = () => new Error('down');

    for (let round = 0; round < 100; round++) {
      for (const row of range(round * 1_000, round * 1_000 + 1_000)) writer.add(row);
      await clock.advance(50);
      expect(writer.stats().pending).toBeLessThanOrEqual(1_000);
    }
    sink.answer = () => 'store';
    const flushed = writer.flush();
    await clock.advance(20_000);
    await flushed;

    const { accepted, written, dropped, deadLettered } = writer.stats();
    expect({ accepted, deadLettered }).toEqual({ accepted: 100_000, deadLettered: 0 });
    expect(written + dropped).toBe(100_000);
    expect(sink.stored).toHaveLength(written);
    expect(sink.stored.toSorted((a, b) => a - b)).toEqual(sink.stored);
  });
});

describe("write under 'wait'", () => {
  it('waits for room and keeps the order of the calls', async () => {
    const { sink, writer } = setUp('wait', { maxPending: 4, maxItems: 2 });
    const release = holdFirst(sink);

    const writes = range(0, 8).map((row) => writer.write(row));
    await settle();
    const before = writer.explain();
    release();
    await Promise.all(writes);

    expect(before).toMatchObject({ waitingForRoom: 4, waiting: 2, inFlight: 2 });
    expect(sink.stored).toEqual(range(0, 8));
  });

  it('rejects when even the places to wait are taken', async () => {
    const { sink, writer } = setUp('wait', { maxPending: 2, maxItems: 1 });
    const release = holdFirst(sink);

    const writes = range(0, 5).map((row) => writer.write(row));

    await expect(writes[4]).rejects.toMatchObject({ code: 'ERR_OVERFLOW' });
    release();
    await Promise.all(writes.slice(0, 4));
    expect(writer.stats()).toMatchObject({ accepted: 4, refused: 1, written: 4 });
  });

  it('lets add not slip in before rows that wait', async () => {
    const { sink, writer } = setUp('wait', { maxPending: 1, maxItems: 1 });
    const release = holdFirst(sink);
    writer.add(0);
    await settle();

    const waiting = writer.write(1);
    const isTaken = writer.add(2);
    release();
    await waiting;

    expect(isTaken).toBe(false);
    expect(sink.stored).toEqual([0, 1]);
  });

  it('is waited for by flush and by close', async () => {
    const { sink, writer } = setUp('wait', { maxPending: 2, maxItems: 2 });
    const release = holdFirst(sink);
    for (const row of range(0, 4)) void writer.write(row);

    const flushed = writer.flush();
    const closed = writer.close();
    await settle();
    release();
    await flushed;
    await closed;

    expect(sink.stored).toEqual([0, 1, 2, 3]);
  });

  it('makes a batch due that is too small otherwise', async () => {
    const { sink, writer } = setUp('wait', { maxPending: 3, maxItems: 2 });
    for (const row of range(0, 3)) writer.add(row);

    await writer.write(3);

    expect(sink.stored).toEqual([0, 1, 2, 3]);
  });
});

describe('ready', () => {
  it('resolves at once when there is room', async () => {
    const { writer } = setUp('wait');

    await expect(writer.ready()).resolves.toBeUndefined();
  });

  it('resolves when room comes', async () => {
    const { sink, writer } = setUp('wait', { maxPending: 2, maxItems: 2 });
    const release = holdFirst(sink);
    writer.add(0);
    writer.add(1);
    await settle();
    let isReady = false;

    const ready = writer.ready().then(() => (isReady = true));
    await settle();
    const before = isReady;
    release();
    await ready;

    expect(before).toBe(false);
    expect(writer.add(2)).toBe(true);
  });

  it('paces a loop of add so that nothing is refused for good', async () => {
    const { sink, writer } = setUp('wait', { maxPending: 7, maxItems: 3 });

    for (const row of range(0, 200)) while (!writer.add(row)) await writer.ready();
    await writer.flush();

    expect(sink.stored).toEqual(range(0, 200));
  });

  it('rejects when the writer is closed meanwhile, and afterwards', async () => {
    const { sink, writer } = setUp('wait', { maxPending: 1, maxItems: 1 });
    const release = holdFirst(sink);
    writer.add(0);
    await settle();

    const ready = writer.ready();
    const closed = writer.close();

    await expect(ready).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await expect(writer.ready()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    release();
    await closed;
  });
});
