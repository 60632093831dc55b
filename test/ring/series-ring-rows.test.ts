import { cacheKey } from 'tickwise/core';
import { SeriesRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

const misuse = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
const bars = () =>
  new SeriesRing({ capacity: 3, columns: { ts: 'f64', close: 'f64', trades: 'u32', change: 'i32', volume: 'f32' } });

describe('SeriesRing rows', () => {
  it('come back by position, counted from the oldest or, when negative, from the newest', () => {
    const ring = bars();
    for (let i = 1; i <= 4; i++) ring.push({ ts: i, close: i / 2, trades: i, change: -i, volume: i });

    expect(ring.row(0)).toEqual({ ts: 2, close: 1, trades: 2, change: -2, volume: 2 });
    expect(ring.row(-1)).toEqual({ ts: 4, close: 2, trades: 4, change: -4, volume: 4 });
    expect([ring.at('close', 0), ring.at('close', 1), ring.at('close', -1), ring.at('close', -3)]).toEqual([
      1, 1.5, 2, 1,
    ]);
  });

  it.each([3, -4, 0.5, Number.NaN, Infinity, -Infinity])('give undefined at position %s of three', (index) => {
    const ring = bars();
    for (let i = 1; i <= 4; i++) ring.append(i, i, i, i, i);

    expect(ring.at('close', index)).toBeUndefined();
    expect(ring.row(index)).toBeUndefined();
  });

  it.each([-1n, '-1', { valueOf: () => -1 }, Symbol('-1'), null])(
    'give undefined at %o, which is no number',
    (index) => {
      const ring = bars();
      ring.append(1, 1, 1, 1, 1);

      expect(ring.at('close', index as never)).toBeUndefined();
    },
  );

  it('are own objects', () => {
    const ring = bars();
    ring.append(1, 2, 3, 4, 5);
    const row = ring.row(0);

    if (row !== undefined) row.close = 0;

    expect(ring.at('close', 0)).toBe(2);
  });

  it('may list their columns in any order', () => {
    const ring = bars();

    ring.push({ volume: 5, close: 2, change: 4, trades: 3, ts: 1 });

    expect(ring.row(0)).toEqual({ ts: 1, close: 2, trades: 3, change: 4, volume: 5 });
  });

  it('may be instances of a class with getters', () => {
    class Tick {
      get ts(): number {
        return 1;
      }
      get close(): number {
        return 2;
      }
    }
    const ring = new SeriesRing({ capacity: 1, columns: { ts: 'f64', close: 'f64' } });

    ring.push(new Tick());

    expect(ring.row(0)).toEqual({ ts: 1, close: 2 });
  });

  const good = { ts: 1, close: 2, trades: 3, change: 4, volume: 5 };
  it.each([
    ['a missing column', { ts: 1, close: 2, trades: 3, change: 4 }],
    ['an unknown column', { ...good, open: 1 }],
    ['an unknown column in place of one', { ts: 1, close: 2, trades: 3, change: 4, volum: 5 }],
    ['a string', { ...good, close: '2' }],
    ['a bigint', { ...good, close: 2n }],
    ['undefined', { ...good, close: undefined }],
    ['null', { ...good, close: null }],
    ['an array', { ...good, close: [2] }],
    ['a boxed number', { ...good, close: Object(2) }],
    ['a fraction for u32', { ...good, trades: 1.5 }],
    ['a negative number for u32', { ...good, trades: -1 }],
    ['too much for u32', { ...good, trades: 2 ** 32 }],
    ['NaN for u32', { ...good, trades: Number.NaN }],
    ['Infinity for i32', { ...good, change: Infinity }],
    ['too much for i32', { ...good, change: 2 ** 31 }],
    ['too little for i32', { ...good, change: -(2 ** 31) - 1 }],
    ['a tiny fraction for i32', { ...good, change: 1 + 2 ** -40 }],
    ['an own __proto__', Object.defineProperty({ ...good }, '__proto__', { value: 1, enumerable: true })],
    ['no object', 5],
    ['a list', [1, 2, 3, 4, 5]],
    ['null as row', null],
    ['a text as row', 'abcde'],
  ])('with %s are refused and leave the ring unchanged', (_, row) => {
    const ring = bars();
    for (let i = 1; i <= 4; i++) ring.append(i, i, i, i, i);
    const { version } = ring;
    const before = [ring.row(0), ring.row(1), ring.row(2)];

    expect(() => ring.push(row as typeof good)).toThrow(misuse);

    expect([ring.row(0), ring.row(1), ring.row(2)]).toEqual(before);
    expect([...ring.window('ts', 3)]).toEqual([2, 3, 4]);
    expect(ring.version).toBe(version);
  });

  it('that change the ring while they are read are refused', () => {
    const ring = new SeriesRing({ capacity: 2, columns: { a: 'f64', b: 'f64' } });
    const hostile = {
      a: 1,
      get b(): number {
        ring.append(7, 8);
        return 2;
      },
    };

    expect(() => ring.push(hostile)).toThrow(misuse);

    expect(ring.row(-1)).toEqual({ a: 7, b: 8 });
    expect(ring.size).toBe(1);
  });

  it('name the column and the value in the error', () => {
    const ring = bars();

    expect(() => ring.push({ ...good, trades: 1.5 })).toThrow(/'trades'.*0 to 4294967295.*1\.5/);
    expect(() => ring.window('clsoe' as 'close', 0)).toThrow(/'ts', 'close', 'trades'.*'clsoe'/);
  });

  it('take the whole range of integer columns', () => {
    const ring = bars();

    ring.append(0, 0, 2 ** 32 - 1, -(2 ** 31), 0);
    ring.append(0, 0, 0, 2 ** 31 - 1, 0);

    expect([...ring.window('trades', 2)]).toEqual([2 ** 32 - 1, 0]);
    expect([...ring.window('change', 2)]).toEqual([-(2 ** 31), 2 ** 31 - 1]);
  });
});

describe('SeriesRing append', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 40])('takes %i values, one per column in column order', (count) => {
    const names = Array.from({ length: count }, (_, i) => `c${i}`);
    const ring = new SeriesRing({
      capacity: 2,
      columns: Object.fromEntries(names.map((name) => [name, 'f64' as const])),
    });

    for (let row = 0; row < 5; row++) ring.append(...names.map((_, i) => row * 100 + i));

    expect(ring.size).toBe(2);
    for (const [i, name] of names.entries()) expect([...ring.window(name, 2)]).toEqual([300 + i, 400 + i]);
    expect(() => ring.append(...names.slice(1).map(() => 1))).toThrow(misuse);
    expect(() => ring.append(...names.map(() => 1), 1)).toThrow(misuse);
    expect(() => ring.append(...names.map(() => 'x' as unknown as number))).toThrow(misuse);
    expect(ring.size).toBe(2);
  });

  it('refuses a value that does not fit and leaves the ring unchanged', () => {
    const ring = bars();
    for (let i = 1; i <= 4; i++) ring.append(i, i, i, i, i);

    expect(() => ring.append(5, 5, 5, 5.5, 5)).toThrow(misuse);
    expect(() => ring.append(5, 5, 5, 5, undefined as unknown as number)).toThrow(misuse);

    expect([...ring.window('ts', 3)]).toEqual([2, 3, 4]);
  });
});

