import { type RecordVisitor, SharedRing, type SharedRingMode } from 'tickwise/ring';
import { describe, expect, it, vi } from 'vitest';
import { READERS_BELL } from '../../src/ring/shared-memory.js';

const MODES = ['single', 'broadcast'] as const;

function coded(code: string, text = ''): unknown {
  return expect.objectContaining({ code, message: expect.stringContaining(text) });
}

function pair(mode: SharedRingMode = 'single', capacity = 4) {
  const ring = new SharedRing({ capacity, fields: ['value'], mode, batch: 1 });
  return { ring, reader: ring.reader(), writer: ring.writer() };
}

/** Adds what is read to `seen`. */
function into(seen: number[]): RecordVisitor {
  return (values, from, to) => void seen.push(...values.subarray(from, to));
}

describe.each(MODES)('SharedReader.poll, %s', (mode) => {
  it('answers 0 and calls nobody while there is nothing', () => {
    const { reader } = pair(mode);
    const visit = vi.fn();

    expect(reader.poll(visit)).toBe(0);
    expect(visit).not.toHaveBeenCalled();
  });

  it('hands out what was published before the call, and leaves what the visitor causes for the next', () => {
    const { reader, writer } = pair(mode);
    const seen: number[] = [];
    writer.write(1);

    const first = reader.poll((values, from, to) => {
      into(seen)(values, from, to, 0);
      writer.write(2);
    });

    expect([first, seen]).toEqual([1, [1]]);
    expect(reader.poll(into(seen))).toBe(1);
    expect(seen).toEqual([1, 2]);
  });

  it('passes on what the visitor throws, and goes on behind that run', () => {
    const { reader, writer } = pair(mode);
    writer.write(1);
    writer.write(2);

    const poll = (): number =>
      reader.poll(() => {
        throw new Error('model failed');
      });

    expect(poll).toThrow('model failed');
    expect(reader.stats()).toMatchObject({ read: 2, pending: 0 });
    writer.write(3);
    const seen: number[] = [];
    expect(reader.poll(into(seen))).toBe(1);
    expect(seen).toEqual([3]);
  });

  it('refuses to be polled by its own visitor, and works on', () => {
    const { reader, writer } = pair(mode);
    writer.write(1);

    expect(() => reader.poll(() => void reader.poll(() => {}))).toThrow(coded('ERR_INVALID_ARGUMENT', 'within itself'));
    writer.write(2);
    expect(reader.poll(() => {})).toBe(1);
  });

  it.each([undefined, null, 'visit', {}])('refuses %s as visitor, even when there is nothing to visit', (visit) => {
    const { reader } = pair(mode);

    expect(() => reader.poll(visit as RecordVisitor)).toThrow(coded('ERR_INVALID_ARGUMENT'));
  });

  it('stops within a poll when its visitor ends it', () => {
    const { ring, reader, writer } = pair(mode);
    for (let i = 0; i < 3; i++) writer.write(i);
    reader.poll(() => {});
    for (let i = 3; i < 7; i++) writer.write(i);
    let runs = 0;

    reader.poll(() => {
      runs++;
      reader.end();
    });

    expect(runs).toBe(1);
    expect(() => reader.poll(() => {})).toThrow(coded('ERR_CLOSED', 'reader has ended'));
    expect(ring.reader().stats()).toMatchObject({ read: 0 });
  });
});

describe('SharedReader.poll, where records lie', () => {
  it('hands out the shared memory itself in a ring for one reader, in two runs at its end', () => {
    const { ring, reader, writer } = pair();
    for (let i = 0; i < 3; i++) writer.write(i);
    reader.poll(() => {});
    for (let i = 3; i < 7; i++) writer.write(i);
    const runs: [number[], boolean][] = [];

    reader.poll((values, from, to) =>
      runs.push([[...values.subarray(from, to)], values.buffer === ring.handle.memory]),
    );

    expect(runs).toEqual([
      [[3], true],
      [[4, 5, 6], true],
    ]);
  });

  it('hands out copies in a broadcast, in parts of 2 048 numbers', () => {
    const { reader, writer } = pair('broadcast', 5_000);
    for (let i = 0; i < 5_000; i++) writer.write(i);
    const runs: number[] = [];

    reader.poll((values, from, to) => {
      expect(values.buffer).toBeInstanceOf(ArrayBuffer);
      runs.push(to - from);
    });

    expect(runs).toEqual([2_048, 2_048, 904]);
  });

  it('copies at least one record at a time, however wide', () => {
    const fields = Array.from({ length: 256 }, (_, i) => `f${i}`);
    const ring = new SharedRing({ capacity: 9, fields, mode: 'broadcast', batch: 1 });
    const reader = ring.reader();
    const writer = ring.writer();
    for (let i = 0; i < 9; i++) writer.write(...fields.map((_, field) => i + field / 1_024));
    const runs: number[] = [];

    reader.poll((_, from, to) => runs.push((to - from) / 256));

    expect(runs).toEqual([8, 1]);
  });
});

