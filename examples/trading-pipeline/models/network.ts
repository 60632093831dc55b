/** Actions of the policy, in the order of its outputs. */
export const ACTIONS = [-1, 0, 1] as const;

/** Weights of a two-layer network, row-major. */
export interface NetworkWeights {
  readonly inputs: number;
  readonly hidden: number;
  /** hidden × inputs. */
  readonly w1: readonly number[];
  /** hidden. */
  readonly b1: readonly number[];
  /** actions × hidden. */
  readonly w2: readonly number[];
  /** actions. */
  readonly b2: readonly number[];
}

/** A two-layer policy network: tanh hidden layer, softmax over sell, hold and buy. */
export class PolicyNetwork {
  readonly inputs: number;
  readonly hidden: number;
  readonly w1: Float64Array;
  readonly b1: Float64Array;
  readonly w2: Float64Array;
  readonly b2: Float64Array;
  /** Hidden activations of the last forward pass. */
  readonly activations: Float64Array;
  /** Action probabilities of the last forward pass. */
  readonly probabilities = new Float64Array(ACTIONS.length);

  constructor(weights: NetworkWeights) {
    this.inputs = weights.inputs;
    this.hidden = weights.hidden;
    this.w1 = Float64Array.from(weights.w1);
    this.b1 = Float64Array.from(weights.b1);
    this.w2 = Float64Array.from(weights.w2);
    this.b2 = Float64Array.from(weights.b2);
    this.activations = new Float64Array(weights.hidden);
  }

  /** Computes the action probabilities for one input. The result is overwritten by the next call. */
  forward(input: ArrayLike<number>): Float64Array {
    for (let h = 0; h < this.hidden; h++) {
      let sum = read(this.b1, h);
      for (let i = 0; i < this.inputs; i++) sum += read(this.w1, h * this.inputs + i) * read(input, i);
      this.activations[h] = Math.tanh(sum);
    }
    for (let a = 0; a < ACTIONS.length; a++) {
      let sum = read(this.b2, a);
      for (let h = 0; h < this.hidden; h++) sum += read(this.w2, a * this.hidden + h) * read(this.activations, h);
      this.probabilities[a] = sum;
    }
    softmax(this.probabilities);
    return this.probabilities;
  }
}

function softmax(values: Float64Array): void {
  const max = Math.max(...values);
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] = Math.exp(read(values, i) - max);
  for (let i = 0; i < values.length; i++) values[i] = read(values, i) / total;
}

function read(values: ArrayLike<number>, index: number): number {
  return values[index] ?? 0;
}
