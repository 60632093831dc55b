import fc from 'fast-check';
import { VirtualClock } from 'tickwise';
import { describe, expect, it } from 'vitest';
import { DelaySamples } from '../../src/batch/delay-samples.js';
import { Delivery } from '../../src/batch/delivery.js';
import { FlushMarks, type LaneMark } from '../../src/batch/flush-marks.js';
import { isRetryableError } from '../../src/batch/retryable.js';
import { Room } from '../../src/batch/room.js';
import { settlesWithin } from '../../src/batch/settles-within.js';
import { WaitingBatch } from '../../src/batch/waiting-batch.js';
import { WaitingRows } from '../../src/batch/waiting-rows.js';
import { range, settle } from './fake-sink.js';

const NO_MORE = { hasIdentities: false, hasDeadline: false };
const CLOCKS = { now: () => 0, ioNow: () => 0 };
const PLAIN = { partition: undefined, isUrgent: false };

describe('WaitingRows', () => {
  interface Row {
    readonly key: number;
    readonly size: number;
    readonly number: number;
  }

  /** The same with one flat list and no thought of cost. */
  class Model {
    rows: Row[] = [];
    replaced = 0;

    push(row: Row): void {
      const at = this.rows.findIndex(({ key }) => key === row.key);
      if (at >= 0) this.rows[at] = row;
      else this.rows.push(row);
    }
  }

  const action = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('push' as const),
        key: fc.nat(12),
        size: fc.integer({ min: 0, max: 50 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('drop' as const, 'seal' as const, 'take' as const) }) },
  );

  it('agrees with a flat list over any history', () => {
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 200 }),
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom(Infinity, 20, 60),
        (actions, maxItems, maxBytes) => {
          const rows = new WaitingRows<Row>(
            { maxItems, maxBytes, hasKeys: true, keepsTimes: true, ...NO_MORE },
            CLOCKS,
          );
          const model = new Model();
          for (const [number, step] of actions.entries()) {
            if (step.do === 'push') {
              const row = { key: step.key, size: step.size, number };
              const facts = { key: step.key, size: step.size, settler: undefined, ...PLAIN };
              if (rows.replace(row, facts, 0) === undefined) rows.pushWith(row, facts, 0);
              model.push(row);
            } else if (step.do === 'drop') {
              const isDropped = rows.dropOldest() !== undefined;
              expect(isDropped).toBe(model.rows.shift() !== undefined);
            } else if (step.do === 'seal') {
              rows.seal();
            } else {
              const delivery = rows.take();
              const taken = delivery?.items ?? [];
              expect(taken).toEqual(model.rows.splice(0, taken.length));
              const bytes = taken.reduce((sum, { size }) => sum + size, 0);
              expect(taken.length === 1 || bytes <= maxBytes).toBe(true);
              expect(taken.length).toBeLessThanOrEqual(maxItems);
            }
            expect(rows.size).toBe(model.rows.length);
          }
          const rest: Row[] = [];
          for (let delivery = rows.take(); delivery !== undefined; delivery = rows.take()) rest.push(...delivery.items);
          expect(rest).toEqual(model.rows);
          expect(rows.first).toBeUndefined();
        },
      ),
    );
  });

  it('numbers rows one by one, also across drops and parts', () => {
    const rows = new WaitingRows<number>(
      { maxItems: 4, maxBytes: 10, hasKeys: false, keepsTimes: true, ...NO_MORE },
      CLOCKS,
    );
    const numbers: number[] = [];
    for (const row of range(1, 9)) rows.pushWith(row, { key: undefined, size: 4, settler: undefined, ...PLAIN }, 0);

    rows.dropOldest();
    for (let delivery = rows.take(); delivery !== undefined; delivery = rows.take()) {
      for (const index of delivery.items.keys()) numbers.push(delivery.sequenceAt(index));
    }

    expect(numbers).toEqual(range(2, 9));
    expect(rows.lastSequence).toBe(8);
  });

  it('does not grow while rows are dropped as fast as they come', () => {
    const rows = new WaitingRows<number>(
      { maxItems: 100, maxBytes: Infinity, hasKeys: false, keepsTimes: true, ...NO_MORE },
      CLOCKS,
    );

    for (const row of range(0, 10_000)) {
      if (rows.size === 3) rows.dropOldest();
      rows.pushWith(row, { key: undefined, size: 0, settler: undefined, ...PLAIN }, 0);
    }

    expect(rows.first?.items.length).toBeLessThanOrEqual(100);
    expect(rows.size).toBe(3);
  });
});