describe('SharedReader, seat', () => {
  it('is the only one of a ring for one reader, through any handle', () => {
    const { ring } = pair();

    expect(() => ring.reader()).toThrow(coded('ERR_INVALID_ARGUMENT', 'one reader'));
    expect(() => SharedRing.attach(structuredClone(ring.handle)).reader()).toThrow(coded('ERR_INVALID_ARGUMENT'));
  });

  it('makes room for a successor when it ends, which goes on where it stopped', () => {
    const { ring, reader, writer } = pair();
    const seen: number[] = [];
    writer.write(1);
    reader.poll(into(seen));
    writer.write(2);

    reader.end();
    reader[Symbol.dispose]();
    const successor = ring.reader();
    successor.poll(into(seen));

    expect(seen).toEqual([1, 2]);
    expect(successor.stats()).toEqual({ start: 1, read: 1, lapped: 0, pending: 0 });
    expect(() => ring.reader()).toThrow(coded('ERR_INVALID_ARGUMENT'));
  });

  it('does not take its successor’s seat away by ending again', () => {
    const { ring, reader } = pair();
    reader.end();
    ring.reader();

    reader.end();

    expect(() => ring.reader()).toThrow(coded('ERR_INVALID_ARGUMENT'));
  });

  it('can be taken when the writer has ended, to read the rest', async () => {
    const ring = new SharedRing({ capacity: 4, fields: ['value'] });
    const writer = ring.writer();
    writer.write(1);
    writer.end();

    const reader = ring.reader();

    expect(reader.wait(0)).toBe(true);
    expect(reader.poll(() => {})).toBe(1);
    expect([reader.wait(0), reader.spin(0), await reader.ready(0)]).toEqual([false, false, false]);
  });
});

type Wait = 'wait' | 'spin' | 'ready';
const WAITS: Wait[] = ['wait', 'spin', 'ready'];

describe.each(MODES)('SharedReader, waiting, %s', (mode) => {
  it.each(WAITS)('%s answers true while there are records', async (wait) => {
    const { reader, writer } = pair(mode);
    writer.write(1);

    expect(await reader[wait](0)).toBe(true);
    expect(await reader[wait](Infinity)).toBe(true);
  });

  it.each(WAITS)('%s answers true until all is read, then false, once the writer has ended', async (wait) => {
    const { reader, writer } = pair(mode);
    writer.write(1);
    writer.end();

    const before = await reader[wait](Infinity);
    reader.poll(() => {});

    expect([before, await reader[wait](Infinity), await reader[wait](0)]).toEqual([true, false, false]);
  });

  it.each(WAITS)('%s fails with a TimeoutError when nothing comes, and can be called again', async (wait) => {
    const { reader, writer } = pair(mode);

    for (const timeout of [0, 1, 2.5, -1])
      await expect(async () => reader[wait](timeout)).rejects.toThrow(coded('ERR_TIMEOUT', `${timeout} ms`));
    writer.write(1);
    expect(await reader[wait](0)).toBe(true);
  });

  it.each(WAITS)('%s refuses what is no duration', async (wait) => {
    const { reader } = pair(mode);

    for (const timeout of [NaN, '1', null, undefined, {}])
      await expect(async () => reader[wait](timeout as number)).rejects.toThrow(
        coded('ERR_INVALID_ARGUMENT', 'delay must be a number'),
      );
  });

  it.each(WAITS)('%s fails with a ClosedError after the reader has ended', async (wait) => {
    const { reader, writer } = pair(mode);
    writer.write(1);
    reader.end();

    await expect(async () => reader[wait](0)).rejects.toThrow(coded('ERR_CLOSED'));
  });

  it('ready answers as soon as something is published in the same thread', async () => {
    const { reader, writer } = pair(mode);

    const ready = reader.ready(Infinity);
    await eventLoopTurns(20);
    writer.write(1);

    expect(await ready).toBe(true);
  });

  it('ready answers false when the writer ends meanwhile', async () => {
    const { reader, writer } = pair(mode);

    const ready = reader.ready(Infinity);
    await eventLoopTurns(20);
    writer.end();

    expect(await ready).toBe(false);
  });

  it('ready fails with a ClosedError when the reader ends meanwhile', async () => {
    const { reader } = pair(mode);

    const ready = reader.ready(Infinity).catch((error: unknown) => error);
    await eventLoopTurns(20);
    reader.end();

    expect(await ready).toEqual(coded('ERR_CLOSED'));
  });

  it('ready answers everybody who waits', async () => {
    const { reader, writer } = pair(mode);

    const all = [reader.ready(Infinity), reader.ready(Infinity), reader.ready(50_000)];
    await eventLoopTurns(20);
    writer.write(1);

    expect(await Promise.all(all)).toEqual([true, true, true]);
  });

  it('ready lets the event loop go on even when there are always records', async () => {
    const { reader, writer } = pair(mode);
    writer.write(1);
    const seen: string[] = [];
    setImmediate(() => seen.push('other work'));

    await reader.ready(0);
    await reader.ready(0);
    seen.push('records');

    expect(seen).toEqual(['other work', 'records']);
  });

  it('ready sleeps while nothing happens: it takes a few turns, then none', async () => {
    const { reader, writer } = pair(mode);
    const immediate = vi.spyOn(globalThis, 'setImmediate');

    const ready = reader.ready(Infinity);
    await eventLoopTurns(30);
    const taken = immediate.mock.calls.length;
    await eventLoopTurns(30);

    expect(taken).toBeLessThan(10);
    expect(immediate.mock.calls.length).toBe(taken);
    immediate.mockRestore();
    writer.write(1);
    expect(await ready).toBe(true);
  });

  it('ready leaves no listener and no timer behind when it times out', async () => {
    const { ring, reader, writer } = pair(mode);

    for (let i = 0; i < 5; i++) await expect(reader.ready(1)).rejects.toThrow(coded('ERR_TIMEOUT'));

    // Nobody listens: the bell is even, and a ring wakes none.
    expect(Atomics.notify(new Int32Array(ring.handle.memory), READERS_BELL)).toBe(0);
    writer.write(1);
    expect(await reader.ready(0)).toBe(true);
  });
});

/** Not the one that a test watches. */
const { setImmediate: nextTurn } = globalThis;

/** Lets the event loop turn. */
async function eventLoopTurns(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => nextTurn(resolve));
}
