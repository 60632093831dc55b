import * as fc from 'fast-check';
import { SharedRing } from 'tickwise/ring';
import { afterEach, describe, expect, it } from 'vitest';
import { ANNOUNCED, HEAD, RECORDS_PER_ERA } from '../../src/ring/shared-memory.js';
import { recordOf, startAt, TURNING_POINTS } from './shared-records.js';

const FIELDS = ['a', 'b', 'c'];
const WIDTH = FIELDS.length;

const { set } = Float64Array.prototype;

/** Runs `during` in the middle of every copy that a reader makes, as a writer in another thread would. */
function disturbCopies(during: () => void): void {
  // oxlint-disable-next-line no-extend-native -- undone after each test
  Object.defineProperty(Float64Array.prototype, 'set', {
    configurable: true,
    value(this: Float64Array, source: Float64Array, offset = 0) {
      const half = source.length >> 1;
      set.call(this, source.subarray(0, half), offset);
      during();
      set.call(this, source.subarray(half), offset + half);
    },
  });
}

afterEach(() => {
  // The prototype's own property hides the inherited method.
  Reflect.deleteProperty(Float64Array.prototype, 'set');
});

/** Reads until nothing is left. Fails on a torn record, one out of order, or a gap that is not announced. */
function readAll(reader: ReturnType<SharedRing['reader']>, next: { record: number }): number {
  return reader.poll((values, from, to, missed) => {
    next.record += missed;
    for (let at = from; at < to; at += WIDTH)
      expect([...values.subarray(at, at + WIDTH)]).toEqual(recordOf(next.record++, WIDTH));
  });
}

describe('SharedRing, broadcast', () => {
  it('gives each of several readers every record', () => {
    const ring = new SharedRing({ capacity: 8, fields: FIELDS, mode: 'broadcast' });
    const writer = ring.writer();
    const readers = [ring.reader(), ring.reader(), ring.reader()];
    for (let i = 0; i < 5; i++) writer.write(...recordOf(i, WIDTH));
    writer.flush();

    const counts = readers.map((reader) => readAll(reader, { record: 0 }));

    expect(counts).toEqual([5, 5, 5]);
  });

  it('shows a reader what is published after it was made, and nothing older', () => {
    const ring = new SharedRing({ capacity: 8, fields: FIELDS, mode: 'broadcast' });
    const writer = ring.writer();
    for (let i = 0; i < 5; i++) writer.write(...recordOf(i, WIDTH));
    writer.flush();
    const reader = ring.reader();
    writer.write(...recordOf(5, WIDTH));
    writer.flush();

    expect(readAll(reader, { record: 5 })).toBe(1);
    expect(reader.stats()).toEqual({ start: 5, read: 1, lapped: 0, pending: 0 });
  });

  it('goes on at the oldest record kept when a reader was lapped, and says how many it missed', () => {
    const ring = new SharedRing({ capacity: 4, batch: 64, fields: FIELDS, mode: 'broadcast' });
    const writer = ring.writer();
    const reader = ring.reader();
    for (let i = 0; i < 10; i++) writer.write(...recordOf(i, WIDTH));
    writer.flush();
    const runs: number[][] = [];

    reader.poll((values, from, to, missed) => runs.push([missed, values[from] ?? NaN, (to - from) / WIDTH]));

    expect(runs).toEqual([[6, 6, 4]]);
    expect(reader.stats()).toEqual({ start: 0, read: 4, lapped: 6, pending: 0 });
  });

  it.each([2 ** 31, 2 ** 32 - 3, 2 ** 32, 2 ** 32 + 3, 2 ** 33 + 12_345, 5 * RECORDS_PER_ERA + 1])(
    'counts exactly how many of %s records a sleeping reader missed',
    (records) => {
      const ring = new SharedRing({ capacity: 4, batch: 2, fields: FIELDS, mode: 'broadcast' });
      const reader = ring.reader();
      startAt(ring, records - 6);
      const writer = ring.writer();
      for (let i = 0; i < 6; i++) writer.write(...recordOf(i, WIDTH));
      const seen: number[] = [];

      reader.poll((values, from, to, missed) => {
        seen.push(missed);
        for (let at = from; at < to; at += WIDTH) seen.push(values[at] ?? NaN);
      });

      expect(seen).toEqual([records - 4, 2, 3, 4, 5]);
      expect(reader.stats()).toEqual({ start: 0, read: 4, lapped: records - 4, pending: 0 });
    },
  );

  it('tells the visitor of a gap even if the visitor before it failed', () => {
    const ring = new SharedRing({ capacity: 2, fields: FIELDS, mode: 'broadcast' });
    const writer = ring.writer();
    const reader = ring.reader();
    const missed: number[] = [];
    const write = (records: number): void => {
      for (let i = 0; i < records; i++) writer.write(0, 0, 0);
      writer.flush();
    };
    write(3);
    expect(() =>
      reader.poll(() => {
        throw new Error('model');
      }),
    ).toThrow('model');
    write(5);

    reader.poll((_values, _from, _to, gap) => missed.push(gap));

    expect(missed).toEqual([3]);
    expect(reader.stats()).toEqual({ start: 0, read: 4, lapped: 4, pending: 0 });
  });

  it('never waits: a writer without readers goes on for ever', () => {
    const ring = new SharedRing({ capacity: 1, fields: FIELDS, mode: 'broadcast' });
    const writer = ring.writer();

    for (let i = 0; i < 1_000; i++) expect(writer.write(...recordOf(i, WIDTH))).toBe(true);

    expect(writer.stats()).toMatchObject({ written: 1_000, dropped: 0, waits: 0 });
  });
});

