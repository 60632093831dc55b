import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Column } from '../../src/ring/column.js';
import { nextRingId } from '../../src/ring/ring-id.js';
import type { TypedArray } from '../../src/ring/series-columns.js';
import { TimeSearch } from '../../src/ring/time-search.js';
import { firstRowOf, stampView } from '../../src/ring/view-stamp.js';

const misuse = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

describe('stampView', () => {
  it('marks the view itself and leaves what it shows alone', () => {
    const view = new Float64Array([1, 2, 3]);

    const stamped = stampView(view, 7);

    expect(stamped).toBe(view);
    expect(firstRowOf(view)).toBe(7);
    expect(view).toStrictEqual(new Float64Array([1, 2, 3]));
    expect(Reflect.ownKeys(view)).toEqual(['0', '1', '2']);
    expect(Object.getPrototypeOf(view)).toBe(Float64Array.prototype);
  });

  it.each([[new Float64Array(1)], [new Float32Array(1)], [new Int32Array(1)], [new Uint32Array(1)]])(
    'marks %o',
    (view: TypedArray) => {
      expect(firstRowOf(stampView(view, 0))).toBe(0);
    },
  );

  it('does not mark what is derived from a marked view', () => {
    const view = stampView(new Float64Array([1, 2, 3]), 7);

    for (const derived of [view.subarray(0), view.slice(), view.map((x) => x), structuredClone(view)])
      expect(firstRowOf(derived)).toBeUndefined();
  });

  it('marks a view once', () => {
    const view = stampView(new Float64Array(1), 7);

    expect(() => stampView(view, 8)).toThrow(TypeError);
    expect(firstRowOf(view)).toBe(7);
  });
});

describe('nextRingId', () => {
  it('gives every caller another number, across copies of the package', () => {
    const table = globalThis as { [key: symbol]: unknown };
    const first = nextRingId();

    expect(table[Symbol.for('tickwise.ringIds')]).toBe(first);
    expect(nextRingId()).toBe(first + 1);
  });
});

describe('Column', () => {
  it.each(['f64', 'f32', 'i32', 'u32'] as const)('of %s keeps a second copy of each row when mirrored', (type) => {
    const column = new Column({ name: 'x', type }, 4, true);

    for (let slot = 0; slot < 4; slot++) column.put(slot, slot + 1);

    expect([...column.view(0, 8)]).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
    expect([...column.view(2, 4)]).toEqual([3, 4, 1, 2]);
  });

  it.each(['f64', 'f32', 'i32', 'u32'] as const)('of %s takes a single copy when compact', (type) => {
    const column = new Column({ name: 'x', type }, 4, false);

    for (let slot = 0; slot < 4; slot++) column.put(slot, slot + 1);

    expect([...column.view(0, 4)]).toEqual([1, 2, 3, 4]);
    expect(column.view(0, 1).buffer.byteLength).toBe(4 * (type === 'f64' ? 8 : 4));
  });

  it.each([true, false])('copies rows of several numbers, second copies included (mirrored %s)', (isMirrored) => {
    const column = new Column({ name: 'x', type: 'f64', length: 2 }, 3, isMirrored);
    column.put(0, [1, 2]);

    column.copyRow(0, 2);

    expect(column.get(2)).toEqual(new Float64Array([1, 2]));
    expect([...column.view(isMirrored ? 5 : 2, 1)]).toEqual([1, 2]);
  });

  it.each([true, false])('loads rows as they were stored (mirrored %s)', (isMirrored) => {
    const column = new Column({ name: 'x', type: 'i32', scale: 0.5 }, 3, isMirrored);

    column.load(new Uint8Array(new Int32Array([3, 4]).buffer));

    expect([column.get(0), column.get(1), column.get(2)]).toEqual([1.5, 2, 0]);
    expect([...column.view(isMirrored ? 3 : 0, 2)]).toEqual([3, 4]);
  });

  it('tells arrays of its kind from others', () => {
    const column = new Column({ name: 'x', type: 'f32' }, 3, true);

    expect(column.isOwnKind(new Float32Array(1))).toBe(true);
    expect(column.isOwnKind(column.allocate(1))).toBe(true);
    for (const other of [new Float64Array(1), new Int32Array(1), [1], null, undefined, 'x'])
      expect(column.isOwnKind(other)).toBe(false);
  });

  it.each([
    [{ name: 'x', type: 'f64' }, "column 'x' takes numbers, got '1'"],
    [{ name: 'x', type: 'i32' }, "column 'x' takes whole numbers from -2147483648 to 2147483647, got '1'"],
    [{ name: 'x', type: 'u32', scale: 10 }, "column 'x' takes multiples of 10 from 0 to 42949672950, got '1'"],
    [{ name: 'x', type: 'f32', length: 2 }, "column 'x' takes arrays of 2 numbers, numbers, got '1'"],
  ] as const)('of %j says what it takes', (shape, message) => {
    expect(() => new Column(shape, 1, false).put(0, '1')).toThrow(message);
  });

  it('takes and refuses exactly what the integer range says, for any double', () => {
    const column = new Column({ name: 'x', type: 'i32' }, 1, false);
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger()), (value) => {
        const fits = Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;
        let outcome: unknown = 'refused';
        try {
          column.put(0, value);
          outcome = column.get(0);
        } catch (error) {
          expect(error).toEqual(misuse);
        }

        expect(outcome).toBe(fits ? value + 0 : 'refused');
      }),
    );
  });
});

