import fc from 'fast-check';
import { VirtualClock } from 'tickwise';
import { BatchWriter, type BatchWriterOptions } from 'tickwise/batch';
import { describe, expect, it } from 'vitest';
import { type Answer, FakeSink, permanent, range, type Sent, settle } from './fake-sink.js';

interface Row {
  readonly table: string;
  readonly value: number;
}

function setUp(options: Partial<BatchWriterOptions<Row>> = {}) {
  const clock = new VirtualClock();
  const sink = new FakeSink<Row>();
  const partition = ({ table }: Row): string => table;
  const writer = new BatchWriter<Row>({ sink, clock, ioClock: clock, partition, ...options });
  return { clock, sink, writer };
}

const row = (table: string, value: number): Row => ({ table, value });
const tableOf = ({ rows }: Sent<Row>): string => rows[0]?.table ?? '';
const valuesOf = (sink: FakeSink<Row>, table: string): number[] =>
  sink.stored.filter((stored) => stored.table === table).map(({ value }) => value);

describe('partitions', () => {
  it('go in batches of their own, each in its order', async () => {
    const { sink, writer } = setUp({ maxItems: 3 });

    for (const value of range(0, 12)) writer.add(row(value % 2 === 0 ? 'a' : 'b', value));
    await writer.flush();

    expect(sink.sent.map(({ rows }) => new Set(rows.map(({ table }) => table)).size)).toEqual([1, 1, 1, 1]);
    expect(valuesOf(sink, 'a')).toEqual([0, 2, 4, 6, 8, 10]);
    expect(valuesOf(sink, 'b')).toEqual([1, 3, 5, 7, 9, 11]);
  });

  it('have one send at a time for all with concurrency 1, in turns', async () => {
    const { sink, writer } = setUp({ maxItems: 1 });
    sink.answer = () => settle(1).then(() => 'store' as const);

    for (const value of range(0, 4)) for (const table of ['a', 'b', 'c']) writer.add(row(table, value));
    await writer.flush();

    expect(sink.mostRunning).toBe(1);
    expect(sink.sent.map(tableOf).join('')).toBe('abcabcabcabc');
  });

  it.each([2, 3, 8])('run up to %i sends at once, one per partition', async (concurrency) => {
    const { sink, writer } = setUp({ maxItems: 1, concurrency });
    const running = new Map<string, number>();
    let most = 0;
    sink.answer = async (sent) => {
      running.set(tableOf(sent), (running.get(tableOf(sent)) ?? 0) + 1);
      most = Math.max(most, ...running.values());
      await settle(2);
      running.set(tableOf(sent), (running.get(tableOf(sent)) ?? 0) - 1);
      return 'store';
    };

    for (const value of range(0, 20)) writer.add(row('abcdef'.charAt(value % 6), value));
    await writer.flush();

    expect(sink.mostRunning).toBe(Math.min(concurrency, 6));
    expect(most).toBe(1);
  });

  it('do not hold one another up when one fails', async () => {
    const { clock, sink, writer } = setUp({ maxItems: 2 });
    sink.answer = (sent) => (tableOf(sent) === 'bad' ? new Error('relation "bad" does not exist') : 'store');

    for (const value of range(0, 6)) for (const table of ['bad', 'good']) writer.add(row(table, value));
    await clock.advance(60_000);

    expect(valuesOf(sink, 'good')).toEqual(range(0, 6));
    expect(writer.stats()).toMatchObject({ written: 6, pending: 6, deadLettered: 0 });
    expect(writer.explain('bad')).toMatchObject({ inFlight: 2, waiting: 4, lanes: 1 });
    expect(writer.explain('good')).toMatchObject({ inFlight: 0, waiting: 0 });
    expect(writer.explain('never seen')).toMatchObject({ state: 'idle', waiting: 0, lanes: 0 });
  });

  it('are forgotten once they are empty', async () => {
    const { clock, writer } = setUp({ maxDelay: 10 });

    for (const value of range(0, 1_000)) writer.add(row(`table ${value}`, value));
    const before = writer.explain().lanes;
    await clock.advance(100);

    expect(before).toBe(1_000);
    expect(writer.explain().lanes).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('leave no lane behind for rows that were refused or dropped', async () => {
    const { clock, writer } = setUp({ maxPending: 2, overflow: 'drop-oldest', maxDelay: 10 });

    for (const value of range(0, 100)) writer.add(row(`table ${value}`, value));
    await clock.advance(1_000);

    expect(writer.stats()).toMatchObject({ accepted: 100, written: 2, dropped: 98 });
    expect(writer.explain().lanes).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('drop the oldest row of all', async () => {
    const { clock, sink, writer } = setUp({ maxPending: 3, overflow: 'drop-oldest' });
    for (const [table, value] of [
      ['a', 0],
      ['b', 1],
      ['a', 2],
      ['c', 3],
      ['b', 4],
    ] as const) {
      writer.add(row(table, value));
      await clock.advance(1);
    }

    await writer.flush();

    expect(sink.stored.map(({ value }) => value).toSorted()).toEqual([2, 3, 4]);
  });

  it('batch while others send with flushWhenIdle: leave to send comes before the rows are taken', async () => {
    const { sink, writer } = setUp({ flushWhenIdle: true });
    let release = (): void => undefined;
    sink.answer = (sent) =>
      tableOf(sent) === 'slow' ? new Promise((resolve) => (release = () => resolve('store'))) : 'store';

    writer.add(row('slow', 0));
    await settle();
    writer.add(row('a', 1));
    await settle();
    for (const value of range(2, 9)) writer.add(row('a', value));
    release();
    await settle();

    expect(sink.sizes).toEqual([1, 8]);
  });

  it('keep keys to themselves', async () => {
    const { sink, writer } = setUp({ key: () => 'same' });

    writer.add(row('a', 1));
    writer.add(row('b', 2));
    writer.add(row('a', 3));
    await writer.flush();

    expect(sink.stored.map(({ value }) => value).toSorted()).toEqual([2, 3]);
  });

  it('have identities of their own across lanes', async () => {
    const { sink, writer } = setUp({ maxItems: 2 });

    for (const value of range(0, 40)) writer.add(row('abcde'.charAt((value * 7) % 5), value));
    await writer.flush();

    const ids = sink.sent.flatMap((sent) => sent.ids);
    expect(new Set(ids).size).toBe(40);
    expect(new Set(sink.sent.map(({ batchId }) => batchId)).size).toBe(sink.sent.length);
  });

  it('throw what partition throws, and take nothing', () => {
    const { writer } = setUp({
      partition: () => {
        throw new Error('no table');
      },
    });

    expect(() => writer.add(row('a', 1))).toThrow('no table');
    expect(writer.stats()).toMatchObject({ accepted: 0, pending: 0 });
  });

  it('hand everything back at the end, each lane in order', async () => {
    const { clock, sink, writer } = setUp({
      maxItems: 2,
      concurrency: 2,
      closeTimeout: 100,
      deadLetter: () => undefined,
    });
    sink.answer = () => 'hang';
    for (const value of range(0, 12)) writer.add(row('abc'.charAt(value % 3), value));

    const closed = writer.close().catch((error: { items: Row[] }) => error.items);
    await clock.advance(100);
    const items = (await closed) ?? [];

    for (const table of ['a', 'b', 'c']) {
      const values = items.filter((item) => item.table === table).map(({ value }) => value);
      expect(values).toEqual(range(0, 12).filter((value) => 'abc'.charAt(value % 3) === table));
    }
    expect(clock.pendingTimers).toBe(0);
  });

  it('agree with one plain list per partition over any history', async () => {
    const step = fc.record({ table: fc.constantFrom('a', 'b', 'c'), pause: fc.integer({ min: 0, max: 30 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.array(fc.constantFrom<Answer>('store', 'store', new Error('down'), permanent()), { maxLength: 30 }),
        fc.integer({ min: 1, max: 4 }),
        async (steps, answers, concurrency) => {
          const dead: Row[] = [];
          const { clock, sink, writer } = setUp({
            maxItems: 3,
            maxDelay: 20,
            concurrency,
            deadLetter: (item) => dead.push(item),
            onError: () => undefined,
          });
          sink.answer = () => answers.shift() ?? 'store';
          for (const [value, { table, pause }] of steps.entries()) {
            writer.add(row(table, value));
            if (pause > 20) await clock.advance(pause);
          }
          const flushed = writer.flush();
          await clock.advance(600_000);
          await flushed;

          const ended = [...sink.stored, ...dead].map(({ value }) => value).toSorted((a, b) => a - b);
          expect(ended).toEqual(range(0, steps.length));
          expect(writer.explain().lanes).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('several sends at once without partitions', () => {
  it.each([1, 2, 4])('are at most %i', async (concurrency) => {
    const { sink, writer } = setUpPlain({ concurrency });
    sink.answer = () => settle(2).then(() => 'store' as const);

    for (const value of range(0, 40)) writer.add(row('t', value));
    await writer.flush();

    expect(sink.mostRunning).toBe(concurrency);
    expect(sink.stored.map(({ value }) => value).toSorted((a, b) => a - b)).toEqual(range(0, 40));
  });

  it('let flush wait for all of them', async () => {
    const { sink, writer } = setUpPlain({ concurrency: 3 });
    const releases: (() => void)[] = [];
    sink.answer = () => new Promise((resolve) => releases.push(() => resolve('store')));
    for (const value of range(0, 6)) writer.add(row('t', value));
    let isFlushed = false;
    const flushed = writer.flush().then(() => (isFlushed = true));
    await settle();

    const running = releases.length;
    releases[2]?.();
    releases[1]?.();
    await settle();
    const before = isFlushed;
    releases[0]?.();
    await flushed;

    expect(running).toBe(3);
    expect(before).toBe(false);
    expect(writer.stats()).toMatchObject({ written: 6, pending: 0 });
  });

  it('go on beside one that hangs until its timeout', async () => {
    const { clock, sink, writer } = setUpPlain({ concurrency: 2, timeout: 1_000 });
    sink.answer = (_, call) => (call === 1 ? 'hang' : 'store');
    for (const value of range(0, 10)) writer.add(row('t', value));

    await settle();
    const before = writer.stats().written;
    await clock.advance(2_000);

    expect(before).toBe(8);
    expect(writer.stats()).toMatchObject({ written: 10, pending: 0, retries: 1 });
  });

  function setUpPlain(options: Partial<BatchWriterOptions<Row>>) {
    const clock = new VirtualClock();
    const sink = new FakeSink<Row>();
    return { clock, sink, writer: new BatchWriter<Row>({ sink, clock, ioClock: clock, maxItems: 2, ...options }) };
  }
});

describe('urgent rows', () => {
  const urgent = ({ value }: Row): boolean => value < 0;

  it('are sent in the same turn, with the rows before them', async () => {
    const { clock, sink, writer } = setUp({ urgent });

    writer.add(row('a', 1));
    writer.add(row('b', 2));
    writer.add(row('a', -3));
    await settle();

    expect(clock.now()).toBe(0);
    expect(sink.sent.map(({ rows }) => rows.map(({ value }) => value))).toEqual([[1, -3]]);
  });

  it('make the row they replace urgent', async () => {
    const { sink, writer } = setUp({ urgent, key: () => 'k' });

    writer.add(row('a', 1));
    writer.add(row('a', -1));
    await settle();

    expect(sink.stored.map(({ value }) => value)).toEqual([-1]);
  });

  it('take their turn behind a send under way', async () => {
    const { sink, writer } = setUp({ urgent, maxItems: 1 });
    let release = (): void => undefined;
    sink.answer = (_, call) => (call === 1 ? new Promise((resolve) => (release = () => resolve('store'))) : 'store');
    writer.add(row('a', 1));
    await settle();
    writer.add(row('a', -1));
    await settle();

    const before = sink.stored.length;
    release();
    await settle();

    expect(before).toBe(0);
    expect(sink.stored.map(({ value }) => value)).toEqual([1, -1]);
  });
});
