import { once } from 'node:events';
import { SharedRing, type SharedRingOptions } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';
import { recordOf, startAt, type ThreadTask } from './shared-records.js';
import { bundled, messageOf, runNode, threadStarter } from './shared-threads.js';

const startThread = await threadStarter();
const FIELDS = ['a', 'b', 'c'];
const WAITS: ThreadTask['waits'][] = ['wait', 'spin', 'ready'];
/** Long enough that a machine with better things to do never comes near it. */
const LONG = 20_000;
const RECORDS = 20_000;

function ringOf(options: Partial<SharedRingOptions> = {}): SharedRing {
  return new SharedRing({ capacity: 64, batch: 8, fields: FIELDS, ...options });
}

describe('SharedRing between threads, one reader', () => {
  it.each(WAITS)('brings every record in order to a reader that uses %s, past the wrap of 32 bits', async (waits) => {
    const ring = ringOf({ timeout: LONG });
    startAt(ring, 2 ** 32 - RECORDS / 2);
    const thread = startThread({ handle: ring.handle, waits });
    await messageOf(thread);
    const exit = once(thread, 'exit');
    const writer = ring.writer();

    for (let i = 0; i < RECORDS; i++) writer.write(...recordOf(i, FIELDS.length));
    writer.end();

    const start = 2 ** 32 - RECORDS / 2;
    expect(writer.stats()).toMatchObject({ written: start + RECORDS, published: start + RECORDS, dropped: 0 });
    expect(await messageOf(thread)).toEqual({
      next: RECORDS,
      read: RECORDS,
      missed: 0,
      wrong: 0,
      stats: { start, read: RECORDS, lapped: 0, pending: 0 },
    });
    expect(await exit).toEqual([0]);
  });

  it.each(WAITS)('brings every record in order from another thread, by %s', async (waits) => {
    const ring = ringOf({ timeout: LONG });
    const reader = ring.reader();
    const thread = startThread({ handle: ring.handle, role: 'write', records: RECORDS });
    const exit = once(thread, 'exit');
    let next = 0;
    let wrong = 0;

    while (await reader[waits](LONG))
      reader.poll((values, from, to) => {
        for (let at = from; at < to; at += FIELDS.length) if (values[at] !== next++) wrong++;
      });

    expect({ next, wrong }).toEqual({ next: RECORDS, wrong: 0 });
    expect(ring.stats()).toEqual({ published: RECORDS, read: RECORDS, capacity: 64 });
    await exit;
  });

  it('lets one of many threads have the seat', async () => {
    const ring = ringOf();
    const writer = ring.writer();
    const outcomes = [1, 2, 3].map(async () => {
      const thread = startThread({ handle: ring.handle });
      // Who has no seat fails.
      const [outcome] = await Promise.race([once(thread, 'message'), once(thread, 'error')]).catch((error: unknown) => [
        error,
      ]);
      return outcome === 'reading' ? outcome : (outcome as { code: string }).code;
    });

    expect(await Promise.all(outcomes)).toEqual(
      expect.arrayContaining(['ERR_INVALID_ARGUMENT', 'ERR_INVALID_ARGUMENT', 'reading']),
    );
    writer.end();
  });
});

describe('SharedRing between threads, broadcast', () => {
  it('brings every reader all records, or tells it exactly how many it missed', async () => {
    const ring = ringOf({ mode: 'broadcast' });
    const threads = WAITS.map((waits) => startThread({ handle: ring.handle, waits }));
    await Promise.all(threads.map(messageOf));
    const writer = ring.writer();

    for (let i = 0; i < RECORDS; i++) writer.write(...recordOf(i, FIELDS.length));
    writer.end();

    for (const report of await Promise.all(threads.map(messageOf))) {
      expect(report).toMatchObject({ next: RECORDS, wrong: 0, stats: { start: 0, pending: 0 } });
      const { read, missed, stats } = report as { read: number; missed: number; stats: object };
      expect(read + missed).toBe(RECORDS);
      expect(stats).toMatchObject({ read, lapped: missed });
    }
  });

  it('is not held up by a reader that died', async () => {
    const ring = ringOf({ mode: 'broadcast' });
    const thread = startThread({ handle: ring.handle, waits: 'wait', hangs: true });
    await messageOf(thread);
    await thread.terminate();
    const reader = ring.reader();
    const writer = ring.writer();

    for (let i = 0; i < 1_000; i++) writer.write(i, i, i);
    writer.flush();

    expect(writer.stats()).toEqual({ written: 1_000, published: 1_000, dropped: 0, waits: 0 });
    expect(reader.poll(() => {})).toBe(64);
  });
});

describe('SharedRing, when the other side dies', () => {
  async function ringWithDeadReader(options: Partial<SharedRingOptions>): Promise<SharedRing> {
    const ring = ringOf(options);
    const thread = startThread({ handle: ring.handle, hangs: true });
    await messageOf(thread);
    await thread.terminate();
    return ring;
  }

  it.each([
    ['wait', 'ERR_TIMEOUT'],
    ['fail', 'ERR_OVERFLOW'],
  ] as const)('fails after a reader’s death under overflow %s', async (overflow, code) => {
    const ring = await ringWithDeadReader({ overflow, ...(overflow === 'wait' && { timeout: 1 }) });
    const writer = ring.writer();
    for (let i = 0; i < 64; i++) writer.write(i, i, i);

    expect(() => writer.write(64, 64, 64)).toThrow(expect.objectContaining({ code }));
    expect(() => writer.write(64, 64, 64)).toThrow(expect.objectContaining({ code }));
    expect(writer.stats()).toMatchObject({ written: 64, dropped: 2 });
  });

  it('counts what it drops after a reader’s death under overflow drop-newest', async () => {
    const ring = await ringWithDeadReader({ overflow: 'drop-newest' });
    const writer = ring.writer();

    for (let i = 0; i < 100; i++) writer.write(i, i, i);

    expect(writer.stats()).toEqual({ written: 64, published: 64, dropped: 36, waits: 0 });
  });

  it.each(WAITS)('lets a reader that uses %s have what was published, and then time out', async (waits) => {
    const ring = ringOf();
    const reader = ring.reader();
    const thread = startThread({ handle: ring.handle, role: 'write', records: 13, hangs: true });
    await messageOf(thread);
    await thread.terminate();

    expect(await reader[waits](LONG)).toBe(true);
    expect(reader.poll(() => {})).toBe(13);
    await expect(async () => reader[waits](1)).rejects.toThrow(expect.objectContaining({ code: 'ERR_TIMEOUT' }));
  });

  it('wakes nobody and fails nothing when a reader is killed in its sleep', async () => {
    const ring = ringOf({ mode: 'broadcast', batch: 1 });
    const threads = WAITS.map((waits) => startThread({ handle: ring.handle, waits }));
    await Promise.all(threads.map(messageOf));
    await Promise.all(threads.map((thread) => thread.terminate()));
    const reader = ring.reader();
    const writer = ring.writer();

    for (let i = 0; i < 10; i++) writer.write(i, i, i);

    expect(await reader.ready(LONG)).toBe(true);
    expect(reader.poll(() => {})).toBe(10);
  });
});

describe('a process with rings', () => {
  it('ends by itself when its streams have ended, although readers waited', async () => {
    const program = await bundled('shared-process');

    expect(await runNode(program)).toEqual({ code: 0, stdout: 'read 3, ended, closed, timed out\n', stderr: '' });
  });
});
