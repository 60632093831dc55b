import { SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

const ROWS = 10_000_000;

/** A repeatable stream of doubles, special values included. */
function* prices(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    if (state % 1_009 === 0) yield Number.NaN;
    else yield state / 1_000 - 2_000_000;
  }
}

describe.each(['mirrored', 'compact'] as const)('SeriesRing over ten million rows, %s', (layout) => {
  it('gives the windows of a plain list, keeps views exact and its memory constant', { timeout: 600_000 }, () => {
    const capacity = 1_013;
    const ring = new SeriesRing({ capacity, columns: { ts: 'f64', price: 'f64', size: 'i32' }, layout });
    const recent: number[] = [];
    const source = prices(42);
    const kept: { view: Float64Array; first: number }[] = [];
    const before = process.memoryUsage().arrayBuffers;

    for (let i = 0; i < ROWS; i++) {
      const price = source.next().value;
      ring.append(i, price, i | 0);
      recent.push(price);
      if (recent.length === 3 * capacity) recent.splice(0, capacity);
      if (i % 99_991 !== 0 || i < capacity) continue;

      const n = i % (capacity + 1);
      const view = ring.window('price', n);
      expect([...view]).toStrictEqual(recent.slice(recent.length - n));
      expect([...ring.windowAsOf('ts', i - 5, 3)]).toEqual([i - 7, i - 6, i - 5]);
      if (view.buffer.byteLength !== view.byteLength && n > 0) kept.push({ view, first: i - n + 1 });
      for (const each of kept) expect(ring.isCurrent(each.view)).toBe(each.first > i - capacity);
    }

    expect(ring.stats()).toMatchObject({ pushed: ROWS, evicted: ROWS - capacity, size: capacity });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 22);
  });
});
