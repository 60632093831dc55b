import { VirtualClock } from 'tickwise';
import { type BatchErrorContext, BatchWriter, type BatchWriterOptions } from 'tickwise/batch';
import { describe, expect, it, vi } from 'vitest';
import { FakeSink, permanent, range, settle } from './fake-sink.js';

function setUp(options: Partial<BatchWriterOptions<number>> = {}) {
  const clock = new VirtualClock();
  const sink = new FakeSink<number>();
  const onError = vi.fn<(error: unknown, context: BatchErrorContext) => void>();
  const dead: [number, unknown][] = [];
  const writer = new BatchWriter<number>({
    sink,
    clock: new VirtualClock(),
    ioClock: clock,
    onError,
    deadLetter: (row, error) => dead.push([row, error]),
    ...options,
  });
  return { clock, sink, writer, onError, dead };
}

/** Times, of `clock`, at which the sink was called. */
function timesOf(sink: FakeSink<number>, clock: VirtualClock): number[] {
  const times: number[] = [];
  const { answer } = sink;
  sink.answer = (sent, call) => {
    times.push(clock.now());
    return answer(sent, call);
  };
  return times;
}

describe('a retry', () => {
  it('sends the same rows again, in order and before later rows', async () => {
    const { clock, sink, writer } = setUp({ maxItems: 3 });
    sink.answer = (_, call) => (call <= 2 ? new Error('down') : 'store');

    for (const row of range(0, 8)) writer.add(row);
    const flushed = writer.flush();
    await clock.advance(1_000);
    await flushed;

    expect(sink.sent.map(({ rows }) => rows[0])).toEqual([0, 0, 0, 3, 6]);
    expect(sink.sent.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 1, 1]);
    expect(sink.stored).toEqual(range(0, 8));
    expect(writer.stats()).toMatchObject({ batches: 3, retries: 2, written: 8 });
  });

  it.each([
    [0, [0, 0, 0, 0, 0]],
    [0.5, [0, 50, 150, 350, 750]],
    [0.999_999, [0, 100, 300, 700, 1_500]],
  ])('waits %s of a bound that doubles from minDelay', async (random, expected) => {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    const { clock, sink, writer } = setUp();
    sink.answer = (_, call) => (call < 5 ? new Error('down') : 'store');
    const times = timesOf(sink, clock);

    writer.add(1);
    const flushed = writer.flush();
    await clock.advance(2_000);
    await flushed;

    expect(times.map((time) => Math.round(time))).toEqual(expected);
  });

  it('never waits longer than maxDelay', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999_999);
    const { clock, sink, writer } = setUp({ retry: { minDelay: 100, maxDelay: 250, attempts: 1_000 } });
    sink.answer = () => new Error('down');
    const times = timesOf(sink, clock);

    writer.add(1);
    void writer.flush();
    await clock.advance(5_000);

    const gaps = times.slice(1).map((time, index) => Math.round(time - (times[index] ?? 0)));
    expect(gaps.slice(0, 3)).toEqual([100, 200, 250]);
    expect(Math.max(...gaps)).toBe(250);
  });

  it('draws its waits between 0 and the bound', async () => {
    const { clock, sink, writer } = setUp({ retry: { minDelay: 100, maxDelay: 100, attempts: 1_000 } });
    sink.answer = () => new Error('down');
    const times = timesOf(sink, clock);

    writer.add(1);
    void writer.flush();
    await clock.advance(10_000);

    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(gaps.every((gap) => gap >= 0 && gap <= 100)).toBe(true);
    expect(Math.min(...gaps)).toBeLessThan(20);
    expect(Math.max(...gaps)).toBeGreaterThan(80);
  });

  it('follows ioClock, so that a replay at full speed sees no waits of market time', async () => {
    const market = new VirtualClock();
    const { clock, sink, writer } = setUp({ clock: market });
    sink.answer = (_, call) => (call === 1 ? new Error('down') : 'store');
    writer.add(1);
    const flushed = writer.flush();
    await settle();

    await market.advance(60_000);
    const before = sink.sent.length;
    await clock.advance(100);
    await flushed;

    expect(before).toBe(1);
    expect(sink.sent).toHaveLength(2);
  });
});

