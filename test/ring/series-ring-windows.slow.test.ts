import * as fc from 'fast-check';
import { SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';
import { SeriesModel } from './series-model.js';

const layouts = ['mirrored', 'compact'] as const;
const misuse = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

function filled(layout: 'mirrored' | 'compact', capacity: number, rows: number): SeriesRing<{ close: 'f64' }> {
  const ring = new SeriesRing({ capacity, columns: { close: 'f64' }, layout });
  for (let i = 1; i <= rows; i++) ring.append(i);
  return ring;
}

describe.each(layouts)('SeriesRing windows, %s', (layout) => {
  it.each([1, 2, 3, 4, 7, 8])('equal the last n of a plain array after every push, with capacity %i', (capacity) => {
    const ring = new SeriesRing({ capacity, columns: { close: 'f64', volume: 'f32' }, layout });
    const closes: number[] = [];
    const volumes: number[] = [];

    for (let k = 1; k <= 3 * capacity + 7; k++) {
      closes.push(k / 3);
      volumes.push(k * 2);
      ring.append(k / 3, k * 2);

      expect(ring.size).toBe(Math.min(k, capacity));
      for (let n = 0; n <= ring.size; n++) {
        expect([...ring.window('close', n)]).toEqual(closes.slice(k - n));
        expect([...ring.window('volume', n)]).toEqual(volumes.slice(k - n));
      }
    }
  });

  it('equal the model through any history of rows, amendments and clears', () => {
    const number = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -0, Infinity, -Infinity, Number.MIN_VALUE));
    const whole = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const row = fc.record({ price: number, size: whole });
    const command = fc.oneof(
      { weight: 8, arbitrary: row.map((value) => ({ do: 'push', value }) as const) },
      { weight: 4, arbitrary: row.map((value) => ({ do: 'append', value }) as const) },
      { weight: 3, arbitrary: number.map((price) => ({ do: 'amend', value: { price } }) as const) },
      { weight: 1, arbitrary: fc.constant({ do: 'clear' } as const) },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(command, { maxLength: 40 }), (capacity, commands) => {
        const ring = new SeriesRing({ capacity, columns: { price: 'f64', size: 'i32' }, layout });
        const model = new SeriesModel<{ price: number; size: number }>(capacity);

        for (const step of commands) {
          if (step.do === 'push') ring.push(step.value);
          if (step.do === 'append') ring.append(step.value.price, step.value.size);
          if (step.do === 'push' || step.do === 'append') model.push(step.value);
          if (step.do === 'amend' && model.rows.length > 0) {
            ring.amend(step.value);
            model.amend(step.value);
          }
          if (step.do === 'clear') {
            ring.clear();
            model.rows = [];
          }

          expect(ring.size).toBe(model.rows.length);
          for (let n = 0; n <= model.rows.length; n++)
            // Object.is semantics: -0 and NaN count.
            expect([...ring.window('price', n)]).toStrictEqual(model.window('price', n));
          expect([...ring.window('size', ring.size)].map((size) => size + 0)).toEqual(
            model.window('size', ring.size).map((size) => size + 0),
          );
          expect(ring.row(-1)?.price).toBe(model.rows.at(-1)?.price);
          expect(ring.at('price', 0)).toBe(model.rows[0]?.price);
        }
      }),
    );
  });

  it('are current exactly while no row in them has been overwritten, however long they are kept', () => {
    const command = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }).map((rows) => ({ rows })) },
      { weight: 4, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => ({ share })) },
      { weight: 1, arbitrary: fc.constant('clear' as const) },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(command, { maxLength: 40 }), (capacity, commands) => {
        const ring = new SeriesRing({ capacity, columns: { close: 'f64' }, layout });
        const kept: { view: Float64Array; values: number[]; first: number }[] = [];
        let next = 0;
        let oldest = 0;

        for (const step of commands) {
          if (step === 'clear') {
            ring.clear();
            oldest = next;
          } else if ('rows' in step) for (let i = 0; i < step.rows; i++) ring.append(next++);
          else {
            const n = Math.floor(step.share * ring.size);
            const view = ring.window('close', n);
            kept.push({ view, values: [...view], first: next - n });
          }
          oldest = Math.max(oldest, next - capacity);

          for (const { view, values, first } of kept) {
            const isCopy = layout === 'compact' && view.buffer.byteLength === view.byteLength;
            expect(ring.isCurrent(view)).toBe(isCopy || values.length === 0 || first >= oldest);
            const promised = ring.isCurrent(view) ? values : [...view];
            expect([...view]).toEqual(promised);
          }
        }
      }),
    );
  });

  it('give the same array when asked again before the next row, and another one after it', () => {
    const ring = filled(layout, 8, 8);
    const view = ring.window('close', 4);

    const again = ring.window('close', 4);
    ring.append(9);

    expect(again).toBe(view);
    expect(ring.window('close', 4)).not.toBe(view);
    expect([...ring.window('close', 4)]).toEqual([6, 7, 8, 9]);
  });

  it('show no row from before clear()', () => {
    const ring = filled(layout, 4, 5);
    const before = ring.window('close', 2);

    ring.clear();

    expect(ring.isCurrent(before)).toBe(false);
    expect(() => ring.window('close', 2)).toThrow(misuse);
    ring.append(7);
    expect([...ring.window('close', 1)]).toEqual([7]);
  });

  it.each([-1, 4, 1.5, Number.NaN, Infinity, '2', null, undefined])('refuse %s rows of three', (n) => {
    const ring = filled(layout, 8, 3);

    expect(() => ring.window('close', n as number)).toThrow(misuse);
    expect(() => ring.windowAsOf('close', 1, n as number)).toThrow(misuse);
  });

  it.each(['clsoe', '__proto__', 'constructor', 'toString', '', 0, null, undefined])('refuse column %s', (column) => {
    const ring = filled(layout, 8, 3);

    expect(() => ring.window(column as 'close', 1)).toThrow(misuse);
    expect(() => ring.at(column as 'close', 1)).toThrow(misuse);
  });
});

