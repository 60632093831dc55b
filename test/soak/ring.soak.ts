import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ReplayRing, SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

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

/** Bytes in use, buffers outside the heap included. */
function heldBytes(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const bars = {
  ts: 'f64',
  price: 'f64',
  ticks: { type: 'i32', scale: 0.01 },
  levels: { type: 'f32', length: 4 },
} as const;

/** How the rings are fed at length: one row, and what is read after it. */
const feeds = [
  [
    'SeriesRing, mirrored',
    () => {
      const ring = new SeriesRing({ capacity: 1_000, columns: bars });
      return (i: number, levels: Float32Array): void => {
        ring.append(i, i / 7, (i % 1_000) / 100, levels);
        if (i % 3 === 0 && i > 200) ring.window('price', 200);
      };
    },
  ],
  [
    'SeriesRing, compact',
    () => {
      const ring = new SeriesRing({ capacity: 1_000, columns: bars, layout: 'compact' });
      const out = new Float64Array(200);
      return (i: number, levels: Float32Array): void => {
        ring.append(i, i / 7, (i % 1_000) / 100, levels);
        if (i % 3 === 0 && i > 200) ring.window('price', 200, out);
      };
    },
  ],
  [
    'ReplayRing, uniform',
    () => {
      const ring = new ReplayRing({ capacity: 1_000, columns: bars });
      const batch = ring.batch(8);
      return (i: number, levels: Float32Array): void => {
        ring.append(i, i / 7, (i % 1_000) / 100, levels);
        if (i % 16 === 0) ring.sample(batch);
      };
    },
  ],
  [
    'ReplayRing, by priority',
    () => {
      const ring = new ReplayRing({ capacity: 1_000, columns: bars, priority: {} });
      const batch = ring.batch(8);
      const errors = new Float64Array(8);
      return (i: number, levels: Float32Array): void => {
        ring.append(i, i / 7, (i % 1_000) / 100, levels);
        if (i % 16 !== 0) return;
        ring.sample(batch);
        for (let k = 0; k < 8; k++) errors[k] = ((i + k) % 101) / 10;
        ring.prioritise(batch.ids, errors);
      };
    },
  ],
] as const;

describe('the heap over ten million rows', () => {
  it.each(feeds)('stays flat: %s', { timeout: 600_000 }, (_, make) => {
    const take = make();
    const levels = Float32Array.of(1, 2, 3, 4);
    for (let i = 0; i < ROWS / 100; i++) take(i, levels);
    const before = heldBytes();

    for (let i = ROWS / 100; i < ROWS; i++) take(i, levels);

    expect(heldBytes() - before).toBeLessThan(500_000);
  });
});

describe('ReplayRing over ten million rows', () => {
  it('draws only rows it holds, and its account adds up', { timeout: 600_000 }, () => {
    const capacity = 1_013;
    const ring = new ReplayRing({ capacity, columns: { n: 'f64' }, priority: { exponent: 0.7 }, seed: 1 });
    const batch = ring.batch(4);
    const late = Float64Array.of(-1, -1, -1, -1);
    const errors = new Float64Array(4);
    let wrong = 0;

    for (let i = 0; i < ROWS; i++) {
      ring.append(i);
      if (i % 10 !== 0) continue;
      ring.sample(batch);
      for (let k = 0; k < 4; k++) {
        const id = batch.ids[k] ?? Number.NaN;
        if (!(id > i - capacity && id <= i && batch.columns.n[k] === id)) wrong++;
        errors[k] = (id % 17) ** 9;
      }
      // Answers that come one batch late, some of them too late.
      if (i > 0) ring.prioritise(late, errors);
      late.set(batch.ids);
    }

    const { pushed, size, evicted, cleared, sampled, prioritised, stale } = ring.stats();
    expect(wrong).toBe(0);
    expect(pushed).toBe(ROWS);
    expect(pushed).toBe(size + evicted + cleared);
    expect(prioritised + stale).toBe(sampled - 4);
    expect(stale).toBeGreaterThan(1_000);
  });
});