describe('a sink that is down', () => {
  it('costs no rows, however long it lasts', async () => {
    const { clock, sink, writer, dead } = setUp({ maxItems: 50 });
    sink.answer = () => new Error('ECONNREFUSED');

    for (const row of range(0, 500)) writer.add(row);
    const flushed = writer.flush();
    await clock.advance(600_000);
    sink.answer = () => 'store';
    await clock.advance(20_000);
    await flushed;

    expect(dead).toEqual([]);
    expect(sink.stored).toEqual(range(0, 500));
  });

  it.each(range(0, 60))('costs no rows when it comes back after %i sends', async (failing) => {
    const { clock, sink, writer, dead } = setUp({ maxItems: 8 });
    sink.answer = (_, call) => (call <= failing ? new Error('ECONNREFUSED') : 'store');

    for (const row of range(0, 16)) writer.add(row);
    const flushed = writer.flush();
    await clock.advance(600_000);
    await flushed;

    expect(dead).toEqual([]);
    expect(sink.stored.toSorted((a, b) => a - b)).toEqual(range(0, 16));
    expect(writer.stats()).toMatchObject({ accepted: 16, written: 16, deadLettered: 0 });
  });

  it('is asked seldom', async () => {
    const { clock, sink, writer } = setUp({ maxItems: 500 });
    sink.answer = () => new Error('ECONNREFUSED');

    for (const row of range(0, 500)) writer.add(row);
    await clock.advance(600_000);

    // On average one send in 5 s of waiting, and ten to look for a bad row after each five.
    expect(sink.sent.length).toBeLessThan((600 / 5) * 3.5);
  });

  it('is reported after each round of attempts, with the rows concerned', async () => {
    const { clock, sink, writer, onError } = setUp({ retry: { attempts: 3, minDelay: 10, maxDelay: 10 } });
    const error = new Error('ECONNREFUSED');
    sink.answer = () => error;

    for (const row of range(0, 4)) writer.add(row);
    void writer.flush();
    await clock.advance(1_000);

    expect(onError.mock.calls.length).toBeGreaterThan(10);
    expect(onError.mock.calls[0]).toEqual([error, { name: 'BatchWriter', operation: 'send', rows: 4 }]);
    expect(writer.explain()).toMatchObject({ lastError: 'ECONNREFUSED', inFlight: 4 });
  });

  it('does not block the event loop while it waits', async () => {
    const { clock, sink, writer } = setUp({ retry: { attempts: 2, minDelay: 50, maxDelay: 50 } });
    sink.answer = () => new Error('down');

    writer.add(1);
    void writer.flush();
    await clock.advance(1);

    expect(writer.explain().state).toBe('retrying');
    expect(clock.pendingTimers).toBe(1);
  });
});

describe('the deadline', () => {
  it('gives a batch up with DeadlineError and goes on with the next', async () => {
    const { clock, sink, writer, dead } = setUp({ maxItems: 2, retry: { deadline: 1_000 } });
    const cause = new Error('down');
    sink.answer = ({ rows }) => (rows.some((row) => row < 2) ? cause : 'store');

    for (const row of range(0, 4)) writer.add(row);
    await clock.advance(5_000);

    expect(dead.map(([row]) => row)).toEqual([0, 1]);
    expect(dead[0]?.[1]).toMatchObject({ code: 'ERR_DEADLINE', cause });
    expect(sink.stored).toEqual([2, 3]);
    expect(writer.stats()).toMatchObject({ written: 2, deadLettered: 2, pending: 0 });
  });

  it('ends exactly when it passes', async () => {
    const { clock, sink, writer, dead } = setUp({ retry: { deadline: 1_000 } });
    sink.answer = () => new Error('down');
    writer.add(1);
    void writer.flush();

    await clock.advance(999.9);
    const before = dead.length;
    await clock.advance(0.1);

    expect(before).toBe(0);
    expect(dead).toHaveLength(1);
  });

  it('cuts a send short that hangs', async () => {
    const { clock, sink, writer, dead } = setUp({ retry: { deadline: 500 }, timeout: 30_000 });
    sink.answer = () => 'hang';
    writer.add(1);
    void writer.flush();

    await clock.advance(500);

    expect(dead.map(([row]) => row)).toEqual([1]);
    expect(sink.sent[0]?.signal.aborted).toBe(true);
  });

  it('of 0 allows one send', async () => {
    const { clock, sink, writer, dead } = setUp({ retry: { deadline: 0 } });
    sink.answer = () => new Error('down');

    writer.add(1);
    void writer.flush();
    await clock.advance(10);

    expect(sink.sent).toHaveLength(1);
    expect(dead).toHaveLength(1);
  });
});