describe('Delivery', () => {
  function delivery(count: number): Delivery<number> {
    const batch = new WaitingBatch<number>(1, 0);
    batch.items.push(...range(0, count));
    return new Delivery(batch, count);
  }

  it('sends halves before their parents, oldest first', () => {
    const sends: [number, number][] = [];
    const splits = [true, true, false, false, false];
    const under = delivery(8);

    for (const isSplit of splits) {
      if (isSplit) {
        under.split();
        continue;
      }
      sends.push([under.done, under.end]);
      under.advance(under.end);
    }

    expect(sends).toEqual([
      [0, 2],
      [2, 4],
      [4, 8],
    ]);
    expect(under.left).toBe(0);
  });

  it('does not split a single row', () => {
    const single = delivery(1);

    expect(single.split()).toBe(false);
    expect(single.end).toBe(1);
  });

  it('takes splits back', () => {
    const whole = delivery(8);
    whole.split();
    whole.split();

    whole.widen();

    expect(whole.end).toBe(8);
  });

  it('covers each row once under any splits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(fc.boolean(), { maxLength: 200 }), (count, splits) => {
        const any = delivery(count);
        let covered = 0;
        for (const isSplit of [...splits, ...range(0, count).map(() => false)]) {
          if (any.left === 0) break;
          if (isSplit && any.split()) continue;
          expect(any.done).toBe(covered);
          expect(any.end).toBeGreaterThan(any.done);
          covered = any.end;
          any.advance(any.end);
        }
        expect(covered).toBeLessThanOrEqual(count);
      }),
    );
  });
});

describe('FlushMarks', () => {
  /** A lane as a mark sees it. */
  function lane(lastSequence: number) {
    return { isEmpty: false, rows: { lastSequence, seal: () => undefined }, marks: [] as LaneMark[] };
  }

  /** Settles the marks of a lane before `oldestPending`. */
  function reach({ marks }: { marks: LaneMark[] }, oldestPending: number): void {
    while ((marks[0]?.sequence ?? Infinity) < oldestPending) marks.shift()?.reached();
  }

  it('settles in the order of the rows', async () => {
    const marks = new FlushMarks('w');
    const settled: number[] = [];
    const one = lane(5);
    void marks.add(0).then(() => settled.push(1));
    marks.set(0, () => [one]);
    one.rows.lastSequence = 9;
    void marks.add(0).then(() => settled.push(2));
    marks.set(0, () => [one]);

    reach(one, 6);
    await settle();
    const first = [...settled];
    reach(one, Infinity);
    await settle();

    expect(first).toEqual([1]);
    expect(settled).toEqual([1, 2]);
    expect(marks.isEmpty).toBe(true);
  });

  it('waits for every lane that has rows, and at once for none', async () => {
    const marks = new FlushMarks('w');
    const [one, two] = [lane(5), lane(7)];
    const promise = marks.add(0);
    marks.set(0, () => [one, two, { ...lane(9), isEmpty: true }]);

    reach(one, Infinity);
    const afterOne = marks.isEmpty;
    reach(two, Infinity);
    await promise;

    const none = marks.add(0);
    marks.set(0, () => []);
    await none;
    expect(afterOne).toBe(false);
  });

  it('is set only when those before it have left the queue for room', () => {
    const marks = new FlushMarks('w');
    void marks.add(3);

    const outcomes = [2, 3, 4].map((left) => marks.set(left, () => [lane(10)]));

    expect(outcomes).toEqual([false, true, false]);
  });

  it('counts failures of rows up to it only', async () => {
    const marks = new FlushMarks('w');
    const [one, other] = [lane(5), lane(9)];
    const promise = marks.add(0);
    marks.set(0, () => [one]);

    marks.fail(one, 6, new Error('later'));
    marks.fail(other, 5, new Error('of another lane'));
    marks.fail(one, 5, new Error('mine'));
    reach(one, 6);

    await expect(promise).rejects.toMatchObject({ message: 'w: 1 rows were given up', errors: [{ message: 'mine' }] });
  });
});

