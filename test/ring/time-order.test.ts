import * as fc from 'fast-check';
import { SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';
import { makeColumns } from '../../src/ring/column-set.js';
import { TimeOrder } from '../../src/ring/time-order.js';

const misuse = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
const policies = ['reject', 'insert', 'amend'] as const;
type Late = (typeof policies)[number];

/** The obvious twin: a sorted array of rows. Returns whether the row was taken. */
function take(
  rows: { ts: number; id: number }[],
  row: { ts: number; id: number },
  late: Late,
  capacity: number,
): boolean {
  const newest = rows.at(-1);
  if (Number.isNaN(row.ts)) return false;
  if (newest === undefined || row.ts > newest.ts) rows.push(row);
  else if (late === 'reject') return false;
  else if (late === 'amend') {
    const held = rows.findIndex(({ ts }) => ts === row.ts);
    if (held === -1) return false;
    rows[held] = row;
  } else {
    const place = rows.findLastIndex(({ ts }) => ts <= row.ts) + 1;
    if (place === 0 && rows.length === capacity) return false;
    rows.splice(place, 0, row);
  }
  if (rows.length > capacity) rows.shift();
  return true;
}

describe.each(['mirrored', 'compact'] as const)('SeriesRing order, %s', (layout) => {
  const series = (late: Late, capacity = 4) =>
    new SeriesRing({ capacity, columns: { ts: 'f64', close: 'f64' }, layout, order: { column: 'ts', late } });

  it.each(policies)('equals a sorted list for any times: %s', (late) => {
    const time = fc.oneof(
      { weight: 12, arbitrary: fc.integer({ min: 0, max: 9 }) },
      { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, -0) },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(time, { maxLength: 30 }), (capacity, times) => {
        const columns = { id: 'i32', time: 'f64', book: { type: 'f64', length: 2 } } as const;
        const ring = new SeriesRing({ capacity, columns, layout, order: { column: 'time', late } });
        const rows: { ts: number; id: number }[] = [];
        let taken = 0;

        for (const [id, ts] of times.entries()) {
          const isTaken = take(rows, { ts, id }, late, capacity);
          const add = () =>
            id % 2 === 0 ? ring.append(id, ts, [id, id + 0.5]) : ring.push({ id, time: ts, book: [id, id + 0.5] });
          if (isTaken) add();
          else expect(add).toThrow(misuse);
          if (isTaken) taken++;

          expect([...ring.window('id', ring.size)]).toEqual(rows.map((row) => row.id));
          expect([...ring.window('time', ring.size)]).toEqual(rows.map((row) => row.ts));
          expect([...ring.window('book', ring.size)]).toEqual(rows.flatMap((row) => [row.id, row.id + 0.5]));
          expect([...ring.windowAsOf('id', 5, ring.size)]).toEqual(
            rows.filter((row) => row.ts <= 5).map((row) => row.id),
          );
          const { pushed, amended, evicted, size } = ring.stats();
          expect(pushed + amended).toBe(taken);
          expect(pushed).toBe(size + evicted);
        }
      }),
    );
  });

  it('reject refuses a late and a repeated time, and keeps the ring as it was', () => {
    const ring = series('reject');
    ring.append(10, 1);
    const { version } = ring;

    expect(() => ring.append(10, 2)).toThrow(/'ts' must be after 10 \(late: 'reject'\), got 10/);
    expect(() => ring.push({ ts: 9, close: 2 })).toThrow(misuse);

    expect(ring.version).toBe(version);
    expect(ring.row(-1)).toEqual({ ts: 10, close: 1 });
  });

  it('insert puts late trades behind those of equal time, and counts them', () => {
    const ring = series('insert');
    for (const [i, ts] of [10, 20, 20, 10].entries()) ring.append(ts, i);

    expect([...ring.window('close', 4)]).toEqual([0, 3, 1, 2]);
    expect(ring.stats()).toMatchObject({ pushed: 4, inserted: 1, evicted: 0, size: 4 });
  });

  it('insert evicts the oldest row of a full ring, and refuses one that would be the oldest', () => {
    const ring = series('insert', 3);
    for (const ts of [10, 20, 30]) ring.append(ts, ts);

    expect(() => ring.append(5, 5)).toThrow(/'ts' must be at or after 10/);
    ring.append(15, 15);

    expect([...ring.window('ts', 3)]).toEqual([15, 20, 30]);
    expect(ring.stats()).toMatchObject({ pushed: 4, evicted: 1, inserted: 1 });
  });

  it('insert leaves no earlier view current, and later ones exact', () => {
    const ring = series('insert', 8);
    for (let ts = 0; ts < 5; ts++) ring.append(10 * ts, ts);
    const before = ring.window('close', 2);
    const key = ring.version;

    ring.append(35, 99);
    const after = ring.window('close', 3);

    expect(ring.isCurrent(before)).toBe(false);
    expect([...after]).toEqual([3, 99, 4]);
    expect(ring.version).not.toBe(key);
    for (let ts = 5; ts < 10; ts++) {
      expect(ring.isCurrent(after)).toBe(true);
      ring.append(10 * ts, ts);
    }
    ring.append(100, 10);
    expect(ring.isCurrent(after)).toBe(false);
  });

  it('amend replaces the row of a repeated time, also an older one, in every view of it', () => {
    const ring = series('amend');
    for (const ts of [10, 20, 30]) ring.append(ts, ts);
    const view = ring.window('close', 3);
    const { version } = ring;

    ring.append(30, 31);
    ring.push({ ts: 10, close: 11 });

    expect([...view]).toEqual([11, 20, 31]);
    expect(ring.isCurrent(view)).toBe(true);
    expect(ring.version).toBe(version + 2);
    expect(ring.stats()).toMatchObject({ pushed: 3, amended: 2, size: 3 });
  });

  it('amend refuses a late time that no row has', () => {
    const ring = series('amend');
    for (const ts of [10, 20, 30]) ring.append(ts, ts);

    for (const ts of [25, 5])
      expect(() => ring.append(ts, 1)).toThrow(
        /'ts' must be after 30 or a time that is held \(late: 'amend'\), got \d+$/,
      );
  });

  it.each([
    ['reject', 20, false],
    ['reject', 21, true],
    ['insert', 20, true],
    ['insert', 19, false],
    ['amend', 20, false],
    ['amend', Number.NaN, false],
  ] as const)('%s: the newest row may be amended to time %d after 20: %s', (late, ts, isAllowed) => {
    const ring = series(late);
    for (const time of [10, 20, 30]) ring.append(time, time);

    if (isAllowed) ring.amend({ ts });
    else expect(() => ring.amend({ ts })).toThrow(misuse);

    expect(ring.at('ts', -1)).toBe(isAllowed ? ts : 30);
  });

  it('lets the only row have any time but NaN', () => {
    const ring = series('reject');
    ring.append(-Infinity, 1);

    ring.amend({ ts: -5 });
    expect(() => ring.amend({ ts: Number.NaN })).toThrow(/'ts' must be a number/);

    expect(ring.at('ts', 0)).toBe(-5);
  });

  it('starts afresh after clear', () => {
    const ring = series('reject');
    ring.append(10, 1);
    ring.clear();

    ring.append(5, 2);

    expect(ring.row(0)).toEqual({ ts: 5, close: 2 });
  });

  it('is kept by a snapshot', () => {
    const ring = series('insert');
    for (const ts of [10, 30, 20]) ring.append(ts, ts);

    const restored = SeriesRing.restore<{ ts: 'f64'; close: 'f64' }>(ring.snapshot());
    restored.append(25, 25);

    expect([...restored.window('ts', 4)]).toEqual([10, 20, 25, 30]);
  });

  it('works with more columns than append has parameters', () => {
    const names = Array.from({ length: 12 }, (_, i) => `c${i}`);
    const columns = Object.fromEntries(names.map((name) => [name, 'f64' as const]));
    const ring = new SeriesRing({ capacity: 3, columns, layout, order: { column: 'c11', late: 'insert' } });

    for (const time of [30, 10, 20]) ring.append(...names.map((_, i) => (i === 11 ? time : time + i)));

    expect([...ring.window('c11', 3)]).toEqual([10, 20, 30]);
    expect([...ring.window('c0', 3)]).toEqual([10, 20, 30]);
  });
});