describe('isRetryable', () => {
  it('decides between waiting and splitting', async () => {
    const isRetryable = vi.fn((error: unknown) => (error as Error).message !== 'fatal');
    const { clock, sink, writer, dead } = setUp({ retry: { isRetryable } });
    sink.answer = (_, call) => (call === 1 ? new Error('later') : call === 2 ? new Error('fatal') : 'store');

    writer.add(1);
    const flushed = writer.flush();
    await clock.advance(1_000);
    await flushed;

    expect(sink.sent).toHaveLength(2);
    expect(dead).toMatchObject([[1, { message: 'fatal' }]]);
    expect(isRetryable).toHaveBeenCalledTimes(2);
  });

  it('that throws is reported and counts as true', async () => {
    const bug = new Error('bug');
    const isRetryable = (): boolean => {
      throw bug;
    };
    const { clock, sink, writer, onError } = setUp({ retry: { isRetryable } });
    sink.answer = (_, call) => (call === 1 ? permanent() : 'store');

    writer.add(1);
    const flushed = writer.flush();
    await clock.advance(1_000);
    await flushed;

    expect(sink.stored).toEqual([1]);
    expect(onError).toHaveBeenCalledWith(bug, { name: 'BatchWriter', operation: 'isRetryable', rows: 0 });
  });
});

describe('a send that takes too long', () => {
  it('is aborted after the timeout, and the rows are sent again', async () => {
    const { clock, sink, writer } = setUp({ timeout: 1_000 });
    sink.answer = (_, call) => (call === 1 ? 'hang' : 'store');
    writer.add(1);
    const flushed = writer.flush();

    await clock.advance(999);
    const before = sink.sent[0]?.signal.aborted;
    await clock.advance(1);
    const after = sink.sent[0]?.signal;
    await clock.advance(100);
    await flushed;

    expect(before).toBe(false);
    expect(after?.aborted).toBe(true);
    expect(after?.reason).toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(sink.stored).toEqual([1]);
  });

  it('lets the next batches proceed one at a time', async () => {
    const { clock, sink, writer } = setUp({ timeout: 1_000, maxItems: 2 });
    sink.answer = (_, call) => (call === 1 ? 'hang' : 'store');

    for (const row of range(0, 6)) writer.add(row);
    await clock.advance(2_000);

    expect(sink.stored).toEqual(range(0, 6));
    // The first send never ends; no other ran beside another.
    expect(sink.mostRunning).toBe(2);
  });

  it('that answers late is ignored, whatever it says', async () => {
    const { clock, sink, writer } = setUp({ timeout: 100 });
    const late: { fail: (error: Error) => void }[] = [];
    sink.answer = (_, call) => (call === 1 ? new Promise((__, reject) => late.push({ fail: reject })) : 'store');
    writer.add(1);
    const flushed = writer.flush();

    await clock.advance(300);
    await flushed;
    late[0]?.fail(new Error('too late'));
    await settle();

    expect(writer.stats()).toMatchObject({ written: 1, deadLettered: 0 });
  });

  it('does not end with timeout Infinity', async () => {
    const { clock, sink, writer } = setUp({ timeout: Infinity });
    sink.answer = () => 'hang';
    writer.add(1);
    void writer.flush();

    await clock.advance(1e12);

    expect(sink.sent).toHaveLength(1);
    expect(sink.sent[0]?.signal.aborted).toBe(false);
  });

  it('leaves no timer behind when it ends in time', async () => {
    const { clock, writer } = setUp();

    writer.add(1);
    await writer.flush();

    expect(clock.pendingTimers).toBe(0);
  });
});
