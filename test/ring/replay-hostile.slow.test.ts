import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type ReplayBatch, ReplayRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const misuse = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
const shape = { n: 'f64', v: { type: 'i32', length: 2 } } as const;
type Ring = ReplayRing<typeof shape>;

function filled(priority: 'uniform' | object = { exponent: 1 }): Ring {
  const ring = new ReplayRing({ capacity: 4, columns: shape, priority, seed: 3 });
  for (let i = 0; i < 6; i++) ring.append(i, [i, -i]);
  return ring;
}

/** All that a ring shows: its account, and what its next draws are. Compared with those of a twin. */
function appearance(ring: Ring): unknown {
  const batch = ring.batch(40);
  ring.sample(batch, 1);
  return [ring.stats(), ring.version, batch];
}

const bad: unknown[] = [Number.NaN, -1, -Number.MIN_VALUE, Infinity, -Infinity, 1.01e100, '1', null, undefined, {}, 1n];

describe('a hostile priority', () => {
  it.each(bad)('%s is refused, and no priority of the call is set', (hostile) => {
    const ring = filled();

    expect(() => ring.prioritise([2, 3, 4], [9, 9, hostile as number])).toThrow(misuse);
    expect(() => ring.prioritise([2, 3, 4], [9, 9, hostile as number])).toThrow(
      /priority must be a number from 0 to 1e\+100/,
    );

    expect(appearance(ring)).toEqual(appearance(filled()));
  });

  it.each(bad.filter((value) => value !== undefined))('%s of a new row is refused, and the row with it', (hostile) => {
    const ring = filled();

    expect(() => ring.push({ n: 9, v: [9, 9] }, hostile as number)).toThrow(misuse);

    expect(appearance(ring)).toEqual(appearance(filled()));
  });

  it.each([0, -0, Number.MIN_VALUE, 1e100])('%s is one that can be drawn with', (priority) => {
    const ring = filled();

    ring.prioritise([2, 3, 4, 5], [priority, priority, priority, priority]);

    const batch = ring.batch(40);
    ring.sample(batch, 1);
    expect(new Set(batch.ids)).toEqual(new Set([2, 3, 4, 5]));
    expect(new Set(batch.weights)).toEqual(new Set([1]));
  });

  it('is not needed to refuse priorities of a ring that draws uniformly', () => {
    const ring = filled('uniform');

    expect(() => ring.prioritise([2], [1])).toThrow(/no priorities when sampling is uniform/);
    expect(() => ring.push({ n: 9, v: [9, 9] }, 1)).toThrow(misuse);

    expect(appearance(ring)).toEqual(appearance(filled('uniform')));
  });
});

describe('an id', () => {
  it.each([-1, 6, 2.5, Number.NaN, Infinity, 2 ** 53, '2', null, undefined, 2n])(
    '%s that no row ever had is refused, and no priority of the call is set',
    (id) => {
      const ring = filled();

      expect(() => ring.prioritise([2, id as number], [9, 9])).toThrow(misuse);
      expect(() => ring.prioritise([2, id as number], [9, 9])).toThrow(/an id must be one that this ring gave/);

      expect(appearance(ring)).toEqual(appearance(filled()));
    },
  );

  it('of a row that was pushed out is counted, and the row now in its place keeps its priority', () => {
    const ring = filled();
    const batch = ring.batch(8);
    ring.sample(batch);
    const late = batch.ids.slice();
    for (let i = 6; i < 30; i++) ring.append(i, [i, -i]);
    const before = countOf(ring);

    ring.prioritise(late, new Float64Array(8).fill(1e50));

    expect(ring.stats()).toMatchObject({ stale: 8, prioritised: 0 });
    expect(countOf(ring)).toEqual(before);
  });

  it('of a row that was cleared is counted, new rows in its place keep their priority', () => {
    const ring = filled();
    ring.clear();
    for (let i = 6; i < 10; i++) ring.append(i, [i, -i]);

    ring.prioritise([2, 3, 4, 5, 6], [1e50, 1e50, 1e50, 1e50, 0.5]);

    expect(ring.stats()).toMatchObject({ stale: 4, prioritised: 1 });
    expect(countOf(ring).get(6)).toBeLessThan(200);
    expect(countOf(ring).get(7)).toBeGreaterThan(250);
  });

  it('of a batch that was never filled is refused', () => {
    const ring = filled();
    const { ids, weights } = ring.batch(2);

    expect(() => ring.prioritise(ids, weights)).toThrow(misuse);
  });

  it('given twice takes the last priority', () => {
    const [twice, once] = [filled(), filled()];

    twice.prioritise([3, 3], [50, 0.1]);
    once.prioritise([3], [0.1]);

    const chances = [twice, once].map((ring) => countOf(ring).get(3) ?? 0);
    expect(chances[0]).toBe(chances[1]);
  });
});

