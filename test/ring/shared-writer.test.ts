import { SharedRing, type SharedRingOptions } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

function coded(code: string, text = ''): unknown {
  return expect.objectContaining({ code, message: expect.stringContaining(text) });
}

function ringOf(options: Partial<SharedRingOptions> = {}): SharedRing {
  return new SharedRing({ capacity: 4, fields: ['ts', 'price'], ...options });
}

/** All that a ring has published, flat. */
function read(ring: SharedRing): number[] {
  const reader = ring.reader();
  const seen: number[] = [];
  reader.poll((values, from, to) => seen.push(...values.subarray(from, to)));
  reader.end();
  return seen;
}

describe('SharedWriter, publication', () => {
  it('publishes a batch as soon as it is full, and holds what follows', () => {
    const ring = ringOf({ batch: 2 });
    const writer = ring.writer();

    for (let i = 0; i < 3; i++) writer.write(i, i / 2);

    expect(writer.stats()).toEqual({ written: 3, published: 2, dropped: 0, waits: 0 });
    expect(read(ring)).toEqual([0, 0, 1, 0.5]);
  });

  it('publishes every record at once with a batch of 1', () => {
    const ring = ringOf({ batch: 1 });
    const writer = ring.writer();

    writer.write(1, 2);

    expect(read(ring)).toEqual([1, 2]);
  });

  it('publishes what it holds on flush', () => {
    const ring = ringOf();
    const writer = ring.writer();
    writer.write(1, 2);
    expect(ring.stats().published).toBe(0);

    writer.flush();

    expect(read(ring)).toEqual([1, 2]);
  });

  it.each(['single', 'broadcast'] as const)(
    'publishes by itself once the code that wrote is done, %s',
    async (mode) => {
      const ring = ringOf({ mode, capacity: 100 });
      const writer = ring.writer();

      writer.write(1, 2);
      await Promise.resolve();
      const first = ring.stats().published;
      writer.write(3, 4);
      writer.write(5, 6);
      const held = ring.stats().published;
      await Promise.resolve();

      expect([first, held, ring.stats().published]).toEqual([1, 1, 3]);
    },
  );

  it('publishes by itself after a flush in the middle of a claim, too', async () => {
    const ring = ringOf();
    const writer = ring.writer();

    writer.claim();
    writer.flush();
    await Promise.resolve();
    writer.commit();
    writer.write(3, 4);
    await Promise.resolve();

    expect(writer.stats()).toMatchObject({ written: 2, published: 2 });
  });

  it('publishes at the latest when the ring is full, so that a reader can make room', () => {
    const ring = ringOf({ overflow: 'drop-newest' });
    const writer = ring.writer();

    const taken = [0, 1, 2, 3, 4].map((i) => writer.write(i, i));

    expect(taken).toEqual([true, true, true, true, false]);
    expect(ring.stats()).toEqual({ published: 4, read: 0, capacity: 4 });
  });
});

describe('SharedWriter, records', () => {
  it('keeps NaN, both zeros and the infinities', () => {
    const ring = new SharedRing({ capacity: 4, fields: ['a', 'b', 'c', 'd', 'e', 'f'] });
    const writer = ring.writer();
    const record = [NaN, -0, 0, Infinity, -Infinity, Number.MIN_VALUE];

    writer.write(...record);
    writer.flush();

    expect(read(ring)).toEqual(record);
  });

  it.each([1, 2, 7, 8, 9, 40])('takes records of %s numbers', (width) => {
    const ring = new SharedRing({ capacity: 4, fields: Array.from({ length: width }, (_, i) => `f${i}`) });
    const writer = ring.writer();
    const record = Array.from({ length: width }, (_, i) => i + 0.5);

    writer.write(...record);
    writer.flush();

    expect(read(ring)).toEqual(record);
  });

  it.each([[[]], [[1]], [[1, 2, 3]]])('refuses %o for two fields', (values) => {
    const ring = ringOf();
    const writer = ring.writer();

    expect(() => writer.write(...values)).toThrow(
      coded('ERR_INVALID_ARGUMENT', `${values.length} values for 2 fields`),
    );
    expect(writer.stats().written).toBe(0);
  });

  it.each<{ value: unknown }>(
    ['1', null, undefined, 1n, Symbol('x'), {}, { valueOf: () => 1 }, [1]].map((value) => ({ value })),
  )('refuses $value as a number, and keeps the ring usable', ({ value }) => {
    const ring = ringOf();
    const writer = ring.writer();

    for (const record of [
      [1, value],
      [value, 1],
    ])
      expect(() => writer.write(...(record as number[]))).toThrow(
        coded('ERR_INVALID_ARGUMENT', 'one number per field'),
      );
    writer.write(7, 8);
    writer.flush();

    expect(read(ring)).toEqual([7, 8]);
  });

  it('takes a record that is filled in place', () => {
    const ring = ringOf();
    const writer = ring.writer();

    for (let i = 0; i < 3; i++) {
      const at = writer.claim();
      writer.values[at + Number(ring.offsets['ts'])] = i;
      writer.values[at + 1] = -i;
      writer.commit();
    }
    writer.flush();

    expect(read(ring)).toEqual([0, -0, 1, -1, 2, -2]);
  });

  it('claims the same record until it is committed', () => {
    const ring = ringOf();
    const writer = ring.writer();

    const claims = [writer.claim(), writer.claim()];
    writer.write(1, 2);
    writer.flush();

    expect(claims).toEqual([0, 0]);
    expect(read(ring)).toEqual([1, 2]);
  });

  it('refuses to commit what was not claimed', () => {
    const writer = ringOf().writer();
    expect(() => writer.commit()).toThrow(coded('ERR_INVALID_ARGUMENT', 'commit'));
    writer.claim();
    writer.commit();

    expect(() => writer.commit()).toThrow(coded('ERR_INVALID_ARGUMENT', 'commit'));
    expect(writer.stats().written).toBe(1);
  });
});

