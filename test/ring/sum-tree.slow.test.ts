import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SumTree } from '../../src/ring/sum-tree.js';
import { leafOrder } from './replay-model.js';

/** Weights whose sums are exact: whole multiples of a power of two. */
const exactWeight = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 1_000_000 }).map((units) => units / 1_024),
);
/** Weights of any size, as far apart as doubles allow without their sum becoming Infinity. */
const anyWeight = fc.oneof(
  fc.constant(0),
  fc.constantFrom(5e-324, 1e-300, 1e-12, 1, 1e100, 1e300),
  fc.double({ min: 0, max: 1e300, noNaN: true }),
);
const changesOf = (weight: fc.Arbitrary<number>) =>
  fc.integer({ min: 2, max: 70 }).chain((leaves) =>
    fc.record({
      leaves: fc.constant(leaves),
      changes: fc.array(fc.tuple(fc.nat(leaves - 1), weight), { minLength: 1, maxLength: 100 }),
      shares: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }),
    }),
  );

/** The leaf at a share, by adding up weights one after another. */
function scan(weights: readonly number[], share: number): number {
  const held = leafOrder(weights.length).filter((leaf) => weights[leaf] !== 0);
  let before = 0;
  for (const leaf of held) {
    before += weights[leaf] ?? Number.NaN;
    if (share < before) return leaf;
  }
  return held.at(-1) ?? -1;
}

describe('SumTree', () => {
  it.each([2, 3, 4, 5, 6, 7, 8, 9, 100, 1_025])('of %d leaves starts with nothing', (leaves) => {
    const tree = new SumTree(leaves);

    expect(tree.total).toBe(0);
    expect(tree.get(leaves - 1)).toBe(0);
  });

  it('finds each leaf at every share of its weight, first bound included, last excluded', () => {
    const tree = new SumTree(4);
    for (const [leaf, weight] of [1, 2, 4, 8].entries()) tree.set(leaf, weight);

    const found = Array.from({ length: 15 }, (_, share) => tree.find(share));

    expect(tree.total).toBe(15);
    expect(found).toEqual([0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3]);
    expect(tree.find(0.999_999)).toBe(0);
    expect(tree.find(15)).toBe(3);
  });

  it('finds what a scan of the weights finds', () => {
    fc.assert(
      fc.property(changesOf(exactWeight), ({ leaves, changes, shares }) => {
        const tree = new SumTree(leaves);
        const weights = Array.from({ length: leaves }, () => 0);
        for (const [leaf, weight] of changes) {
          tree.set(leaf, weight);
          weights[leaf] = weight;
        }
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        fc.pre(total > 0);

        expect(tree.total).toBe(total);
        expect(weights.map((_, leaf) => tree.get(leaf))).toEqual(weights);
        for (const share of shares) expect(tree.find(share * total)).toBe(scan(weights, share * total));
      }),
      { numRuns: 500 },
    );
  });

  it('never finds a leaf without weight, however weights and shares are rounded', () => {
    fc.assert(
      fc.property(changesOf(anyWeight), ({ leaves, changes, shares }) => {
        const tree = new SumTree(leaves);
        for (const [leaf, weight] of changes) tree.set(leaf, weight);
        fc.pre(tree.total > 0);

        for (const share of [0, 1, 1 - 2 ** -53, ...shares]) {
          const leaf = tree.find(share * tree.total);
          expect(leaf).toBeGreaterThanOrEqual(0);
          expect(leaf).toBeLessThan(leaves);
          expect(tree.get(leaf)).toBeGreaterThan(0);
        }
        expect(tree.get(tree.find(Number.MAX_VALUE))).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('depends on the weights it has, not on those it had', () => {
    fc.assert(
      fc.property(changesOf(anyWeight), ({ leaves, changes, shares }) => {
        const [used, fresh] = [new SumTree(leaves), new SumTree(leaves)];
        const weights = Array.from({ length: leaves }, () => 0);
        for (const [leaf, weight] of changes) {
          used.set(leaf, weight);
          weights[leaf] = weight;
        }
        for (const [leaf, weight] of weights.entries()) fresh.set(leaf, weight);

        expect(used.total).toBe(fresh.total);
        for (const share of shares) expect(used.find(share * used.total)).toBe(fresh.find(share * fresh.total));
      }),
    );
  });

  it('shows no trace of a giant that came and went', () => {
    const tree = new SumTree(1_000);
    for (let leaf = 0; leaf < 1_000; leaf++) tree.set(leaf, 0.1);
    const before = tree.total;

    for (let i = 0; i < 10_000; i++) {
      tree.set(i % 1_000, 1e300);
      tree.set(i % 1_000, 0.1);
    }

    expect(tree.total).toBe(before);
  });

  it('is empty after clear', () => {
    const tree = new SumTree(5);
    tree.set(3, 7);

    tree.clear();

    expect(tree.total).toBe(0);
    tree.set(1, 2);
    expect(tree.find(1)).toBe(1);
  });
});
