import * as fc from 'fast-check';
import { ReplayRing } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';
import { ReplayModel } from './replay-model.js';

/** Weights whose sums are exact: then a tree and a scan must pick the same rows. */
const EXACT = { exponent: 1, correction: 0.5, floor: 2 ** -10 } as const;

type Step =
  | { readonly type: 'push'; readonly priority: number | undefined }
  | { readonly type: 'sample'; readonly size: number; readonly correction: number }
  | { readonly type: 'prioritise'; readonly ids: readonly number[]; readonly priorities: readonly number[] }
  | { readonly type: 'clear' };

const priority = fc.integer({ min: 0, max: 1_000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('push'), priority: fc.option(priority, { nil: undefined }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('sample'),
      size: fc.integer({ min: 1, max: 20 }),
      correction: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.array(fc.tuple(fc.nat(60), priority), { maxLength: 10 }).map((pairs) => ({
      type: 'prioritise',
      ids: pairs.map(([id]) => id),
      priorities: pairs.map(([, each]) => each),
    })),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('clear') }) },
) as fc.Arbitrary<Step>;

const columns = { n: 'f64', pair: { type: 'i32', length: 2 } } as const;

/** Plays one history on a ring and on its model, and compares every batch. */
function play(capacity: number, seed: number, isUniform: boolean, steps: readonly Step[]): void {
  const ring = new ReplayRing({ capacity, seed, columns, priority: isUniform ? 'uniform' : EXACT });
  const model = new ReplayModel<number>({ capacity, seed, ...(!isUniform && { priority: EXACT }) });
  for (const each of steps) {
    if (each.type === 'push') {
      const row = { n: model.pushed, pair: [model.pushed, -model.pushed] };
      ring.push(row, isUniform ? undefined : each.priority);
      model.push(model.pushed, isUniform ? undefined : each.priority);
    } else if (each.type === 'clear') {
      ring.clear();
      model.clear();
    } else if (each.type === 'prioritise') {
      if (isUniform) continue;
      const known = each.ids.filter((id) => id < model.pushed);
      ring.prioritise(known, each.priorities.slice(0, known.length));
      model.prioritise(known, each.priorities);
    } else if (model.held.length > 0) {
      const batch = ring.batch(each.size);
      ring.sample(batch, each.correction);
      const { ids, rows, weights } = model.sample(each.size, each.correction);
      expect([...batch.ids]).toEqual(ids);
      expect([...batch.columns.n]).toEqual(rows);
      expect([...batch.columns.pair]).toEqual(rows.flatMap((row) => [row, row === 0 ? 0 : -row]));
      for (const [i, weight] of weights.entries()) expect(batch.weights[i]).toBeCloseTo(weight, 6);
    }
    expect(ring.size).toBe(model.held.length);
    expect(ring.stats().stale).toBe(model.stale);
  }
}

/** How far counts are from what their chances let expect. */
function chiSquare(counts: readonly number[], chances: readonly number[]): number {
  const draws = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce(
    (sum, count, i) => sum + (count - draws * (chances[i] ?? 0)) ** 2 / (draws * (chances[i] ?? 0)),
    0,
  );
}

/** How often each row of a full ring is drawn, oldest first. */
function countDraws(ring: ReplayRing<{ n: 'f64' }>, batches: number, size: number): number[] {
  const counts = Array.from({ length: ring.size }, () => 0);
  const oldest = ring.stats().pushed - ring.size;
  const batch = ring.batch(size);
  for (let i = 0; i < batches; i++) {
    ring.sample(batch);
    for (const id of batch.ids) counts[id - oldest] = (counts[id - oldest] ?? Number.NaN) + 1;
  }
  return counts;
}

