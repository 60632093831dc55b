import { ReplayRing, SeriesRing } from 'tickwise/ring';
import { describe, expect, expectTypeOf, it } from 'vitest';

const misuse = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

/** One number per row; row i holds i. */
function numbered(capacity: number, rows: number, priority: 'uniform' | object = 'uniform'): ReplayRing<{ n: 'f64' }> {
  const ring = new ReplayRing({ capacity, columns: { n: 'f64' }, priority });
  for (let i = 0; i < rows; i++) ring.append(i);
  return ring;
}

/** All rows that a ring gives in many draws, by id. */
function drawnFrom(ring: ReplayRing<{ n: 'f64' }>, batches = 40): Map<number, number> {
  const batch = ring.batch(50);
  const drawn = new Map<number, number>();
  for (let i = 0; i < batches; i++) {
    ring.sample(batch);
    for (const [k, id] of batch.ids.entries()) drawn.set(id, batch.columns.n[k] ?? Number.NaN);
  }
  return drawn;
}

const sorted = (values: Iterable<number>): number[] => [...values].toSorted((a, b) => a - b);

describe('ReplayRing', () => {
  it('does what the example in its comment says', () => {
    const replay = new ReplayRing({
      capacity: 100_000,
      columns: { state: { type: 'f32', length: 3 }, action: 'i32', reward: 'f32' },
      priority: { exponent: 0.6 },
      seed: 7,
    });
    replay.push({ state: [0.1, 0.2, 0.3], action: 1, reward: 0.5 });
    const batch = replay.batch(64);
    replay.sample(batch);

    expect(batch.columns.state).toHaveLength(192);

    replay.prioritise(batch.ids, batch.columns.reward.map(Math.abs));
    expect(replay.stats()).toMatchObject({ sampled: 64, prioritised: 64, stale: 0 });
  });

  it.each(['uniform', {}])('holds the newest rows, each under the id it got when it came: %j', (priority) => {
    const ring = numbered(7, 0, priority);

    for (let pushed = 1; pushed <= 40; pushed++) {
      ring.append(pushed - 1);

      const held = Array.from({ length: Math.min(pushed, 7) }, (_, i) => Math.max(0, pushed - 7) + i);
      const drawn = drawnFrom(ring);
      expect(ring.size).toBe(held.length);
      expect(sorted(drawn.keys())).toEqual(held);
      for (const [id, value] of drawn) expect(value).toBe(id);
    }
  });

  it.each(['uniform', {}])('can hold a single row: %j', (priority) => {
    const ring = numbered(1, 3, priority);

    expect([...drawnFrom(ring)]).toEqual([[2, 2]]);
    expect(ring.stats()).toMatchObject({ pushed: 3, evicted: 2, size: 1, capacity: 1 });
  });

  it('gives every kind of column as it is stored, vectors row after row', () => {
    const ring = new ReplayRing({
      capacity: 3,
      columns: {
        ts: 'f64',
        state: { type: 'f32', length: 2 },
        bids: { type: 'f64', length: 3 },
        action: 'i32',
        flags: 'u32',
        price: { type: 'i32', scale: 0.01 },
        one: { type: 'u32', length: 1 },
      },
    });
    for (let i = 0; i < 5; i++)
      ring.push({
        ts: 1.7e12 + i,
        state: [i + 0.1, -i],
        bids: Float64Array.of(i, Number.NaN, -0),
        action: -i,
        flags: 2 ** 32 - 1 - i,
        price: 610 + i / 100,
        one: [i],
      });
    const batch = ring.batch(20);

    ring.sample(batch);

    const { ts, state, bids, action, flags, price, one } = batch.columns;
    expect(new Set(batch.ids)).toEqual(new Set([2, 3, 4]));
    for (const [k, id] of batch.ids.entries()) {
      expect(ts[k]).toBe(1.7e12 + id);
      expect([...state.subarray(2 * k, 2 * k + 2)]).toEqual([Math.fround(id + 0.1), -id]);
      expect([...bids.subarray(3 * k, 3 * k + 3)]).toEqual([id, Number.NaN, -0]);
      expect([action[k], flags[k], price[k], one[k]]).toEqual([-id, 2 ** 32 - 1 - id, 61_000 + id, id]);
    }
  });

  it('takes rows by append as by push, of any number of columns', () => {
    const names = Array.from({ length: 12 }, (_, i) => `c${i}`);
    const columns = Object.fromEntries(names.map((name) => [name, 'f64' as const]));
    const [pushed, appended] = [new ReplayRing({ capacity: 4, columns }), new ReplayRing({ capacity: 4, columns })];
    for (let row = 0; row < 6; row++) {
      const values = names.map((_, i) => row * 100 + i);
      pushed.push(Object.fromEntries(names.map((name, i) => [name, values[i] ?? Number.NaN])));
      appended.append(...values);
    }
    const batches = [pushed.batch(30), appended.batch(30)] as const;

    pushed.sample(batches[0]);
    appended.sample(batches[1]);

    expect(batches[0]).toEqual(batches[1]);
    expect(batches[0].columns['c11']?.[0]).toBe(100 * (batches[0].ids[0] ?? Number.NaN) + 11);
  });

  it('reads rows from getters of their class and in any order of columns', () => {
    class Step {
      get action(): number {
        return 3;
      }
      get state(): number[] {
        return [1, 2];
      }
    }
    const ring = new ReplayRing({ capacity: 4, columns: { state: { type: 'f32', length: 2 }, action: 'i32' } });
    ring.push(new Step());
    ring.push({ action: 3, state: [1, 2] });
    const batch = ring.batch(4);

    ring.sample(batch);

    expect([...batch.columns.action]).toEqual([3, 3, 3, 3]);
    expect([...batch.columns.state]).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
  });

  it('takes columns, capacity and names as a SeriesRing does', () => {
    for (const options of [
      { capacity: 0, columns: { n: 'f64' } },
      { capacity: 4, columns: {} },
      { capacity: 4, columns: { 7: 'f64' } },
      { capacity: 4, columns: { n: 'f16' } },
      { capacity: 4, columns: { n: { type: 'f64', scale: 2 } } },
    ]) {
      expect(() => new ReplayRing(options as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
      expect(() => new SeriesRing(options as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
    }
  });

  it.each([
    [{ layout: 'mirrored' }, /layout/],
    [{ prioritty: 'uniform' }, /prioritty/],
    [{ seed: -1 }, /seed must be a whole number/],
    [{ seed: 0.5 }, /seed must be a whole number/],
    [{ seed: Number.NaN }, /seed must be a whole number/],
    [{ seed: 2 ** 53 }, /seed must be a whole number/],
    [{ priority: 'proportional' }, /priority must be 'uniform' or an object/],
    [{ priority: null }, /priority must be 'uniform' or an object/],
    [{ priority: { alpha: 0.6 } }, /priority: unknown option 'alpha'; known are exponent, correction, floor/],
    [{ priority: { exponent: 1.5 } }, /exponent must be a number from 0 to 1, got 1\.5/],
    [{ priority: { exponent: Number.NaN } }, /exponent must be a number from 0 to 1/],
    [{ priority: { correction: -0.1 } }, /correction must be a number from 0 to 1/],
    [{ priority: { floor: 0 } }, /floor must be a number from 1e-12/],
    [{ priority: { floor: Infinity } }, /floor must be a number from 1e-12/],
  ])('refuses the options %j', (option, message) => {
    const options = { capacity: 4, columns: { n: 'f64' }, ...option };

    expect(() => new ReplayRing(options as never)).toThrow(message);
    expect(() => new ReplayRing(options as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  });

  it('reads its options once', () => {
    const priority = { exponent: 1, floor: 0.5 };
    const options = { capacity: 4, columns: { n: 'f64' }, priority, seed: 1 } as const;
    const [ring, twin] = [new ReplayRing(options), new ReplayRing(options)];
    for (let i = 0; i < 4; i++) for (const each of [ring, twin]) each.append(i);
    priority.exponent = 0;
    const [batch, other] = [ring.batch(9), twin.batch(9)];

    ring.prioritise([0], [100]);
    twin.prioritise([0], [100]);
    ring.sample(batch);
    twin.sample(other);

    expect(batch).toEqual(other);
    expect([...batch.ids].filter((id) => id === 0).length).toBeGreaterThan(6);
  });
});

describe('a batch', () => {
  it('has arrays of the kinds of its columns, and ids that belong to no row yet', () => {
    const ring = new ReplayRing({
      capacity: 4,
      columns: { state: { type: 'f32', length: 3 }, action: 'i32', flags: 'u32', ts: 'f64' },
    });
    const { size, ids, weights, columns } = ring.batch(5);

    expect(size).toBe(5);
    expect([...ids]).toEqual([-1, -1, -1, -1, -1]);
    expect(weights).toEqual(new Float32Array(5));
    expect(columns).toEqual({
      state: new Float32Array(15),
      action: new Int32Array(5),
      flags: new Uint32Array(5),
      ts: new Float64Array(5),
    });
    expectTypeOf(columns.state).toEqualTypeOf<Float32Array>();
    expectTypeOf(columns.action).toEqualTypeOf<Int32Array>();
    expectTypeOf(columns.ts).toEqualTypeOf<Float64Array>();
    // @ts-expect-error -- no such column
    expect(columns.reward).toBeUndefined();
  });

  it('keeps its arrays from sample to sample', () => {
    const ring = numbered(10, 10);
    const batch = ring.batch(4);
    const { ids, weights, columns } = batch;

    ring.sample(batch);
    ring.sample(batch);

    expect(batch.ids).toBe(ids);
    expect(batch.weights).toBe(weights);
    expect(batch.columns.n).toBe(columns.n);
    expect([...batch.columns.n]).toEqual([...ids]);
  });

  it('can be one of several of a ring, of different sizes', () => {
    const ring = numbered(10, 10);
    const [small, large] = [ring.batch(2), ring.batch(200)];

    ring.sample(large);
    ring.sample(small);

    expect([...small.columns.n]).toEqual([...small.ids]);
    expect([...large.columns.n]).toEqual([...large.ids]);
    expect(ring.stats().sampled).toBe(202);
  });

  it.each([0, -1, 1.5, Number.NaN, Infinity, 65_537, '4', null, undefined])('has no %s rows', (size) => {
    const ring = numbered(4, 4);

    expect(() => ring.batch(size as never)).toThrow(misuse);
    expect(() => ring.batch(size as never)).toThrow(/a batch has a whole number of rows from 1 to 65536, got/);
  });

  it('may have as many rows as 65536', () => {
    const ring = numbered(4, 4);
    const batch = ring.batch(65_536);

    ring.sample(batch);

    expect(new Set(batch.ids)).toEqual(new Set([0, 1, 2, 3]));
  });

  it('cannot be changed to have other arrays', () => {
    const batch = numbered(4, 4).batch(2);

    expect(() => Object.assign(batch, { ids: [] })).toThrow(TypeError);
    expect(() => Object.assign(batch.columns, { n: [] })).toThrow(TypeError);
  });
});

describe('the account of a ReplayRing', () => {
  it('adds up over all that can happen', () => {
    const ring = numbered(5, 0, {});
    const batch = ring.batch(8);
    const expectSums = (): void => {
      const { pushed, size, evicted, cleared } = ring.stats();
      expect(pushed).toBe(size + evicted + cleared);
      expect(size).toBe(ring.size);
    };
    for (let i = 0; i < 12; i++) {
      ring.append(i);
      ring.sample(batch);
      ring.prioritise(batch.ids, batch.weights);
      expectSums();
    }
    ring.append(12);
    ring.append(13);
    ring.prioritise([0, 8, 9, 13], [1, 1, 1, 1]);
    ring.clear();
    expectSums();
    ring.append(14);
    expectSums();

    expect(ring.stats()).toEqual({
      pushed: 15,
      evicted: 9,
      cleared: 5,
      sampled: 96,
      prioritised: 98,
      stale: 2,
      size: 1,
      capacity: 5,
      storageBytes: 6 * 8 + 6 * 16,
    });
    expect(JSON.parse(JSON.stringify(ring.stats()))).toEqual(ring.stats());
  });

  it.each(['uniform' as const, { exponent: 1 }])('names the storage of rows and priorities: %j', (priority) => {
    const columns = { state: { type: 'f32', length: 3 }, ts: 'f64' } as const;

    const { storageBytes } = new ReplayRing({ capacity: 99, columns, priority }).stats();

    expect(storageBytes).toBe(100 * (priority === 'uniform' ? 20 : 36));
  });

  it('gives another version after every change, and only then', () => {
    const ring = numbered(2, 0, {});
    const batch = ring.batch(1);
    const seen = [ring.version];
    const note = (): number => seen.push(ring.version);
    ring.append(1);
    note();
    ring.push({ n: 2 }, 5);
    note();
    ring.prioritise([0], [2]);
    note();
    ring.append(3);
    note();
    ring.clear();
    note();

    expect(new Set(seen).size).toBe(seen.length);
    const { version } = ring;
    ring.clear();
    ring.prioritise([0, 1, 2], [1, 1, 1]);
    expect(() => ring.sample(batch)).toThrow(/empty/);
    expect(ring.version).toBe(version);
  });
});

describe('clear', () => {
  it.each(['uniform', {}])('removes all rows, and none of them is ever drawn again: %j', (priority) => {
    const ring = numbered(6, 10, priority);

    ring.clear();

    expect(ring.size).toBe(0);
    expect(() => ring.sample(ring.batch(1))).toThrow(misuse);
    for (let i = 10; i < 30; i++) {
      ring.append(i);
      expect(sorted(drawnFrom(ring, 10).keys())).toEqual(
        Array.from({ length: Math.min(i - 9, 6) }, (_, k) => Math.max(10, i - 5) + k),
      );
    }
  });

  it('does nothing to an empty ring', () => {
    const ring = numbered(6, 0);

    ring.clear();

    expect(ring.stats()).toMatchObject({ pushed: 0, cleared: 0 });
  });
});
