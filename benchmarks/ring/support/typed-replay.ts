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

/** Leaves of the sum tree: the next power of two. */
const LEAVES = 2 ** Math.ceil(Math.log2(CAPACITY));

/** The least: typed arrays throughout, made once, no row ever replaced, nothing checked, random numbers of V8. */
export class TypedReplay implements Replay {
  readonly #states = new Float32Array(CAPACITY * STATE);
  readonly #actions = new Int32Array(CAPACITY);
  readonly #rewards = new Float32Array(CAPACITY);
  readonly #sums = new Float64Array(2 * LEAVES);
  readonly #batch = {
    ids: new Int32Array(BATCH),
    weights: new Float32Array(BATCH),
    states: new Float32Array(BATCH * STATE),
    actions: new Int32Array(BATCH),
    rewards: new Float32Array(BATCH),
  };

  constructor() {
    for (let i = 0; i < CAPACITY; i++) {
      this.#states.set(stateOf(i), i * STATE);
      this.#actions[i] = i & 3;
      this.#rewards[i] = i & 15;
      this.#set(i, errorOf(i) ** EXPONENT);
    }
  }

  sample(): Batch {
    const { ids, weights, states, actions, rewards } = this.#batch;
    const sums = this.#sums;
    const part = (sums[1] ?? 0) / BATCH;
    let least = Infinity;
    for (let k = 0; k < BATCH; k++) {
      const id = this.#find((k + Math.random()) * part);
      ids[k] = id;
      least = Math.min(least, sums[LEAVES + id] ?? 0);
      for (let i = 0; i < STATE; i++) states[k * STATE + i] = this.#states[id * STATE + i] ?? 0;
      actions[k] = this.#actions[id] ?? 0;
      rewards[k] = this.#rewards[id] ?? 0;
    }
    for (let k = 0; k < BATCH; k++) weights[k] = ((sums[LEAVES + (ids[k] ?? 0)] ?? 0) / least) ** -CORRECTION;
    return this.#batch;
  }

  prioritise(errors: Float64Array): void {
    for (let k = 0; k < BATCH; k++) this.#set(this.#batch.ids[k] ?? 0, (errors[k] ?? 0) ** EXPONENT);
  }

  #find(share: number): number {
    const sums = this.#sums;
    let node = 1;
    while (node < LEAVES) {
      node *= 2;
      const left = sums[node] ?? 0;
      if (share >= left) {
        share -= left;
        node++;
      }
    }
    return node - LEAVES;
  }

  #set(i: number, weight: number): void {
    const sums = this.#sums;
    let node = LEAVES + i;
    sums[node] = weight;
    for (node >>= 1; node > 0; node >>= 1) sums[node] = (sums[2 * node] ?? 0) + (sums[2 * node + 1] ?? 0);
  }
}
