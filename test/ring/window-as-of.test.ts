import * as fc from 'fast-check';
import { SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

const misuse = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

describe.each(['mirrored', 'compact'] as const)('SeriesRing windowAsOf, %s', (layout) => {
  const series = (capacity: number) => new SeriesRing({ capacity, columns: { ts: 'f64', close: 'f64' }, layout });

  it('equals a filter over a plain list, for any rising times', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), steps, fc.integer({ min: -2, max: 60 }), (capacity, gaps, time) => {
        const ring = series(capacity);
        const rows: { ts: number; close: number }[] = [];
        let ts = 0;

        for (const [i, gap] of gaps.entries()) {
          ts += gap;
          ring.append(ts, i);
          rows.push({ ts, close: i });

          const held = rows.slice(-capacity).filter((row) => row.ts <= time);
          for (let n = 0; n <= ring.size; n++) {
            const expected = held.slice(Math.max(0, held.length - n));
            expect([...ring.windowAsOf('close', time, n)]).toEqual(expected.map((row) => row.close));
            expect([...ring.windowAsOf('ts', time, n)]).toEqual(expected.map((row) => row.ts));
          }
        }
      }),
    );
  });

  it('gives the newest rows for Infinity and none for a time before all of them', () => {
    const ring = series(3);
    for (let i = 1; i <= 5; i++) ring.append(i * 10, i);

    expect([...ring.windowAsOf('close', Infinity, 2)]).toEqual([4, 5]);
    expect([...ring.windowAsOf('close', 29, 3)]).toEqual([]);
    expect([...ring.windowAsOf('close', 30, 3)]).toEqual([3]);
    expect([...ring.windowAsOf('close', -Infinity, 3)]).toEqual([]);
  });

  it('gives views whose currency can be asked', () => {
    const ring = series(4);
    for (let i = 1; i <= 4; i++) ring.append(i, i);
    const view = ring.windowAsOf('close', 2, 1);

    ring.append(5, 5);
    expect(ring.isCurrent(view)).toBe(true);
    ring.append(6, 6);

    expect(ring.isCurrent(view)).toBe(false);
  });

  it('writes into out when the rows run over the end of a compact ring', () => {
    const ring = series(4);
    for (let i = 1; i <= 7; i++) ring.append(i, i);
    const out = new Float64Array(8);

    const window = ring.windowAsOf('close', 6, 3, out);

    expect([...window]).toEqual([4, 5, 6]);
    expect(window.buffer === out.buffer).toBe(layout === 'compact');
  });

  it.each([Number.NaN, '5', null, undefined, 5n])('refuses %s as a time', (time) => {
    const ring = series(4);
    ring.append(1, 1);

    expect(() => ring.windowAsOf('close', time as number, 1)).toThrow(misuse);
  });

  it('refuses times that fall, until those rows are gone', () => {
    const ring = series(3);
    ring.append(1, 1);
    ring.append(5, 2);
    ring.append(4, 3);

    expect(() => ring.windowAsOf('close', 9, 1)).toThrow(misuse);
    ring.append(6, 4);
    expect(() => ring.windowAsOf('close', 9, 1)).toThrow(misuse);
    ring.append(7, 5);

    expect([...ring.windowAsOf('close', 6, 3)]).toEqual([3, 4]);
  });

  it('refuses NaN among the times', () => {
    const ring = series(3);
    ring.append(1, 1);
    ring.append(Number.NaN, 2);
    ring.append(3, 3);

    expect(() => ring.windowAsOf('close', 9, 1)).toThrow(misuse);
  });

  it('sees that an amendment broke or mended the order', () => {
    const ring = series(3);
    ring.append(1, 1);
    ring.append(2, 2);
    expect([...ring.windowAsOf('close', 2, 2)]).toEqual([1, 2]);

    ring.amend({ ts: 0 });
    expect(() => ring.windowAsOf('close', 2, 2)).toThrow(misuse);
    ring.amend({ ts: 3 });

    expect([...ring.windowAsOf('close', 2, 2)]).toEqual([1]);
  });

  it('starts afresh after clear', () => {
    const ring = series(3);
    ring.append(5, 1);
    ring.append(4, 2);
    ring.clear();
    ring.append(1, 3);

    expect([...ring.windowAsOf('close', 9, 1)]).toEqual([3]);
  });

  it('works on a restored ring', () => {
    const ring = series(3);
    for (let i = 1; i <= 5; i++) ring.append(i, i);

    const restored = SeriesRing.restore<{ ts: 'f64'; close: 'f64' }>(ring.snapshot());

    expect([...restored.windowAsOf('close', 4, 3)]).toEqual([3, 4]);
  });
});

describe('SeriesRing windowAsOf', () => {
  it.each([
    ['no ts', { time: 'f64' }],
    ['a ts of several numbers', { time: 'f64', ts: { type: 'f64', length: 2 } }],
  ] as const)('needs a column ts of single numbers: %s', (_, columns) => {
    const ring = new SeriesRing({ capacity: 2, columns });

    expect(() => ring.windowAsOf('time', 1, 0)).toThrow(/'ts'/);
  });

  it('compares scaled times in their own unit', () => {
    const ring = new SeriesRing({ capacity: 3, columns: { ts: { type: 'u32', scale: 0.1 } } });
    for (const ts of [0.1, 0.2, 0.3]) ring.append(ts);

    expect([...ring.windowAsOf('ts', 0.2, 3)]).toEqual([1, 2]);
  });
});
