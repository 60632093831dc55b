import { Sfc32 } from '../../src/ring/sfc32.js';

/** A row with what a replay buffer knows of it. */
interface Held<Row> {
  readonly id: number;
  readonly row: Row;
  weight: number;
}

/** What a model needs to know of the ring it is the twin of. */
export interface ModelRule {
  readonly capacity: number;
  readonly seed: number;
  /** `undefined` draws uniformly. */
  readonly priority?: { readonly exponent: number; readonly floor: number };
}

/** Rows drawn, with the weights of their losses. */
export interface Draw<Row> {
  readonly ids: number[];
  readonly rows: Row[];
  readonly weights: number[];
}

/**
 * The order in which a sum tree lays the weights of so many leaves side by side: from leaf 0 when their number is a
 * power of two; else those of the deepest level first, which are the last ones.
 */
export function leafOrder(leaves: number): number[] {
  let level = 1;
  while (level < leaves) level *= 2;
  const first = level === leaves ? 0 : level - leaves;
  return Array.from({ length: leaves }, (_, i) => (first + i) % leaves);
}

/** The obvious twin of a ReplayRing: a list of rows and a scan of their weights for each one drawn. */
export class ReplayModel<Row> {
  held: Held<Row>[] = [];
  pushed = 0;
  stale = 0;
  readonly #rule: ModelRule;
  readonly #random: Sfc32;
  #largest: number;

  constructor(rule: ModelRule) {
    this.#rule = rule;
    this.#random = new Sfc32(rule.seed);
    this.#largest = this.weightOf(1);
  }

  weightOf(priority: number): number {
    const { priority: rule } = this.#rule;
    return rule === undefined ? 1 : (priority + rule.floor) ** rule.exponent;
  }

  push(row: Row, priority?: number): void {
    const weight = priority === undefined ? this.#largest : this.weightOf(priority);
    this.#largest = Math.max(this.#largest, weight);
    this.held.push({ id: this.pushed++, row, weight });
    if (this.held.length > this.#rule.capacity) this.held.shift();
  }

  prioritise(ids: readonly number[], priorities: readonly number[]): void {
    for (const [i, id] of ids.entries()) {
      const found = this.held.find((held) => held.id === id);
      if (found === undefined) this.stale++;
      else found.weight = this.weightOf(priorities[i] ?? Number.NaN);
      if (found !== undefined) this.#largest = Math.max(this.#largest, found.weight);
    }
  }

  clear(): void {
    this.held = [];
  }

  /** The chance of each row held, oldest first. */
  chances(): number[] {
    const total = this.held.reduce((sum, { weight }) => sum + weight, 0);
    return this.held.map(({ weight }) => weight / total);
  }

  sample(size: number, correction: number): Draw<Row> {
    const drawn = Array.from({ length: size }, (_, i) => this.#draw(i, size));
    const total = this.held.reduce((sum, { weight }) => sum + weight, 0);
    const weights = drawn.map(({ weight }) => (this.held.length * (weight / total)) ** -correction);
    const largest = Math.max(...weights);
    return {
      ids: drawn.map(({ id }) => id),
      rows: drawn.map(({ row }) => row),
      weights: weights.map((weight) => weight / largest),
    };
  }

  #draw(i: number, size: number): Held<Row> {
    const random = this.#random.next();
    const { priority, capacity } = this.#rule;
    const found =
      priority === undefined ? this.held.at(-1 - Math.floor(random * this.held.length)) : this.#scan(i, size, random);
    if (found === undefined) throw new Error(`nothing to draw of ${capacity}`);
    return found;
  }

  #scan(i: number, size: number, random: number): Held<Row> | undefined {
    const slots = this.#rule.capacity + 1;
    const bySlot = new Map(this.held.map((held) => [held.id % slots, held]));
    const inOrder = leafOrder(slots).flatMap((slot) => bySlot.get(slot) ?? []);
    const total = inOrder.reduce((sum, { weight }) => sum + weight, 0);
    const share = (i + random) * (total / size);
    let before = 0;
    return inOrder.find(({ weight }) => share < (before += weight)) ?? inOrder.at(-1);
  }
}
