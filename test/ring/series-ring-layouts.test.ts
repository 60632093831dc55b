import { cacheKey } from 'tickwise/core';
import * as fc from 'fast-check';
import { type SeriesLayout, SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';
import { SeriesModel } from './series-model.js';

const columns = {
  ts: 'f64',
  price: { type: 'i32', scale: 0.01 },
  volume: 'f32',
  trades: 'u32',
  bids: { type: 'f64', length: 3 },
  flags: { type: 'u32', length: 1 },
} as const;
const names = ['ts', 'price', 'volume', 'trades', 'bids', 'flags'] as const;

interface Row {
  readonly ts: number;
  readonly price: number;
  readonly volume: number;
  readonly trades: number;
  readonly bids: readonly number[];
  readonly flags: readonly number[];
}

const cents = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const whole = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const row: fc.Arbitrary<Row> = fc.record({
  ts: fc.double({ noNaN: true }),
  // Adding 0 turns -0 into 0: integer columns have one zero.
  price: cents.map((value) => value / 100 + 0),
  volume: fc.float(),
  trades: whole,
  bids: fc.array(fc.double(), { minLength: 3, maxLength: 3 }),
  flags: fc.array(whole, { minLength: 1, maxLength: 1 }),
});

type Step =
  | { readonly do: 'push' | 'append'; readonly row: Row }
  | { readonly do: 'amend'; readonly values: Partial<Row> }
  | { readonly do: 'refuse'; readonly row: Row }
  | { readonly do: 'clear' | 'restore' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: row.map((value): Step => ({ do: 'push', row: value })) },
  { weight: 6, arbitrary: row.map((value): Step => ({ do: 'append', row: value })) },
  {
    weight: 4,
    arbitrary: row.map(({ price, bids, volume }): Step => ({ do: 'amend', values: { bids, volume, price } })),
  },
  { weight: 2, arbitrary: row.map((value): Step => ({ do: 'refuse', row: { ...value, trades: 0.5 } })) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: 'clear' }, { do: 'restore' }) },
);

type Ring = SeriesRing<typeof columns>;

/** Does a step to a ring and returns the ring to go on with. */
function apply(ring: Ring, next: Step): Ring {
  switch (next.do) {
    case 'push':
      ring.push(next.row);
      return ring;
    case 'append':
      ring.append(...names.map((name) => next.row[name]));
      return ring;
    case 'amend':
      if (ring.size > 0) ring.amend(next.values);
      return ring;
    case 'refuse':
      expect(() => ring.push(next.row)).toThrow(/'trades'/);
      return ring;
    case 'clear':
      ring.clear();
      return ring;
    case 'restore':
      break;
  }
  return SeriesRing.restore<typeof columns>(ring.snapshot());
}

function applyToModel(model: SeriesModel<Row>, next: Step): void {
  if (next.do === 'push' || next.do === 'append') model.push(next.row);
  if (next.do === 'amend') model.amend(next.values);
  if (next.do === 'clear') model.rows = [];
}

/** What a ring says about everything, as plain values. */
function contentOf(ring: Ring): unknown {
  return {
    size: ring.size,
    rows: Array.from({ length: ring.size }, (_, i) => plain(ring.row(i))),
    values: names.map((name) => Array.from({ length: ring.size }, (_, i) => ring.at(name, i - ring.size))),
  };
}

function expectedOf({ rows }: SeriesModel<Row>): unknown {
  return {
    size: rows.length,
    rows: rows.map((each) => ({ ...each })),
    values: names.map((name) =>
      rows.map(({ [name]: value }) => (typeof value === 'number' ? value : Float64Array.from(value))),
    ),
  };
}

function plain(from: ReturnType<Ring['row']>): unknown {
  return from === undefined ? undefined : { ...from, bids: Array.from(from.bids), flags: Array.from(from.flags) };
}

/** Windows as stored: raw units for scaled columns, arrays end to end. */
function storedWindow(model: SeriesModel<Row>, name: (typeof names)[number], n: number): number[] {
  return model.window(name, n).flatMap((value) => {
    if (typeof value !== 'number') return [...value];
    return [name === 'price' ? Math.round(value * 100) : value];
  });
}

describe('SeriesRing with all kinds of columns', () => {
  it.each<SeriesLayout>(['mirrored', 'compact'])('equals a list of rows through any history, %s', (layout) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 25 }), (capacity, steps) => {
        let ring: Ring = new SeriesRing({ capacity, columns, layout });
        const model = new SeriesModel<Row>(capacity);

        for (const next of steps) {
          ring = apply(ring, next);
          applyToModel(model, next);
        }

        expect(contentOf(ring)).toEqual(expectedOf(model));
        for (const name of names)
          for (let n = 0; n <= ring.size; n++)
            expect(Array.from<number>(ring.window(name, n))).toEqual(storedWindow(model, name, n));
      }),
    );
  });

  it('answers the same in both layouts after every step, refusals included', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 15 }), (capacity, steps) => {
        let mirrored: Ring = new SeriesRing({ capacity, columns, layout: 'mirrored' });
        let compact: Ring = new SeriesRing({ capacity, columns, layout: 'compact' });

        for (const next of steps) {
          mirrored = apply(mirrored, next);
          compact = apply(compact, next);

          expect(contentOf(compact)).toEqual(contentOf(mirrored));
          expect(compact.version).toBe(mirrored.version);
          for (const name of names)
            expect(compact.window(name, compact.size)).toEqual(mirrored.window(name, mirrored.size));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('has a different cache key after every step that changed it, and the same after one that did not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 25 }), (capacity, steps) => {
        let ring: Ring = new SeriesRing({ capacity, columns });
        const keys = new Set([ring[cacheKey]()]);

        for (const next of steps) {
          const before = ring[cacheKey]();
          const isChange = next.do !== 'refuse' && !(ring.size === 0 && (next.do === 'amend' || next.do === 'clear'));
          ring = apply(ring, next);

          expect(ring[cacheKey]() === before).toBe(!isChange);
          expect(keys.has(ring[cacheKey]())).toBe(!isChange);
          keys.add(ring[cacheKey]());
        }
      }),
    );
  });

  it('accounts for every row: pushed = size + evicted + cleared', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 40 }), (capacity, steps) => {
        let ring: Ring = new SeriesRing({ capacity, columns });

        for (const next of steps) {
          const before = ring.stats();
          ring = apply(ring, next);
          const after = ring.stats();

          expect(after.pushed).toBe(after.size + after.evicted + after.cleared);
          expect(after.size).toBeLessThanOrEqual(capacity);
          const grows = (['pushed', 'evicted', 'cleared', 'amended'] as const).every(
            (counter) => after[counter] >= before[counter],
          );
          expect(grows || next.do === 'restore').toBe(true);
        }
      }),
    );
  });
});

describe('two SeriesRings', () => {
  it('share nothing', () => {
    const [a, b] = [0, 1].map(() => new SeriesRing({ capacity: 2, columns: { x: 'f64' } }));
    a?.append(1);

    expect(a?.size).toBe(1);
    expect(b?.size).toBe(0);
    expect(b?.version).toBe(0);
  });
});