describe('TimeSearch', () => {
  const slots = 6;

  /** The obvious twin: looks at all rows held. */
  function search(times: readonly number[], oldest: number, time: number): number | 'refused' {
    const held = times.slice(oldest);
    if (held.some((each, i) => i > 0 && !(each >= (held[i - 1] ?? Number.NaN)))) return 'refused';
    return oldest + held.filter((each) => each <= time).length;
  }

  it('finds the row or refuses, as a look at all rows does, whenever it is asked', () => {
    const time = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant(Number.NaN));
    const append = fc.record({ step: fc.integer({ min: -1, max: 4 }), isNaN: fc.boolean() });
    const history = fc.array(
      fc.oneof(
        { weight: 5, arbitrary: append.map(({ step, isNaN }) => ({ append: isNaN && step < 0 ? Number.NaN : step })) },
        { weight: 3, arbitrary: fc.integer({ min: -1, max: 40 }).map((at) => ({ at })) },
        { weight: 1, arbitrary: time.map((amend) => ({ amend })) },
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(history, (steps) => {
        const column = new Column({ name: 'ts', type: 'f64' }, slots, false);
        const finder = new TimeSearch(column, slots, false);
        const times: number[] = [];
        let now = 0;

        for (const step of steps) {
          if ('append' in step) {
            now = Math.max(0, now + (step.append || 0));
            times.push(Number.isNaN(step.append) ? Number.NaN : now);
          }
          if ('amend' in step && times.length > 0) times[times.length - 1] = step.amend;
          if (times.length > 0) column.put((times.length - 1) % slots, times.at(-1));
          if (!('at' in step)) continue;

          const oldest = Math.max(0, times.length - (slots - 1));
          const expected = search(times, oldest, step.at);
          let found: number | 'refused' = 'refused';
          try {
            found = finder.endAt(step.at, oldest, times.length);
          } catch (error) {
            expect(error).toEqual(misuse);
          }
          expect(found).toBe(expected);
        }
      }),
    );
  });

  it('finds nothing among no rows', () => {
    const finder = new TimeSearch(new Column({ name: 'ts', type: 'f64' }, slots, false), slots, false);

    expect(finder.endAt(5, 0, 0)).toBe(0);
    expect(finder.endAt(5, 3, 3)).toBe(3);
  });
});
