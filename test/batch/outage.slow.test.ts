import { VirtualClock } from 'tickwise';
import { type BatchOverflow, BatchWriter } from 'tickwise/batch';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { FakeSink, range } from './fake-sink.js';
import { temporaryFolder } from './journal/rig.js';

const MAX_PENDING = 200;
/** Rows per second: ten times what fits into `maxPending` each second. */
const RATE = 2_000;
const SECONDS = 600;

/** A bot that writes on, come what may, for ten minutes of an outage, and then for ten seconds after it. */
async function outage(overflow: BatchOverflow, journal?: { readonly directory: string }) {
  const clock = new VirtualClock();
  const stored: number[] = [];
  let isDown = true;
  const dead: number[] = [];
  const writer = new BatchWriter<number>({
    sink: async (batch) => {
      if (isDown) throw new Error('ECONNREFUSED');
      stored.push(...batch);
    },
    clock,
    ioClock: clock,
    overflow,
    maxPending: MAX_PENDING,
    maxItems: 40,
    deadLetter: (row) => dead.push(row),
    onError: () => undefined,
    ...(journal === undefined ? {} : { journal: { ...journal, durability: 'os' as const } }),
  });
  await writer.ready();
  const taken: number[] = [];
  let mostPending = 0;
  let number = 0;
  for (let second = 0; second < SECONDS; second++) {
    for (let count = 0; count < RATE; count++, number++) {
      if (writer.add(number)) taken.push(number);
    }
    mostPending = Math.max(mostPending, writer.stats().pending);
    await clock.advance(1_000);
  }
  const down = writer.stats();
  isDown = false;
  const flushed = writer.flush();
  await clock.advance(60_000);
  await flushed;
  await writer.close();
  return { stored, dead, taken, mostPending, down, after: writer.stats(), total: number };
}

describe('ten minutes of outage at ten times the load that fits', () => {
  it.each(['wait', 'reject'] as const)('hold maxPending rows and refuse the others with %s', async (overflow) => {
    const { stored, dead, taken, mostPending, down, after, total } = await outage(overflow);

    expect(mostPending).toBe(MAX_PENDING);
    expect(taken).toEqual(range(0, MAX_PENDING));
    expect(down).toMatchObject({
      accepted: MAX_PENDING,
      pending: MAX_PENDING,
      refused: total - MAX_PENDING,
      dropped: 0,
    });
    expect(stored).toEqual(taken);
    expect(dead).toEqual([]);
    expect(after).toMatchObject({ written: MAX_PENDING, pending: 0, deadLettered: 0 });
  });

  it('hold the newest rows with drop-oldest, but for the batch under way', async () => {
    const { stored, dead, mostPending, down, after, total } = await outage('drop-oldest');

    expect(mostPending).toBe(MAX_PENDING);
    expect(down).toMatchObject({ accepted: total, pending: MAX_PENDING, dropped: total - MAX_PENDING, refused: 0 });
    expect(stored).toHaveLength(MAX_PENDING);
    expect(stored.at(-1)).toBe(total - 1);
    expect(stored.filter((number) => number >= total - MAX_PENDING).length).toBeGreaterThanOrEqual(MAX_PENDING - 80);
    expect(dead).toEqual([]);
    expect(after.accepted).toBe(after.written + after.dropped);
  });

  it('hold the oldest rows with drop-newest', async () => {
    const { stored, mostPending, down, after, total } = await outage('drop-newest');

    expect(mostPending).toBe(MAX_PENDING);
    expect(down).toMatchObject({ accepted: total, pending: MAX_PENDING, dropped: total - MAX_PENDING });
    expect(stored).toEqual(range(0, MAX_PENDING));
    expect(after.accepted).toBe(after.written + after.dropped);
  });

  it('hold no more with a journal, in memory or on the disk', { timeout: 120_000 }, async () => {
    const directory = await temporaryFolder();

    const { stored, mostPending, down } = await outage('reject', { directory });

    expect(mostPending).toBe(MAX_PENDING);
    expect(down.journal?.bytes).toBeLessThan(200_000);
    expect(stored).toEqual(range(0, MAX_PENDING));
  });

  it('let a writer that waits for room go on, row by row', async () => {
    const clock = new VirtualClock();
    const stored: number[] = [];
    let isDown = true;
    const writer = new BatchWriter<number>({
      sink: async (batch) => {
        if (isDown) throw new Error('ECONNREFUSED');
        stored.push(...batch);
      },
      clock,
      ioClock: clock,
      maxPending: 100,
      maxItems: 20,
      onError: () => undefined,
    });
    let next = 0;
    const producer = (async () => {
      for (; next < 1_000; next++) {
        while (!writer.add(next)) await writer.ready();
      }
    })();

    await clock.advance(600_000);
    const whileDown = next;
    isDown = false;
    await clock.advance(60_000);
    await producer;
    const flushed = writer.flush();
    await clock.advance(60_000);
    await flushed;

    expect(whileDown).toBe(100);
    expect(stored).toEqual(range(0, 1_000));
  });

  it.each(['wait', 'reject', 'drop-oldest', 'drop-newest'] as const)(
    'keep the heap flat with %s: rows that were refused or dropped are gone',
    { timeout: 120_000 },
    async (overflow) => {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void; // what the flag makes
      const clock = new VirtualClock();
      const writer = new BatchWriter<readonly number[]>({
        sink: async () => Promise.reject(new Error('ECONNREFUSED')),
        clock,
        ioClock: clock,
        overflow,
        maxPending: MAX_PENDING,
        maxItems: 40,
        closeTimeout: 0,
        onError: () => undefined,
      });
      const heap: number[] = [];

      for (let second = 0; second < SECONDS; second++) {
        // A row of 1 kB: all of them would be 1.2 GB.
        for (let count = 0; count < RATE; count++) writer.add(ROW.slice());
        await clock.advance(1_000);
        if (second % 60 !== 59) continue;
        collect();
        heap.push(process.memoryUsage().heapUsed);
      }
      const closed = writer.close().catch(() => undefined);
      await clock.advance(10);
      await closed;

      const [first = 0] = heap;
      expect(heap).toHaveLength(10);
      expect(Math.max(...heap) - first).toBeLessThan(4_000_000);
    },
  );
});

