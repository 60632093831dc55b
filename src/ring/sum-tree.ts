/**
 * Weights of numbered leaves, and which leaf a share of their sum falls on, both in O(log leaves).
 *
 * Each node is the sum of its two children, added anew whenever one changes, never corrected by a difference: so
 * there is no drift, a node is 0 exactly when all leaves below it are, and equal weights give equal sums whatever
 * they were before. Finding walks down from the root and never enters a node that is 0.
 *
 * Node 1 is the root, nodes 2i and 2i + 1 are the children of node i, and the leaves are the last half. When their
 * number is no power of two, those one level deeper come first in the order of shares.
 */
export class SumTree {
  readonly #sums: Float64Array;
  readonly #leaves: number;

  /** @param leaves How many, 2 or more. All weigh 0. */
  constructor(leaves: number) {
    this.#leaves = leaves;
    this.#sums = new Float64Array(2 * leaves);
  }

  /** The sum of all weights. */
  get total(): number {
    return this.#sums[1] ?? 0;
  }

  /** A leaf's weight. */
  get(leaf: number): number {
    return this.#sums[this.#leaves + leaf] ?? 0;
  }

  /** Sets a leaf's weight, a number from 0 up whose sum with all others is finite. */
  set(leaf: number, weight: number): void {
    // Hot path: no allocation.
    const sums = this.#sums;
    let node = this.#leaves + leaf;
    sums[node] = weight;
    for (node >>= 1; node > 0; node >>= 1) sums[node] = (sums[2 * node] ?? 0) + (sums[2 * node + 1] ?? 0);
  }

  /**
   * The leaf at a share of the sum, from 0 to `total`. Never one that weighs 0, unless all do.
   */
  find(share: number): number {
    // Hot path: no allocation.
    const sums = this.#sums;
    let node = 1;
    while (node < this.#leaves) {
      node *= 2;
      const left = sums[node] ?? 0;
      // Rounding can leave a share that is not below the sum of both: then the last leaf with a weight is meant.
      if (share >= left && sums[node + 1] !== 0) {
        share -= left;
        node++;
      }
    }
    return node - this.#leaves;
  }

  /** Makes all weights 0. */
  clear(): void {
    this.#sums.fill(0);
  }
}