describe('sampling by priority', () => {
  it('picks what a scan of all weights picks with the same random numbers, over random histories', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 33 }),
        fc.nat(),
        fc.array(step, { maxLength: 120 }),
        (capacity, seed, steps) => play(capacity, seed, false, steps),
      ),
      { numRuns: 300 },
    );
  });

  it('draws each row in proportion to its weight', () => {
    const rule = { exponent: 0.6, floor: 1e-6 };
    const ring = new ReplayRing({ capacity: 100, columns: { n: 'f64' }, priority: rule, seed: 11 });
    const model = new ReplayModel<number>({ capacity: 100, seed: 0, priority: rule });
    for (let i = 0; i < 157; i++) {
      ring.push({ n: i }, (i % 13) + 0.5);
      model.push(i, (i % 13) + 0.5);
    }

    // One row per batch, because the strata of a batch make its counts more even than chance.
    const distance = chiSquare(countDraws(ring, 100_000, 1), model.chances());

    // 99 degrees of freedom: above 149 or below 60 once in a thousand seeds each.
    expect(distance).toBeLessThan(149);
    expect(distance).toBeGreaterThan(60);
  });

  it('draws once from each part of the sum per batch, so that of equal rows none is left out', () => {
    const ring = new ReplayRing({ capacity: 64, columns: { n: 'f64' }, priority: {}, seed: 5 });
    for (let i = 0; i < 64; i++) ring.append(i);

    const counts = countDraws(ring, 1_000, 64);

    expect(new Set(counts)).toEqual(new Set([1_000]));
  });

  it('draws all rows alike when the exponent is 0, whatever their priorities', () => {
    const ring = new ReplayRing({ capacity: 50, columns: { n: 'f64' }, priority: { exponent: 0 }, seed: 2 });
    for (let i = 0; i < 50; i++) ring.push({ n: i }, 10 ** (i - 25));

    const distance = chiSquare(
      countDraws(ring, 50_000, 1),
      Array.from({ length: 50 }, () => 1 / 50),
    );

    // 49 degrees of freedom.
    expect(distance).toBeLessThan(86);
  });

  it('gives new rows the largest priority so far', () => {
    const ring = new ReplayRing({ capacity: 10, columns: { n: 'f64' }, priority: EXACT });
    ring.append(0);
    ring.append(1);
    ring.prioritise([0], [99]);
    ring.append(2);
    ring.prioritise([0], [1]);
    ring.append(3);
    const chances = countDraws(ring, 100, 1_000).map((count) => count / 100_000);

    const total = 1 + 1 + 99 + 99;

    for (const [i, weight] of [1, 1, 99, 99].entries()) expect(chances[i]).toBeCloseTo(weight / total, 2);
  });

  it('draws a row of priority 0 as the floor says', () => {
    const priorities = { exponent: 1, floor: 0.25 };
    const ring = new ReplayRing({ capacity: 2, columns: { n: 'f64' }, priority: priorities });
    ring.push({ n: 0 }, 0);
    ring.push({ n: 1 }, -0 + 0.5);

    const [zero = 0, other = 0] = countDraws(ring, 10, 1_000);

    expect(zero / (zero + other)).toBeCloseTo(0.25, 2);
  });

  it('goes on drawing only rows it holds after giant priorities came and went', () => {
    const ring = new ReplayRing({
      capacity: 37,
      columns: { n: 'f64' },
      priority: { exponent: 1, floor: 1e-12 },
      seed: 9,
    });
    const batch = ring.batch(16);
    const wrong: number[] = [];
    for (let i = 0; i < 5_000; i++) {
      ring.push({ n: i }, i % 3 === 0 ? 1e100 : i % 3 === 1 ? 0 : 1e-9);
      ring.sample(batch);
      for (const [k, id] of batch.ids.entries()) {
        const weight = batch.weights[k] ?? Number.NaN;
        const isRight = id > i - 37 && id <= i && batch.columns.n[k] === id && weight >= 0 && weight <= 1;
        if (!isRight) wrong.push(id);
      }
    }

    expect(wrong).toEqual([]);
  });
});