/** What rows of one kilobyte are made of. */
const ROW = Array.from({ length: 128 }, () => 0.5);

describe('an hour of outage', () => {
  const faults: [string, () => Error | 'hang'][] = [
    ['refuses connections', () => coded('ECONNREFUSED')],
    ['resets them', () => coded('ECONNRESET')],
    ['never answers', () => 'hang'],
    ['is starting up', () => coded('57P03')],
    ['has no connection left', () => coded('53300')],
    ['has a full disk', () => coded('53100')],
    ['is read-only after a failover', () => coded('25006')],
    ['is overloaded behind HTTP', () => Object.assign(new Error('503'), { status: 503 })],
    ['asks for less', () => Object.assign(new Error('429'), { status: 429 })],
    ['refuses the password', () => coded('28P01')],
  ];

  it.each(faults)('of a server that %s gives up no row, and all arrive in order', async (_, fault) => {
    const clock = new VirtualClock();
    const dead: number[] = [];
    const sink = new FakeSink<number>(() => fault());
    const writer = new BatchWriter<number>({
      sink,
      clock,
      ioClock: clock,
      maxItems: 50,
      deadLetter: (row) => dead.push(row),
      onError: () => undefined,
    });

    for (let minute = 0; minute < 60; minute++) {
      for (const row of range(minute * 20, minute * 20 + 20)) writer.add(row);
      await clock.advance(60_000);
    }
    const whileDown = writer.stats();
    sink.answer = () => 'store';
    const flushed = writer.flush();
    await clock.advance(60_000);
    await flushed;

    expect(whileDown).toMatchObject({ pending: 1_200, deadLettered: 0, written: 0 });
    expect(dead).toEqual([]);
    expect(sink.stored).toEqual(range(0, 1_200));
  });

  it('with steps of the wall clock in both directions changes neither ages nor waits', async () => {
    const clock = new VirtualClock(1_723_100_000_000);
    const sink = new FakeSink<number>((_, call) => (call <= 3 ? new Error('down') : 'store'));
    const times: number[] = [];
    const { answer } = sink;
    sink.answer = (sent, call) => {
      times.push(clock.now());
      return answer(sent, call);
    };
    const writer = new BatchWriter<number>({
      sink,
      clock,
      ioClock: clock,
      maxDelay: 50,
      retry: { minDelay: 1, maxDelay: 1, deadline: 10_000 },
      onError: () => undefined,
    });

    writer.add(1);
    for (const step of [-3_600_000, 7_200_000, -1, 86_400_000, -1e12]) {
      clock.stepWallTime(step);
      await clock.advance(49 / 5);
    }
    const before = times.length;
    await clock.advance(1);
    clock.stepWallTime(1e11);
    await clock.advance(3);

    expect(before).toBe(0);
    expect(times[0]).toBe(50);
    expect(sink.stored).toEqual([1]);
    expect(writer.stats()).toMatchObject({ written: 1, deadLettered: 0 });
  });
});

/** An error as drivers make them. */
function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}