describe('SeriesRing order options', () => {
  it.each([
    ['an unknown column', { column: 'time', late: 'reject' }, /order\.column must be a column of single numbers/],
    ['a column of several numbers', { column: 'book', late: 'reject' }, /order\.column must be/],
    ['an unknown policy', { column: 'ts', late: 'drop' }, /late must be/],
    ['no policy', { column: 'ts' }, /late must be/],
    ['another name', { column: 'ts', late: 'reject', on: 1 }, /on/],
    ['no object', 'ts', /order/],
  ])('refuses %s', (_, order, message) => {
    const columns = { ts: 'f64', book: { type: 'f64', length: 2 } } as const;

    expect(() => new SeriesRing({ capacity: 2, columns, order: order as never })).toThrow(message);
  });

  it('refuses a snapshot whose rows are out of order', () => {
    const columns = { ts: 'f64' } as const;
    const ordered = new SeriesRing({ capacity: 3, columns, order: { column: 'ts', late: 'reject' } });
    ordered.append(1);
    ordered.append(2);
    const bytes = ordered.snapshot();
    const falling = new SeriesRing({ capacity: 3, columns, order: { column: 'ts', late: 'amend' } });
    falling.append(1);
    falling.append(2);
    // The view is the ring's own memory: the one way to break its order.
    falling.window('ts', 1)[0] = 0;

    expect(SeriesRing.restore(bytes).size).toBe(2);
    expect(() => SeriesRing.restore(falling.snapshot())).toThrow(/out of order/);
  });
});