describe('uniform sampling', () => {
  it('picks what its definition picks, over random histories', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 33 }),
        fc.nat(),
        fc.array(step, { maxLength: 120 }),
        (capacity, seed, steps) => play(capacity, seed, true, steps),
      ),
      { numRuns: 200 },
    );
  });

  it('draws all rows alike, each draw on its own', () => {
    const ring = new ReplayRing({ capacity: 100, columns: { n: 'f64' }, seed: 4 });
    for (let i = 0; i < 130; i++) ring.append(i);

    const distance = chiSquare(
      countDraws(ring, 1_000, 100),
      Array.from({ length: 100 }, () => 1 / 100),
    );

    expect(distance).toBeLessThan(149);
    expect(distance).toBeGreaterThan(60);
  });

  it('gives every row the weight 1', () => {
    const ring = new ReplayRing({ capacity: 10, columns: { n: 'f64' } });
    for (let i = 0; i < 10; i++) ring.append(i);
    const batch = ring.batch(30);

    ring.sample(batch, 1);

    expect(new Set(batch.weights)).toEqual(new Set([1]));
  });
});

describe('weights of a batch', () => {
  const ringOf = (correction: number) => {
    const ring = new ReplayRing({
      capacity: 4,
      columns: { n: 'f64' },
      priority: { exponent: 1, correction, floor: 2 ** -20 },
    });
    for (const [n, each] of [1, 2, 4, 8].entries()) ring.push({ n }, each);
    return ring;
  };

  it.each([
    [1, [1, 1 / 2, 1 / 4, 1 / 8]],
    [0.5, [1, Math.SQRT1_2, 1 / 2, Math.SQRT1_2 / 2]],
    [0, [1, 1, 1, 1]],
  ])('undo the chances as far as correction says: %d', (correction, expected) => {
    const ring = ringOf(0.4);
    const batch = ring.batch(100);

    ring.sample(batch, correction);

    expect(new Set(batch.ids).size).toBe(4);
    for (const [i, id] of batch.ids.entries()) expect(batch.weights[i]).toBeCloseTo(expected[id] ?? Number.NaN, 5);
  });

  it('follow the option when sample is not told', () => {
    const [told, untold] = [ringOf(0.1), ringOf(0.7)];
    const [first, second] = [told.batch(20), untold.batch(20)];

    told.sample(first, 0.7);
    untold.sample(second);

    expect(first).toEqual(second);
  });

  it('are 1 for the least likely row of the batch, whatever rows it leaves out', () => {
    const ring = ringOf(0.4);
    const batch = ring.batch(1);

    for (let i = 0; i < 50; i++) {
      ring.sample(batch);
      expect(batch.weights[0]).toBe(1);
    }
  });

  it('make weighted means of draws those of all rows, which is what they are for', () => {
    const ring = new ReplayRing({ capacity: 200, columns: { n: 'f64' }, priority: { exponent: 1 }, seed: 6 });
    for (let i = 0; i < 200; i++) ring.push({ n: i }, 1 + (i % 50));
    const batch = ring.batch(1_000);
    let [sum, weights] = [0, 0];

    for (let round = 0; round < 200; round++) {
      ring.sample(batch, 1);
      for (const [i, weight] of batch.weights.entries()) {
        sum += weight * (batch.columns.n[i] ?? Number.NaN);
        weights += weight;
      }
    }

    expect(sum / weights).toBeGreaterThan(98);
    expect(sum / weights).toBeLessThan(101);
  });
});

describe('the seed', () => {
  const idsOf = (seed: number | undefined, priorities: 'uniform' | object) => {
    const ring = new ReplayRing({
      capacity: 1_000,
      columns: { n: 'f64' },
      priority: priorities,
      ...(seed !== undefined && { seed }),
    });
    for (let i = 0; i < 1_000; i++) ring.append(i);
    const batch = ring.batch(32);
    ring.sample(batch);
    const first = [...batch.ids];
    ring.sample(batch);
    return [first, [...batch.ids]];
  };

  it.each(['uniform', {}])('decides all draws: %j', (priorities) => {
    expect(idsOf(123, priorities)).toEqual(idsOf(123, priorities));
    expect(idsOf(undefined, priorities)).toEqual(idsOf(0, priorities));
    expect(idsOf(124, priorities)).not.toEqual(idsOf(123, priorities));
    expect(idsOf(2 ** 32, priorities)).not.toEqual(idsOf(0, priorities));
    expect(new Set(idsOf(5, priorities).map(String)).size).toBe(2);
  });
});