describe('SeriesRing amend', () => {
  it('replaces the named values of the newest row only', () => {
    const ring = bars();
    for (let i = 1; i <= 4; i++) ring.append(i, i, i, i, i);

    ring.amend({ close: 40, volume: 41 });

    expect(ring.row(-1)).toEqual({ ts: 4, close: 40, trades: 4, change: 4, volume: 41 });
    expect(ring.row(-2)).toEqual({ ts: 3, close: 3, trades: 3, change: 3, volume: 3 });
    expect(ring.size).toBe(3);
  });

  it('works at every position of the storage', () => {
    const ring = new SeriesRing({ capacity: 2, columns: { close: 'f64' } });

    for (let i = 1; i <= 9; i++) {
      ring.append(i);
      ring.amend({ close: i + 0.5 });

      expect(ring.at('close', -1)).toBe(i + 0.5);
      expect([...ring.window('close', ring.size)]).toEqual(i === 1 ? [1.5] : [i - 0.5, i + 0.5]);
    }
  });

  it.each([
    ['no column', {}],
    ['an unknown column', { close: 9, open: 1 }],
    ['a value that does not fit, after one that does', { close: 9, trades: 1.5 }],
    ['undefined', { close: undefined }],
    ['null as row', null],
  ])('refuses %s and leaves the row unchanged', (_, values) => {
    const ring = bars();
    ring.append(1, 2, 3, 4, 5);
    const { version } = ring;

    expect(() => ring.amend(values as { close: number })).toThrow(misuse);

    expect(ring.row(0)).toEqual({ ts: 1, close: 2, trades: 3, change: 4, volume: 5 });
    expect(ring.version).toBe(version);
  });

  it('is refused while the ring is empty', () => {
    const ring = bars();

    expect(() => ring.amend({ close: 1 })).toThrow(misuse);
    ring.append(1, 2, 3, 4, 5);
    ring.clear();
    expect(() => ring.amend({ close: 1 })).toThrow(misuse);
  });
});

