import { VirtualClock } from 'tickwise';
import { BatchWriter, type BatchWriterOptions } from 'tickwise/batch';
import { describe, expect, it } from 'vitest';
import { FakeSink, permanent, range, settle } from './fake-sink.js';

interface Quote {
  readonly symbol: unknown;
  readonly value: number;
}

function setUp(options: Partial<BatchWriterOptions<Quote>> = {}) {
  const clock = new VirtualClock();
  const sink = new FakeSink<Quote>();
  const writer = new BatchWriter<Quote>({ sink, clock, ioClock: clock, key: ({ symbol }) => symbol, ...options });
  return { clock, sink, writer };
}

const quote = (symbol: unknown, value: number): Quote => ({ symbol, value });

describe('rows with a key', () => {
  it('become at most one per key and batch, the last value, of 100 000 updates of 8 symbols', async () => {
    const { sink, writer } = setUp();

    for (const value of range(0, 100_000)) writer.add(quote(value % 8, value));
    await writer.flush();

    expect(sink.stored).toEqual(range(0, 8).map((symbol) => quote(symbol, 99_992 + symbol)));
    expect(writer.stats()).toMatchObject({ accepted: 100_000, written: 8, coalesced: 99_992 });
  });

  it('never bring an older value after a newer one, across failures', async () => {
    const { clock, sink, writer } = setUp({ maxDelay: 5, retry: { minDelay: 10, maxDelay: 20 } });
    sink.answer = (_, call) => (call % 3 === 0 ? 'store' : new Error('down'));

    for (const value of range(0, 2_000)) {
      writer.add(quote(value % 8, value));
      if (value % 20 === 0) await clock.advance(1);
    }
    const flushed = writer.flush();
    await clock.advance(10_000);
    await flushed;

    for (const symbol of range(0, 8)) {
      const values = sink.stored.filter((row) => row.symbol === symbol).map(({ value }) => value);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
      expect(values.at(-1)).toBe(1_992 + symbol);
    }
    expect(Math.max(...sink.sizes)).toBeLessThanOrEqual(8);
  });

  it('keep their place and age when they are replaced', async () => {
    const { clock, sink, writer } = setUp({ maxDelay: 100 });
    writer.add(quote('a', 1));
    writer.add(quote('b', 1));
    await clock.advance(90);

    writer.add(quote('a', 2));
    await clock.advance(10);

    expect(sink.stored).toEqual([quote('a', 2), quote('b', 1)]);
  });

  it('are sent again as they were while a newer value waits behind them', async () => {
    const { clock, sink, writer } = setUp({ maxItems: 1 });
    sink.answer = (_, call) => (call === 1 ? new Error('down') : 'store');
    writer.add(quote('a', 1));
    await settle();

    writer.add(quote('a', 2));
    writer.add(quote('a', 3));
    await clock.advance(1_000);

    expect(sink.sent.map(({ rows }) => rows[0]?.value)).toEqual([1, 1, 3]);
    expect(new Set(sink.sent.map(({ ids }) => ids[0])).size).toBe(2);
  });

  it('are replaced even after all attempts when nothing else of their batch is left', async () => {
    const { clock, sink, writer } = setUp({ maxItems: 1, retry: { attempts: 2, minDelay: 1, maxDelay: 1 } });
    sink.answer = ({ rows }) => (rows[0]?.value === 1 ? new Error('internal') : 'store');
    const write = writer.write(quote('a', 1));
    await clock.advance(0);
    const before = writer.stats().coalesced;

    writer.add(quote('a', 2));
    await clock.advance(100);

    await expect(write).resolves.toBeUndefined();
    expect(before).toBe(0);
    expect(sink.stored).toEqual([quote('a', 2)]);
    expect(writer.stats()).toMatchObject({ accepted: 2, written: 1, coalesced: 1, deadLettered: 0, pending: 0 });
  });

  it('settle the writes of replaced rows with their successor', async () => {
    const { writer } = setUp();

    const writes = range(0, 5).map((value) => writer.write(quote('a', value)));
    await writer.flush();

    await expect(Promise.all(writes)).resolves.toHaveLength(5);
    expect(writer.stats()).toMatchObject({ accepted: 5, written: 1, coalesced: 4 });
  });

  it('reject the writes of replaced rows with their successor', async () => {
    const { sink, writer } = setUp({ deadLetter: () => undefined });
    sink.answer = () => permanent('no');

    const writes = range(0, 3).map((value) => writer.write(quote('a', value)));
    await writer.flush();

    const results = await Promise.allSettled(writes);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(writer.stats()).toMatchObject({ deadLettered: 1, coalesced: 2 });
  });

  it('need no room to replace one another', async () => {
    const { sink, writer } = setUp({ maxPending: 2, overflow: 'reject' });

    const taken = [quote('a', 1), quote('b', 1), quote('a', 2), quote('c', 1)].map((row) => writer.add(row));
    await writer.flush();

    expect(taken).toEqual([true, true, true, false]);
    expect(sink.stored).toEqual([quote('a', 2), quote('b', 1)]);
  });

  it('wait in order for room, so that an older value does not replace a newer one', async () => {
    const { sink, writer } = setUp({ maxPending: 2, maxItems: 1 });
    let release = (): void => undefined;
    sink.answer = (_, call) => (call === 1 ? new Promise((resolve) => (release = () => resolve('store'))) : 'store');
    writer.add(quote('x', 0));
    await settle();
    writer.add(quote('a', 1));

    const older = writer.write(quote('b', 1));
    const newer = writer.write(quote('a', 2));
    const isTaken = writer.add(quote('a', 3));
    release();
    await Promise.all([older, newer]);

    expect(isTaken).toBe(false);
    expect(sink.stored.findLast(({ symbol }) => symbol === 'a')).toEqual(quote('a', 2));
  });

  it.each(['__proto__', 'constructor', '', Number.NaN, 0, null, Symbol('key'), {}])(
    'may have the key %o',
    async (key) => {
      const { sink, writer } = setUp();

      writer.add(quote(key, 1));
      writer.add(quote(key, 2));
      writer.add(quote('other', 3));
      await writer.flush();

      expect(sink.stored.map(({ value }) => value)).toEqual([2, 3]);
    },
  );

  it('are not mixed up when the oldest is dropped', async () => {
    const { sink, writer } = setUp({ maxPending: 2, overflow: 'drop-oldest' });
    for (const [symbol, value] of [
      ['a', 1],
      ['b', 1],
      ['c', 1],
      ['a', 2],
      ['c', 2],
    ] as const) {
      writer.add(quote(symbol, value));
    }

    await writer.flush();

    expect(sink.stored).toEqual([quote('c', 2), quote('a', 2)]);
    expect(writer.stats()).toMatchObject({ accepted: 5, written: 2, dropped: 2, coalesced: 1 });
  });

  it('leave nothing changed when key throws', async () => {
    const { writer } = setUp({
      key: () => {
        throw new Error('no symbol');
      },
    });

    expect(() => writer.add(quote('a', 1))).toThrow('no symbol');
    await expect(writer.write(quote('a', 1))).rejects.toThrow('no symbol');
    expect(writer.stats()).toMatchObject({ accepted: 0, pending: 0 });
  });

  it('stand for themselves where key returns undefined', async () => {
    const { sink, writer } = setUp();

    for (const value of [1, 2, 3]) writer.add(quote(value === 2 ? 'a' : undefined, value));
    await writer.flush();

    expect(sink.stored.map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(writer.stats().coalesced).toBe(0);
  });

  it('forget keys that were sent', async () => {
    const { sink, writer } = setUp();

    writer.add(quote('a', 1));
    await writer.flush();
    writer.add(quote('a', 2));
    await writer.flush();

    expect(sink.stored).toEqual([quote('a', 1), quote('a', 2)]);
    expect(writer.stats().coalesced).toBe(0);
  });
});