describe('SharedWriter, full ring', () => {
  function full(options: Partial<SharedRingOptions>): { ring: SharedRing; writer: ReturnType<SharedRing['writer']> } {
    const ring = ringOf(options);
    const writer = ring.writer();
    for (let i = 0; i < 4; i++) writer.write(i, i);
    return { ring, writer };
  }

  it('drops the newest and says so', () => {
    const { ring, writer } = full({ overflow: 'drop-newest' });

    expect([writer.write(4, 4), writer.claim()]).toEqual([false, -1]);
    expect(writer.stats()).toEqual({ written: 4, published: 4, dropped: 2, waits: 0 });
    expect(read(ring)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(writer.write(5, 5)).toBe(true);
  });

  it('fails with an OverflowError', () => {
    const { ring, writer } = full({ overflow: 'fail' });

    expect(() => writer.write(4, 4)).toThrow(coded('ERR_OVERFLOW', 'full'));
    expect(() => writer.claim()).toThrow(coded('ERR_OVERFLOW'));
    expect(() => writer.commit()).toThrow(coded('ERR_INVALID_ARGUMENT'));
    expect(writer.stats()).toEqual({ written: 4, published: 4, dropped: 2, waits: 0 });
    read(ring);
    expect(writer.write(5, 5)).toBe(true);
  });

  it.each([0, 3])('waits %s ms and then fails with a TimeoutError', (timeout) => {
    const { ring, writer } = full({ timeout });

    expect(() => writer.write(4, 4)).toThrow(coded('ERR_TIMEOUT', `${timeout} ms`));
    expect(writer.stats()).toEqual({ written: 4, published: 4, dropped: 1, waits: 1 });
    expect(read(ring)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(writer.write(5, 5)).toBe(true);
  });

  it('gets room as each run is handed back, not only when all are', () => {
    const ring = ringOf({ overflow: 'drop-newest', batch: 1 });
    const writer = ring.writer();
    const reader = ring.reader();
    for (let i = 0; i < 3; i++) writer.write(i, i);
    reader.poll(() => {});
    for (let i = 0; i < 4; i++) writer.write(i, i);
    const taken: boolean[] = [];

    reader.poll(() => taken.push(writer.write(9, 9)));

    expect(taken).toEqual([false, true]);
  });

  it('fills up while there is no reader at all', () => {
    const { writer } = full({ overflow: 'drop-newest' });

    for (let i = 0; i < 100; i++) writer.write(i, i);

    expect(writer.stats()).toMatchObject({ written: 4, dropped: 100 });
  });
});

describe('SharedWriter, seat and end', () => {
  it('is refused a second time, through any handle of the ring', () => {
    const ring = ringOf();
    ring.writer();

    expect(() => ring.writer()).toThrow(coded('ERR_INVALID_ARGUMENT', 'one writer'));
    expect(() => SharedRing.attach(structuredClone(ring.handle)).writer()).toThrow(coded('ERR_INVALID_ARGUMENT'));
  });

  it('ends once: publishes what it holds, and refuses what follows', () => {
    const ring = ringOf();
    const writer = ring.writer();
    writer.write(1, 2);

    writer.end();
    writer.end();

    for (const call of [() => writer.write(1, 2), () => writer.claim(), () => writer.flush(), () => ring.writer()])
      expect(call).toThrow(coded('ERR_CLOSED', 'writer has ended'));
    expect(() => writer.commit()).toThrow(coded('ERR_INVALID_ARGUMENT'));
    expect(writer.stats()).toEqual({ written: 1, published: 1, dropped: 0, waits: 0 });
    expect(read(ring)).toEqual([1, 2]);
  });

  it('gives up a claimed record at the end', async () => {
    const ring = ringOf();
    const writer = ring.writer();
    writer.write(1, 2);
    writer.claim();

    writer[Symbol.dispose]();
    await Promise.resolve();

    expect(() => writer.commit()).toThrow(coded('ERR_INVALID_ARGUMENT'));
    expect(writer.stats()).toMatchObject({ written: 1, published: 1 });
    expect(read(ring)).toEqual([1, 2]);
  });

  it('does not touch the ring after its end, though a microtask was due', async () => {
    const ring = ringOf({ mode: 'broadcast' });
    const writer = ring.writer();
    writer.write(1, 2);
    writer.end();
    const words = [...new Int32Array(ring.handle.memory, 0, 128)];

    await Promise.resolve();

    expect([...new Int32Array(ring.handle.memory, 0, 128)]).toEqual(words);
  });

  it('has stats that are plain JSON', () => {
    const ring = ringOf();
    const writer = ring.writer();
    writer.write(1, 2);

    for (const stats of [writer.stats(), ring.stats(), ring.reader().stats()])
      expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
  });
});