/** How often each id is drawn of 1000; the same for equal rings. */
function countOf(ring: Ring): Map<number, number> {
  const batch = ring.batch(1_000);
  ring.sample(batch);
  const counts = new Map<number, number>();
  for (const id of batch.ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return new Map([...counts].toSorted(([a], [b]) => a - b));
}

describe('lists of ids and priorities', () => {
  it.each([
    [[2, 3], [1]],
    [[2], [1, 1]],
    [null, [1]],
    [[2], undefined],
    [2, 1],
    [{}, {}],
    [{ length: Number.NaN }, { length: Number.NaN }],
    [{ length: Infinity }, { length: Infinity }],
    [{ length: 1 }, { length: 1 }],
    ['23', '11'],
  ])('%j and %j are refused', (ids, priorities) => {
    const ring = filled();

    expect(() => ring.prioritise(ids as never, priorities as never)).toThrow(misuse);

    expect(appearance(ring)).toEqual(appearance(filled()));
  });

  it('of no items change nothing', () => {
    const ring = filled();

    ring.prioritise([], new Float32Array(0));

    expect(appearance(ring)).toEqual(appearance(filled()));
  });

  it('that add rows while they are read never touch the wrong row', () => {
    const ring = filled();
    const priorities = {
      length: 1,
      get 0(): number {
        for (let i = 0; i < 5; i++) ring.append(100 + i, [0, 0]);
        return 1e50;
      },
    };

    ring.prioritise([5], priorities);

    expect(ring.stats()).toMatchObject({ stale: 1, prioritised: 0, pushed: 16 });
    expect(Math.max(...countOf(ring).values())).toBeLessThan(260);
  });

  it('that change while they are read never set a hostile priority', () => {
    const ring = filled();
    let reads = 0;
    const priorities = {
      length: 1,
      get 0(): number {
        return reads++ === 0 ? 1 : Number.NaN;
      },
    };

    expect(() => ring.prioritise([5], priorities)).toThrow(misuse);

    expect(appearance(ring)).toEqual(appearance(filled()));
  });
});

describe('a hostile row', () => {
  it.each([
    ['a missing column', { n: 1 }],
    ['an unknown column', { n: 1, v: [1, 2], w: 1 }],
    ['a vector too short', { n: 1, v: [1] }],
    ['a vector too long', { n: 1, v: [1, 2, 3] }],
    ['a number where a vector belongs', { n: 1, v: 1 }],
    ['a fraction in a whole column', { n: 1, v: [1, 0.5] }],
    ['a text', { n: '1', v: [1, 2] }],
    ['nothing', null],
  ])('with %s is refused and leaves the ring as it was', (_, row) => {
    const ring = filled();

    expect(() => ring.push(row as never)).toThrow(misuse);

    expect(appearance(ring)).toEqual(appearance(filled()));
  });

  it('of too few or too many values is refused by append', () => {
    const ring = filled();

    expect(() => ring.append(1)).toThrow(/append takes 2 values, one per column, got 1/);
    expect(() => ring.append(1, [1, 2], 3)).toThrow(misuse);
    expect(() => ring.append(1, 2)).toThrow(misuse);

    expect(appearance(ring)).toEqual(appearance(filled()));
  });

  it.each([
    ['push', (ring: Ring, v: ArrayLike<number>) => ring.push({ n: 7, v })],
    ['append', (ring: Ring, v: ArrayLike<number>) => ring.append(7, v)],
  ])('that adds rows to the ring while %s reads it is refused whole', (_, take) => {
    const ring = filled();
    const v = {
      length: 2,
      get 0(): number {
        ring.append(8, [8, 8]);
        return 1;
      },
      1: 1,
    };

    expect(() => take(ring, v)).toThrow(/reading a row must not add rows to the ring it is for/);

    expect(appearance(ring)).toEqual(appearance(filled()));
    ring.append(6, [6, -6]);
    expect(ring.stats().pushed).toBe(7);
  });

  it('whose getter throws is refused with that error, and the next row is taken', () => {
    const ring = filled();
    const row = {
      v: [1, 2],
      get n(): number {
        throw new RangeError('from the getter');
      },
    };

    expect(() => ring.push(row)).toThrow(/from the getter/);

    ring.append(6, [6, -6]);
    expect(ring.stats().pushed).toBe(7);
  });

  it('may clear, sample and prioritise while it is read, and is then taken', () => {
    const ring = filled();
    const batch = ring.batch(4);
    const row = {
      n: 6,
      get v(): number[] {
        ring.sample(batch);
        ring.prioritise(batch.ids, batch.weights);
        ring.clear();
        return [6, -6];
      },
    };

    ring.push(row);

    expect(ring.size).toBe(1);
    ring.sample(batch);
    expect([...batch.ids]).toEqual([6, 6, 6, 6]);
    expect([...batch.columns.v]).toEqual([6, -6, 6, -6, 6, -6, 6, -6]);
  });
});

describe('sample', () => {
  it('refuses a batch of another ring and anything like a batch', () => {
    const ring = filled();
    const copy = { ...ring.batch(2) };

    for (const foreign of [filled().batch(2), copy, null, undefined, {}, 4])
      expect(() => ring.sample(foreign as ReplayBatch<typeof shape>)).toThrow(/sample takes a batch of this ring/);
    expect(appearance(ring)).toEqual(appearance(filled()));
  });

  it.each([-0.1, 1.1, Number.NaN, Infinity, '1', null])('refuses the correction %s', (correction) => {
    const ring = filled();

    expect(() => ring.sample(ring.batch(2), correction as number)).toThrow(/correction must be a number from 0 to 1/);
    expect(appearance(ring)).toEqual(appearance(filled()));
  });

  it('refuses an empty ring', () => {
    const ring = new ReplayRing({ capacity: 4, columns: shape });

    expect(() => ring.sample(ring.batch(2))).toThrow(/sample needs rows, but the ring is empty/);
  });

  it('survives a batch whose memory was given away', () => {
    const ring = filled();
    const batch = ring.batch(2);
    const memory = [batch.ids.buffer, batch.weights.buffer, batch.columns.v.buffer] as ArrayBuffer[];
    structuredClone(memory, { transfer: memory });

    ring.sample(batch);

    expect(batch.ids).toHaveLength(0);
    expect(batch.columns.n).toHaveLength(2);
    ring.append(6, [6, -6]);
    expect(ring.stats()).toMatchObject({ pushed: 7, sampled: 2 });
  });
});

describe('the heap', () => {
  it.each(['uniform' as const, {}])('stays flat over many rows, samples and priorities: %j', (priority) => {
    const state = { type: 'f32', length: 8 } as const;
    const ring = new ReplayRing({ capacity: 2_000, columns: { state, action: 'i32', reward: 'f64' }, priority });
    const batch = ring.batch(32);
    const errors = new Float64Array(32);
    const values = Float32Array.from({ length: 8 }, (_, i) => i);
    const learn = (rounds: number): number => {
      for (let i = 0; i < rounds; i++) {
        ring.append(values, i & 3, i / 7);
        ring.sample(batch);
        for (let k = 0; k < 32; k++) errors[k] = (i + k) % 17;
        if (priority !== 'uniform') ring.prioritise(batch.ids, errors);
      }
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };

    const before = learn(5_000);
    const after = learn(20_000);

    expect(after - before).toBeLessThan(200_000);
  });
});
