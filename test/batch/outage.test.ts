import { VirtualClock } from 'tickwise';
import { type BatchOverflow, BatchWriter } from 'tickwise/batch';
import { describe, expect, it } from 'vitest';
import { range } from './fake-sink.js';
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
});