describe('TimeOrder', () => {
  it('refuses late rows, and those only, before the numbers of rows lose their last bit', () => {
    const shape = { capacity: 3, columns: [{ name: 'ts', type: 'f64' }], layout: 'compact' } as const;
    const columns = makeColumns(shape, 4);
    const order = new TimeOrder({ column: 'ts', late: 'insert' }, columns, 4);
    columns.list[0]?.put(3, 10);
    const place = (time: number, count: number) => {
      columns.list[0]?.put(0, time);
      return order.place(count, 1);
    };

    expect(place(11, 2 ** 52 + 4)).toBe('newest');
    expect(() => place(9, 2 ** 52 + 4)).toThrow(/restored from its snapshot/);
    expect(columns.list[0]?.number(3)).toBe(10);
    expect(place(9, 2 ** 52)).toBe('inserted');
  });
});

describe('SeriesRing append', () => {
  it.each([
    [20, 'x' as never],
    [15, 15],
  ])('is refused when reading a vector tries a row of its own, itself refused: %d, %s', (ts, close) => {
    const columns = { ts: 'f64', close: 'f64', book: { type: 'f64', length: 2 } } as const;
    const ring = new SeriesRing({ capacity: 4, columns, order: { column: 'ts', late: 'reject' } });
    ring.append(20, 1, [1, 1]);
    const hostile = {
      length: 2,
      get 0(): number {
        expect(() => ring.append(ts, close, [5, 5])).toThrow(misuse);
        return 3;
      },
      1: 3,
    };

    expect(() => ring.append(30, 3, hostile)).toThrow(/changed the ring/);

    expect(ring.size).toBe(1);
    expect(ring.row(0)).toEqual({ ts: 20, close: 1, book: Float64Array.of(1, 1) });
  });

  it('keeps the row that the length of a typed array adds, and refuses its own', () => {
    const ring = new SeriesRing({ capacity: 4, columns: { close: 'f64', book: { type: 'f64', length: 2 } } });
    const hostile = Float64Array.of(7, 7);
    let reads = 0;
    Object.defineProperty(hostile, 'length', {
      get: () => {
        if (reads++ === 0) ring.append(2, [2, 2]);
        return 2;
      },
    });

    expect(() => ring.append(3, hostile)).toThrow(/changed the ring/);

    expect(ring.size).toBe(1);
    expect(ring.row(0)).toEqual({ close: 2, book: Float64Array.of(2, 2) });
  });

  it.each([2, 9])('is refused when reading a vector adds rows, with %i columns', (width) => {
    const others = Array.from({ length: width - 1 }, (_, i) => [`c${i}`, 'f64' as const] as const);
    const ring = new SeriesRing<Record<string, 'f64' | { type: 'f64'; length: 2 }>>({
      capacity: 4,
      columns: { ...Object.fromEntries(others), book: { type: 'f64', length: 2 } },
    });
    const numbers = others.map(() => 7);
    const hostile = {
      length: 2,
      get 0(): number {
        ring.append(...numbers.map(() => 1), [1, 1]);
        return 2;
      },
      1: 2,
    };

    expect(() => ring.append(...numbers, hostile)).toThrow(/changed the ring/);

    expect(ring.size).toBe(1);
    expect(ring.at('c0', 0)).toBe(1);
    expect(ring.at('book', 0)).toEqual(Float64Array.of(1, 1));
  });

  it('names the column of a value that is no number, among plain columns', () => {
    const ring = new SeriesRing({ capacity: 2, columns: { ts: 'f64', close: 'f64', volume: 'f64' } });

    expect(() => ring.append(1, '2' as never, 3)).toThrow(/column 'close' takes numbers, got '2'/);
    expect(() => ring.append(1, 2, undefined as never)).toThrow(/column 'volume' takes numbers, got undefined/);
    expect(ring.size).toBe(0);
  });
});

describe('SeriesRing windows of several lengths', () => {
  it('are the same view again until the next row, for up to four lengths', () => {
    const ring = new SeriesRing({ capacity: 8, columns: { close: 'f64', open: 'f64' } });
    for (let i = 0; i < 8; i++) ring.append(i, -i);
    const lengths = [2, 3, 4, 5];

    const first = lengths.map((n) => ring.window('close', n));
    const again = lengths.map((n) => ring.window('close', n));
    const other = ring.window('open', 2);
    ring.append(8, -8);

    for (const [i, view] of first.entries()) expect(again[i]).toBe(view);
    expect([...other]).toEqual([-6, -7]);
    expect(ring.window('close', 2)).not.toBe(first[0]);
    expect([...ring.window('close', 2)]).toEqual([7, 8]);
  });

  it('are the same view again whatever was asked for last before the row', () => {
    const ring = new SeriesRing({ capacity: 8, columns: { close: 'f64' } });
    for (let i = 0; i < 8; i++) ring.append(i);

    for (let i = 0; i < 12; i++) {
      const first = [2, 3, 4, 5].map((n) => ring.window('close', n));
      for (const n of [5, 3, 4, 2]) expect(ring.window('close', n)).toBe(first[n - 2]);
      ring.append(i);
    }
  });
});