describe('SeriesRing version and cache key', () => {
  it('change with every row, amendment and clear, and with nothing else', () => {
    const ring = bars();
    const seen = new Set<string | number>([ring[cacheKey]()]);
    const changes = [
      () => ring.append(1, 2, 3, 4, 5),
      () => ring.push(good),
      () => ring.amend({ close: 2 }),
      () => ring.clear(),
      () => ring.append(1, 2, 3, 4, 5),
    ];
    const good = { ts: 1, close: 2, trades: 3, change: 4, volume: 5 };

    for (const [i, change] of changes.entries()) {
      change();
      const { version } = ring;
      ring.window('close', ring.size);
      ring.row(0);
      ring.snapshot();
      ring.stats();

      expect(ring.version).toBe(version);
      seen.add(ring[cacheKey]());
      expect(seen.size).toBe(i + 2);
    }
  });

  it('never agree between two rings, restored ones included', () => {
    const [a, b] = [bars(), bars()];
    const restored = SeriesRing.restore(a.snapshot());

    expect(new Set([a[cacheKey](), b[cacheKey](), restored[cacheKey]()]).size).toBe(3);
  });

  it('stay as they are when an empty ring is cleared', () => {
    const ring = bars();
    const key = ring[cacheKey]();

    ring.clear();

    expect(ring[cacheKey]()).toBe(key);
  });
});

describe('SeriesRing stats', () => {
  it('account for every row: pushed = size + evicted + cleared', () => {
    const ring = bars();
    for (let i = 1; i <= 5; i++) ring.append(i, i, i, i, i);
    ring.amend({ close: 1 });
    ring.clear();
    ring.append(1, 1, 1, 1, 1);

    const stats = ring.stats();

    expect(stats).toEqual({
      pushed: 6,
      evicted: 2,
      cleared: 3,
      inserted: 0,
      amended: 1,
      size: 1,
      capacity: 3,
      storageBytes: 4 * 2 * 28,
    });
    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
  });

  it('show that a compact ring of a million rows of six f64 columns stays within 48.5 bytes a row', () => {
    const columns = { ts: 'f64', open: 'f64', high: 'f64', low: 'f64', close: 'f64', volume: 'f64' } as const;
    const before = process.memoryUsage().arrayBuffers;

    const ring = new SeriesRing({ capacity: 1_000_000, columns, layout: 'compact' });

    const allocated = process.memoryUsage().arrayBuffers - before;
    expect(ring.stats().storageBytes / 1_000_000).toBeLessThanOrEqual(48.5);
    expect(allocated / 1_000_000).toBeLessThanOrEqual(48.5);
  });
});