describe('SeriesRing windows', () => {
  it('of a mirrored ring are views of one buffer, whatever their position', () => {
    const ring = filled('mirrored', 5, 0);
    const buffers = new Set<ArrayBufferLike>();

    for (let i = 0; i < 20; i++) {
      ring.append(i);
      buffers.add(ring.window('close', ring.size).buffer);
    }

    expect(buffers.size).toBe(1);
  });

  it('of a compact ring go into out only when the rows run over the end of the storage', () => {
    const ring = filled('compact', 5, 7);
    const out = new Float64Array(8);

    const wrapped = ring.window('close', 4, out);
    const straight = ring.window('close', 1, out);

    expect([...wrapped]).toEqual([4, 5, 6, 7]);
    expect(wrapped.buffer).toBe(out.buffer);
    expect(ring.window('close', 4, new Float64Array(4))).toHaveLength(4);
    expect([...straight]).toEqual([7]);
    expect(straight.buffer).not.toBe(out.buffer);
  });

  it('return out itself when it fits exactly', () => {
    const ring = filled('compact', 5, 7);
    const out = new Float64Array(4);

    expect(ring.window('close', 4, out)).toBe(out);
  });

  it('that are copies are new each time and keep their values', () => {
    const ring = filled('compact', 5, 7);
    const copy = ring.window('close', 4);

    copy.fill(0);
    ring.amend({ close: 70 });

    expect(ring.isCurrent(copy)).toBe(true);
    expect([...ring.window('close', 4)]).toEqual([4, 5, 6, 70]);
  });

  it.each(['mirrored', 'compact'] as const)('of a %s ring refuse an out that cannot take them', (layout) => {
    const ring = filled(layout, 5, 5);
    const own = ring.window('close', 5);

    for (const out of [new Float64Array(3), new Float32Array(4), new BigInt64Array(4), [0, 0, 0, 0], 'out', null, own])
      expect(() => ring.window('close', 4, out as Float64Array)).toThrow(misuse);
  });

  it('show an amendment of the newest row, in views handed out before too', () => {
    const ring = filled('mirrored', 3, 5);
    const view = ring.window('close', 3);

    ring.amend({ close: 50 });

    expect([...view]).toEqual([3, 4, 50]);
    expect(ring.isCurrent(view)).toBe(true);
  });

  it('are compared by content like any typed array', () => {
    const ring = filled('mirrored', 3, 5);

    expect(ring.window('close', 2)).toStrictEqual(new Float64Array([4, 5]));
    expect(Object.keys(ring.window('close', 2))).toEqual(['0', '1']);
    expect(Object.getOwnPropertySymbols(ring.window('close', 2))).toEqual([]);
  });

  it('of another ring, and parts that no window returned, are refused by isCurrent', () => {
    const ring = filled('mirrored', 3, 5);
    const part = ring.window('close', 3).subarray(1);

    expect(() => ring.isCurrent(filled('mirrored', 3, 5).window('close', 1))).toThrow(misuse);
    expect(() => ring.isCurrent(part)).toThrow(misuse);
    for (const view of [null, undefined, 5, 'view', [1, 2]])
      expect(() => ring.isCurrent(view as unknown as Float64Array)).toThrow(misuse);
    expect(ring.isCurrent(new Float64Array(2))).toBe(true);
  });

  it('keep NaN, infinities and the sign of zero in f64 columns', () => {
    const ring = new SeriesRing({ capacity: 2, columns: { x: 'f64' } });
    for (const special of [Number.NaN, -0, 0, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE]) {
      ring.append(special);

      expect(ring.window('x', 1)[0]).toBe(special);
      expect(ring.at('x', -1)).toBe(special);
      expect(ring.row(-1)).toEqual({ x: special });
    }
  });

  it('round f32 columns to the nearest float', () => {
    const ring = new SeriesRing({ capacity: 1, columns: { x: 'f32' } });

    ring.push({ x: 0.1 });

    expect(ring.at('x', 0)).toBe(Math.fround(0.1));
  });
});