describe('Room', () => {
  it('hands rows out in the order they came, over any history', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 400 }), (history) => {
        const room = new Room<number>();
        const model: number[] = [];
        for (const [row, isEntry] of history.entries()) {
          if (isEntry) {
            room.enter(row, { key: undefined, size: 0, settler: undefined, ...PLAIN });
            model.push(row);
          } else {
            expect(room.takeFirst()?.item).toBe(model.shift());
          }
          expect(room.size).toBe(model.length);
        }
        expect(room.entered - room.left).toBe(model.length);
      }),
    );
  });

  it('does not keep what has left', () => {
    const room = new Room<number>();

    let mismatches = 0;
    for (const row of range(0, 20_000)) {
      room.enter(row, { key: undefined, size: 0, settler: undefined, ...PLAIN });
      if (room.takeFirst()?.item !== row) mismatches++;
    }

    expect(mismatches).toBe(0);
    expect(room.size).toBe(0);
    expect(room.left).toBe(20_000);
  });
});

describe('DelaySamples', () => {
  it('agrees with sorting all samples', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 }), (delays) => {
        const samples = new DelaySamples();
        for (const delay of delays) samples.add(delay);
        const sorted = delays.toSorted((a, b) => a - b);

        expect(samples.percentile(0.5)).toBe(sorted[Math.ceil(sorted.length / 2) - 1]);
        expect(samples.percentile(1)).toBe(sorted.at(-1));
      }),
    );
  });

  it('forgets all but the latest 1 024', () => {
    const samples = new DelaySamples();

    for (const delay of range(0, 5_000)) samples.add(delay);

    expect(samples.percentile(0)).toBe(5_000 - 1_024);
    expect(samples.percentile(0.99)).toBe(4_989);
  });
});

describe('isRetryableError', () => {
  it.each([
    [{ code: 'ERR_INVALID_ARGUMENT' }],
    [{ code: '23505' }],
    [{ code: '22P02' }],
    [{ code: '21000' }],
    [{ code: 'SQLITE_CONSTRAINT_CHECK' }],
    [{ code: 'SQLITE_MISMATCH' }],
    [{ status: 400 }],
    [{ statusCode: 409 }],
    [{ status: 413 }],
    [{ status: 422 }],
  ])('says no to %o', (error) => {
    expect(isRetryableError(Object.assign(new Error('x'), error))).toBe(false);
  });

  it.each([
    [{}],
    [{ code: 'ECONNREFUSED' }],
    [{ code: 'ERR_TIMEOUT' }],
    [{ code: 'ERR_PEER_MISSING' }],
    [{ code: 'ERR_CONFIG' }],
    [{ code: '40001' }],
    [{ code: '42P01' }],
    [{ code: '57P01' }],
    [{ code: '230' }],
    [{ code: 23_505 }],
    [{ status: 401 }],
    [{ status: 429 }],
    [{ status: 503 }],
    [{ code: 'SQLITE_BUSY' }],
  ])('says yes to %o', (error) => {
    expect(isRetryableError(Object.assign(new Error('x'), error))).toBe(true);
  });

  it.each([undefined, null, 'down', 5, Symbol('x')])('says yes to %s', (error) => {
    expect(isRetryableError(error)).toBe(true);
  });
});

describe('settlesWithin', () => {
  it.each([
    ['resolves', () => Promise.resolve()],
    ['rejects', () => Promise.reject(new Error('x'))],
  ])('is true when the promise %s in time, and leaves no timer', async (_, make) => {
    const clock = new VirtualClock();

    await expect(settlesWithin(make(), clock, 100)).resolves.toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is false when the time passes first', async () => {
    const clock = new VirtualClock();
    const result = settlesWithin(new Promise(() => undefined), clock, 100);

    await clock.advance(100);

    await expect(result).resolves.toBe(false);
  });
});
