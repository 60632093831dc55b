import * as fc from 'fast-check';
import { RingBuffer, SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

const columns = {
  ts: 'f64',
  price: { type: 'i32', scale: 0.01 },
  size: 'f32',
  count: 'u32',
  book: { type: 'f64', length: 3 },
} as const;

interface Row {
  readonly ts: number;
  readonly price: number;
  readonly size: number;
  readonly count: number;
  readonly book: readonly number[];
}

/** A row that was taken. Amended, it keeps its number. */
interface HeldRow extends Row {
  readonly number: number;
}

/** A view handed out, the rows it showed, and whether a row inserted since may have moved them. */
interface HeldView {
  readonly view: Int32Array;
  readonly rows: readonly HeldRow[];
  readonly isMoved: boolean;
}

/** A ring beside the plain array that it must equal. */
interface Pair {
  ring: SeriesRing<typeof columns>;
  rows: HeldRow[];
  views: HeldView[];
  taken: number;
}

/** Times are given as distances from the newest row, so that some rows come late and most do not. */
const row = fc.record({
  ts: fc.integer({ min: -2, max: 4 }),
  price: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((ticks) => ticks / 100),
  size: fc.double({ noNaN: true }).map(Math.fround),
  count: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  book: fc.array(fc.double(), { minLength: 3, maxLength: 3 }),
});

const operation = fc.oneof(
  { weight: 6, arbitrary: row.map((value) => ({ do: 'push', value }) as const) },
  { weight: 6, arbitrary: row.map((value) => ({ do: 'append', value }) as const) },
  { weight: 3, arbitrary: row.map(({ price, book }) => ({ do: 'amend', value: { price, book } }) as const) },
  { weight: 3, arbitrary: fc.nat(9).map((n) => ({ do: 'window', n }) as const) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('windowAsOf' as const), n: fc.nat(9), ts: fc.integer({ min: -9, max: 1 }) }),
  },
  { weight: 2, arbitrary: fc.integer({ min: -10, max: 10 }).map((index) => ({ do: 'at', index }) as const) },
  { weight: 1, arbitrary: fc.constant({ do: 'restore' } as const) },
  { weight: 1, arbitrary: fc.constant({ do: 'clear' } as const) },
);

type Step = typeof operation extends fc.Arbitrary<infer T> ? T : never;

function newestTime({ rows }: Pair): number {
  return rows.at(-1)?.ts ?? 0;
}

function take(pair: Pair, step: Row, capacity: number, add: (row: Row) => void): void {
  const value = { ...step, ts: step.ts + newestTime(pair) };
  const place = pair.rows.findLastIndex(({ ts }) => ts <= value.ts) + 1;
  if (place === 0 && pair.rows.length === capacity) {
    expect(() => add(value)).toThrow(/must be at or after/);
    return;
  }
  add(value);
  if (place < pair.rows.length) pair.views = pair.views.map((held) => ({ ...held, isMoved: true }));
  pair.rows.splice(place, 0, { ...value, number: pair.taken++ });
  if (pair.rows.length > capacity) pair.rows.shift();
}