describe('SharedRing, overwritten while a reader copies', () => {
  it('gives a torn copy up and goes on half a ring behind the writer', () => {
    const ring = new SharedRing({ capacity: 8, batch: 2, fields: FIELDS, mode: 'broadcast' });
    const writer = ring.writer();
    const reader = ring.reader();
    let written = 0;
    const write = (records: number): void => {
      for (const end = written + records; written < end; written++) writer.write(...recordOf(written, WIDTH));
    };
    write(8);
    let isFirst = true;
    disturbCopies(() => {
      if (isFirst) write(6);
      isFirst = false;
    });
    const next = { record: 0 };

    const read = readAll(reader, next) + readAll(reader, next);

    expect(next.record).toBe(14);
    expect(reader.stats()).toEqual({ start: 0, read, lapped: 10, pending: 0 });
  });

  it('accepts a copy of which the writer has only announced and written what is beyond it', () => {
    const ring = new SharedRing({ capacity: 8, batch: 2, fields: FIELDS, mode: 'broadcast' });
    const writer = ring.writer();
    const reader = ring.reader();
    for (let i = 0; i < 8; i++) writer.write(...recordOf(i, WIDTH));
    disturbCopies(() => void writer.write(...recordOf(8, WIDTH)));

    expect(readAll(reader, { record: 0 })).toBe(8);
  });

  it('refuses a copy that holds a slot announced for the batch being written, and not published yet', () => {
    const ring = new SharedRing({ capacity: 2, batch: 2, fields: FIELDS, mode: 'broadcast' });
    const writer = ring.writer();
    const reader = ring.reader();
    for (let i = 0; i < 2; i++) writer.write(...recordOf(i, WIDTH));
    let isFirst = true;
    disturbCopies(() => {
      // Publishes 2 and 3, then begins to write over 0.
      if (isFirst) for (let i = 2; i < 5; i++) writer.write(...recordOf(i, WIDTH));
      isFirst = false;
    });
    const next = { record: 0 };

    readAll(reader, next);
    readAll(reader, next);

    expect(next.record).toBe(4);
    expect(reader.stats()).toEqual({ start: 0, read: 1, lapped: 3, pending: 0 });
  });

  it('delivers no torn record, and received and lapped make all, however the writer interferes', () => {
    const shapes = fc.record({
      capacity: fc.integer({ min: 1, max: 9 }),
      batch: fc.integer({ min: 1, max: 5 }),
      start: fc.tuple(fc.constantFrom(...TURNING_POINTS), fc.integer({ min: 0, max: 40 })),
    });
    const bursts = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(shapes, bursts, bursts, ({ capacity, batch, start: [point, before] }, between, during) => {
        const start = Math.max(0, point - before);
        const ring = new SharedRing({ capacity, batch, fields: FIELDS, mode: 'broadcast' });
        startAt(ring, start);
        const writer = ring.writer();
        const reader = ring.reader();
        const next = { record: 0 };
        let written = 0;
        const write = (records = 0): void => {
          for (const end = written + records; written < end; written++) writer.write(...recordOf(written, WIDTH));
        };
        let copies = 0;
        disturbCopies(() => write(during[copies++]));

        for (const records of between) {
          write(records);
          readAll(reader, next);
          const { read, lapped, pending } = reader.stats();
          expect(start + read + lapped + pending).toBe(ring.stats().published);
        }
        copies = during.length;
        writer.flush();
        readAll(reader, next);

        const { read, lapped, pending } = reader.stats();
        expect([read + lapped, pending]).toEqual([written, 0]);
        expect(next.record).toBeLessThanOrEqual(written);
      }),
      { numRuns: 400 },
    );
  });

  it('loses nothing of what was published once the last writer stopped in the middle of a batch', () => {
    const ring = new SharedRing({ capacity: 4, batch: 3, fields: FIELDS, mode: 'broadcast' });
    const reader = ring.reader();
    const dying = ring.writer();
    for (let i = 0; i < 7; i++) dying.write(...recordOf(i, WIDTH));
    const words = new Int32Array(ring.handle.memory, 0, 128);

    expect(readAll(reader, { record: 0 })).toBe(4);
    expect([words[HEAD], words[ANNOUNCED]]).toEqual([6, 9]);
    expect(reader.stats()).toEqual({ start: 0, read: 4, lapped: 2, pending: 0 });
  });
});
