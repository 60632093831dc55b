import * as fc from 'fast-check';
import { type RecordVisitor, SharedRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';
import { recordOf, startAt, TURNING_POINTS } from './shared-records.js';

/** The obvious twin of a ring: arrays of record numbers. */
class RingModel {
  readonly published: number[] = [];
  readonly held: number[] = [];
  taken = 0;
  limit = 0;
  dropped = 0;
  constructor(
    readonly capacity: number,
    readonly batch: number,
  ) {}

  /** Whether the record is taken. A batch is shorter when there was less room as it began. */
  write(record: number): boolean {
    if (this.held.length === 0) this.limit = Math.min(this.batch, this.capacity - this.published.length + this.taken);
    if (this.limit === 0) {
      this.dropped++;
      return false;
    }
    this.held.push(record);
    if (this.held.length === this.limit) this.flush();
    return true;
  }

  flush(): void {
    this.published.push(...this.held.splice(0));
  }

  take(): number[] {
    const records = this.published.slice(this.taken);
    this.taken = this.published.length;
    return records;
  }
}

const shapes = fc.record({
  capacity: fc.integer({ min: 1, max: 9 }),
  batch: fc.integer({ min: 1, max: 12 }),
  width: fc.integer({ min: 1, max: 10 }),
  start: fc
    .tuple(fc.constantFrom(...TURNING_POINTS), fc.integer({ min: -30, max: 3 }))
    .map(([at, by]) => Math.max(0, at + by)),
});
const commands = fc.array(
  fc.oneof(
    fc.record({ type: fc.constantFrom('write', 'claim', 'flush', 'poll'), records: fc.integer({ min: 1, max: 14 }) }),
  ),
  { maxLength: 40 },
);

/** Collects whole records, or fails. */
function collector(width: number): { seen: number[]; missed: number; visit: RecordVisitor } {
  const found = {
    seen: [] as number[],
    missed: 0,
    visit(values: Float64Array, from: number, to: number, missed: number): void {
      found.missed += missed;
      for (let at = from; at < to; at += width) {
        const record = values[at] ?? NaN;
        expect([...values.subarray(at, at + width)]).toEqual(recordOf(record, width));
        found.seen.push(record);
      }
    },
  };
  return found;
}

function fields(width: number): string[] {
  return Array.from({ length: width }, (_, i) => `f${i}`);
}

describe('SharedRing for one reader, against arrays', () => {
  it('hands out every record once and in order, whatever is written, flushed and polled, wherever its counters are', () => {
    fc.assert(
      fc.property(shapes, commands, ({ capacity, batch, width, start }, history) => {
        const ring = new SharedRing({ capacity, batch, fields: fields(width), overflow: 'drop-newest' });
        startAt(ring, start);
        const writer = ring.writer();
        const reader = ring.reader();
        const model = new RingModel(capacity, batch);
        const found = collector(width);
        let next = 0;

        for (const command of history) {
          if (command.type === 'flush') {
            writer.flush();
            model.flush();
          } else if (command.type === 'poll') {
            found.seen.length = 0;
            expect(reader.poll(found.visit)).toBe(found.seen.length);
            expect(found.seen).toEqual(model.take());
          } else {
            for (const end = next + command.records; next < end; next++) {
              const isTaken =
                command.type === 'write' ? writer.write(...recordOf(next, width)) : fill(writer, next, width);
              expect(isTaken).toBe(model.write(next));
            }
          }
          const published = start + model.published.length;
          const written = published + model.held.length;
          const pending = model.published.length - model.taken;
          expect(writer.stats()).toEqual({ written, published, dropped: model.dropped, waits: 0 });
          expect(reader.stats()).toEqual({ start, read: model.taken, lapped: 0, pending });
          expect(ring.stats()).toEqual({ published, read: start + model.taken, capacity });
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('SharedRing for many readers, against arrays', () => {
  it('hands each reader the newest records and counts the others exactly, wherever its counters are', () => {
    const readers = fc.array(fc.nat(39), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(shapes, commands, readers, ({ capacity, batch, width, start }, history, arrivals) => {
        const ring = new SharedRing({ capacity, batch, fields: fields(width), mode: 'broadcast' });
        startAt(ring, start);
        const writer = ring.writer();
        const model = new RingModel(Infinity, batch);
        const seats: { reader: ReturnType<typeof ring.reader>; from: number; at: number; lapped: number }[] = [];
        let next = 0;

        for (const [time, command] of history.entries()) {
          const from = model.published.length;
          for (const arrival of arrivals)
            if (arrival === time) seats.push({ reader: ring.reader(), from, at: from, lapped: 0 });
          if (command.type === 'flush') {
            writer.flush();
            model.flush();
          } else if (command.type === 'poll') {
            const seat = seats[time % Math.max(1, seats.length)];
            if (seat === undefined) continue;
            const found = collector(width);
            const newest = model.published.length;
            const lapped = Math.max(0, newest - seat.at - capacity);
            expect(seat.reader.poll(found.visit)).toBe(newest - seat.at - lapped);
            expect(found.seen).toEqual(model.published.slice(seat.at + lapped));
            expect(found.missed).toBe(lapped);
            seat.at = newest;
            seat.lapped += lapped;
          } else {
            for (const end = next + command.records; next < end; next++) {
              expect(
                command.type === 'write' ? writer.write(...recordOf(next, width)) : fill(writer, next, width),
              ).toBe(true);
              model.write(next);
            }
          }
          const published = start + model.published.length;
          expect(ring.stats()).toEqual({ published, capacity });
          for (const seat of seats) {
            const read = seat.at - seat.from - seat.lapped;
            const pending = model.published.length - seat.at;
            expect(seat.reader.stats()).toEqual({ start: start + seat.from, read, lapped: seat.lapped, pending });
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});

/** Writes a record in place. */
function fill(writer: ReturnType<SharedRing['writer']>, record: number, width: number): boolean {
  const at = writer.claim();
  if (at < 0) return false;
  writer.values.set(recordOf(record, width), at);
  writer.commit();
  return true;
}