function apply(pair: Pair, step: Step, capacity: number): void {
  const { ring, rows } = pair;
  switch (step.do) {
    case 'push':
      return take(pair, step.value, capacity, (value) => ring.push(value));
    case 'append':
      return take(pair, step.value, capacity, ({ ts, price, size, count, book }) =>
        ring.append(ts, price, size, count, book),
      );
    case 'amend': {
      const newest = rows.pop();
      if (newest === undefined) return expect(() => ring.amend(step.value)).toThrow(/empty/);
      ring.amend(step.value);
      rows.push({ ...newest, ...step.value });
      return undefined;
    }
    case 'window': {
      const n = Math.min(step.n, rows.length);
      const view = ring.window('price', n);
      pair.views.push({ view, rows: rows.slice(rows.length - n), isMoved: false });
      return expect([...view].map((ticks) => ticks / 100)).toEqual(
        rows.slice(rows.length - n).map(({ price }) => price + 0),
      );
    }
    case 'windowAsOf': {
      const time = newestTime(pair) + step.ts;
      const held = rows.filter(({ ts }) => ts <= time);
      const n = Math.min(step.n, rows.length);
      const expected = held.slice(Math.max(0, held.length - n));
      pair.views.push({ view: ring.windowAsOf('price', time, n), rows: expected, isMoved: false });
      return expect([...ring.windowAsOf('book', time, n)]).toStrictEqual(expected.flatMap(({ book }) => book));
    }
    case 'at':
      expect(ring.at('size', step.index)).toBe(rows.at(step.index)?.size);
      return expect(ring.at('count', step.index)).toBe(rows.at(step.index)?.count);
    case 'restore':
      pair.ring = SeriesRing.restore<typeof columns>(ring.snapshot());
      pair.views = [];
      return undefined;
    case 'clear':
      ring.clear();
      pair.rows = [];
      return undefined;
  }
}

describe.each(['mirrored', 'compact'] as const)('every operation of a SeriesRing in random order, %s', (layout) => {
  it('equals the same on a plain array', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.array(operation, { maxLength: 60 }), (capacity, steps) => {
        const order = { column: 'ts', late: 'insert' } as const;
        const pair: Pair = {
          ring: new SeriesRing({ capacity, columns, layout, order }),
          rows: [],
          views: [],
          taken: 0,
        };

        for (const step of steps) {
          apply(pair, step, capacity);

          const { ring, rows, views } = pair;
          expect(ring.size).toBe(rows.length);
          expect([...ring.window('ts', rows.length)]).toEqual(rows.map(({ ts }) => ts));
          expect([...ring.window('count', rows.length)]).toEqual(rows.map(({ count }) => count));
          expect([...(ring.row(-1)?.book ?? [])]).toStrictEqual([...(rows.at(-1)?.book ?? [])]);
          for (const held of views) expectCurrency(ring, held, rows);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** A view of the ring's memory is current exactly while its rows are held where it shows them; a copy always is. */
function expectCurrency(ring: Pair['ring'], { view, rows, isMoved }: HeldView, held: readonly HeldRow[]): void {
  const isCopy = view.byteLength > 0 && view.byteLength === view.buffer.byteLength;
  const from = held.findIndex(({ number }) => number === rows[0]?.number);
  const isHeld = !isMoved && from >= 0;

  expect(ring.isCurrent(view)).toBe(isCopy || rows.length === 0 || isHeld);

  if (isHeld && !isCopy)
    expect([...view].map((ticks) => ticks / 100)).toEqual(
      held.slice(from, from + rows.length).map(({ price }) => price + 0),
    );
}

describe('every operation of a RingBuffer in random order', () => {
  it('equals the same on a plain array', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.integer().map((value) => ({ do: 'push', value }) as const) },
      { weight: 2, arbitrary: fc.integer({ min: -12, max: 12 }).map((index) => ({ do: 'at', index }) as const) },
      { weight: 2, arbitrary: fc.nat(12).map((n) => ({ do: 'toArray', n }) as const) },
      { weight: 1, arbitrary: fc.constant({ do: 'clear' } as const) },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 80 }), (capacity, steps) => {
        const ring = new RingBuffer<number>(capacity);
        let items: number[] = [];

        for (const each of steps) {
          if (each.do === 'push') {
            items.push(each.value);
            expect(ring.push(each.value)).toBe(items.length > capacity ? items.shift() : undefined);
          }
          if (each.do === 'at') expect(ring.at(each.index)).toBe(items.at(each.index));
          if (each.do === 'toArray' && each.n <= items.length)
            expect(ring.toArray(each.n)).toEqual(items.slice(items.length - each.n));
          if (each.do === 'clear') {
            ring.clear();
            items = [];
          }

          expect([...ring]).toEqual(items);
          expect(ring.latest).toBe(items.at(-1));
        }
      }),
    );
  });
});
