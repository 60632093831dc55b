import {
  BATCH,
  type Batch,
  CAPACITY,
  CORRECTION,
  errorOf,
  EXPONENT,
  type Replay,
  STATE,
  stateOf,
} from './experience.js';

interface Experience {
  readonly state: Float32Array;
  readonly action: number;
  readonly reward: number;
}

/** How the weights of an {@link ArrayReplay} are searched. */
interface Priorities {
  readonly total: number;
  get(i: number): number;
  set(i: number, weight: number): void;
  find(share: number): number;
}

/** A replay buffer as most are written: an array of objects, and the batch is made of what was picked. */
export class ArrayReplay implements Replay {
  readonly #rows: Experience[] = [];
  readonly #priorities: Priorities;
  #ids: number[] = [];

  constructor(search: 'tree' | 'running sums') {
    this.#priorities = search === 'tree' ? new Tree(CAPACITY) : new List(CAPACITY);
    for (let i = 0; i < CAPACITY; i++) {
      this.#rows.push({ state: stateOf(i), action: i & 3, reward: i & 15 });
      this.#priorities.set(i, errorOf(i) ** EXPONENT);
    }
  }

  sample(): Batch {
    const { total } = this.#priorities;
    this.#ids = Array.from({ length: BATCH }, (_, k) => this.#priorities.find((total / BATCH) * (k + Math.random())));
    const raw = this.#ids.map((id) => (CAPACITY * (this.#priorities.get(id) / total)) ** -CORRECTION);
    const largest = Math.max(...raw);
    const picked = this.#ids.flatMap((id) => this.#rows[id] ?? []);
    const states = new Float32Array(BATCH * STATE);
    for (const [k, { state }] of picked.entries()) states.set(state, k * STATE);
    return {
      ids: this.#ids,
      weights: Float32Array.from(raw, (weight) => weight / largest),
      states,
      actions: Int32Array.from(picked, ({ action }) => action),
      rewards: Float32Array.from(picked, ({ reward }) => reward),
    };
  }

  prioritise(errors: Float64Array): void {
    for (const [k, id] of this.#ids.entries()) this.#priorities.set(id, (errors[k] ?? 0) ** EXPONENT);
  }
}

/** A sum tree over an array of numbers, corrected by differences on the way up. */
class Tree implements Priorities {
  readonly #nodes: number[];
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#nodes = Array.from({ length: 2 * capacity - 1 }, () => 0);
  }

  get total(): number {
    return this.#nodes[0] ?? 0;
  }

  get(i: number): number {
    return this.#nodes[i + this.#capacity - 1] ?? 0;
  }

  set(i: number, weight: number): void {
    let node = i + this.#capacity - 1;
    const change = weight - (this.#nodes[node] ?? 0);
    this.#nodes[node] = weight;
    while (node !== 0) {
      node = Math.floor((node - 1) / 2);
      this.#nodes[node] = (this.#nodes[node] ?? 0) + change;
    }
  }

  find(share: number): number {
    let node = 0;
    for (;;) {
      const left = 2 * node + 1;
      if (left >= this.#nodes.length) return node - this.#capacity + 1;
      const weight = this.#nodes[left] ?? 0;
      if (share <= weight) node = left;
      else {
        share -= weight;
        node = left + 1;
      }
    }
  }
}

/** Weights side by side; their running sums are added up anew for each batch, which asks for the total first. */
class List implements Priorities {
  readonly #weights: Float64Array;
  readonly #sums: Float64Array;

  constructor(capacity: number) {
    this.#weights = new Float64Array(capacity);
    this.#sums = new Float64Array(capacity);
  }

  get total(): number {
    let sum = 0;
    for (let i = 0; i < this.#weights.length; i++) {
      sum += this.#weights[i] ?? 0;
      this.#sums[i] = sum;
    }
    return sum;
  }

  get(i: number): number {
    return this.#weights[i] ?? 0;
  }

  set(i: number, weight: number): void {
    this.#weights[i] = weight;
  }

  find(share: number): number {
    let low = 0;
    let high = this.#sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sums[middle] ?? 0) > share) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
