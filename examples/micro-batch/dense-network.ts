/** A layer: its weights, one row per output, and a bias per output. */
interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

/** Rows of a matrix that are multiplied side by side. */
const ABREAST = 4;

/** A small network of dense layers with ReLU between them, for one row of features or for many at once. */
export class DenseNetwork {
  readonly #layers: readonly Layer[];

  /** `sizes` are the numbers of features, of each hidden layer's units and of outputs; weights come from `random`. */
  constructor(sizes: readonly number[], random: () => number) {
    this.#layers = sizes.slice(1).map((outputs, index) => {
      const inputs = sizes[index] ?? 0;
      const scale = 1 / Math.sqrt(inputs);
      const weights = Float64Array.from({ length: inputs * outputs }, () => (random() * 2 - 1) * scale);
      return { inputs, outputs, weights, biases: Float64Array.from({ length: outputs }, () => random() - 0.5) };
    });
  }

  /** The outputs for one row: a matrix times a vector per layer. */
  predict(features: Float64Array): Float64Array {
    let values = features;
    for (const [index, { inputs, outputs, weights, biases }] of this.#layers.entries()) {
      const next = new Float64Array(outputs);
      for (let output = 0; output < outputs; output++) {
        let sum = biases[output] ?? 0;
        for (let input = 0; input < inputs; input++)
          sum += (weights[output * inputs + input] ?? 0) * (values[input] ?? 0);
        next[output] = this.#activated(sum, index);
      }
      values = next;
    }
    return values;
  }

  /**
   * The outputs for many rows: a matrix times a matrix per layer.
   *
   * Each weight is loaded once for four rows, whose sums do not wait for one another. Each sum is added up in the
   * order of `predict`, so that the outputs are the same to the bit.
   */
  predictAll(rows: readonly Float64Array[]): Float64Array[] {
    const [{ inputs: width } = { inputs: 0 }] = this.#layers;
    // Rows are filled up to whole blocks with zeros; what these come to is dropped.
    const count = Math.ceil(rows.length / ABREAST) * ABREAST;
    let values = new Float64Array(count * width);
    rows.forEach((row, index) => values.set(row, index * width));
    for (const [index, layer] of this.#layers.entries()) {
      const next = new Float64Array(count * layer.outputs);
      for (let row = 0; row < count; row += ABREAST) this.#multiply(layer, index, values, next, row);
      values = next;
    }
    const outputs = this.#layers.at(-1)?.outputs ?? 0;
    return rows.map((_, row) => values.slice(row * outputs, (row + 1) * outputs));
  }

  // Hot path: one block of rows through one layer.
  #multiply(layer: Layer, index: number, values: Float64Array, next: Float64Array, row: number): void {
    const { inputs, outputs, weights, biases } = layer;
    const [a, b, c, d] = [row * inputs, (row + 1) * inputs, (row + 2) * inputs, (row + 3) * inputs];
    for (let output = 0; output < outputs; output++) {
      const first = output * inputs;
      let sumA = biases[output] ?? 0;
      let [sumB, sumC, sumD] = [sumA, sumA, sumA];
      for (let input = 0; input < inputs; input++) {
        const weight = weights[first + input] ?? 0;
        sumA += weight * (values[a + input] ?? 0);
        sumB += weight * (values[b + input] ?? 0);
        sumC += weight * (values[c + input] ?? 0);
        sumD += weight * (values[d + input] ?? 0);
      }
      next[row * outputs + output] = this.#activated(sumA, index);
      next[(row + 1) * outputs + output] = this.#activated(sumB, index);
      next[(row + 2) * outputs + output] = this.#activated(sumC, index);
      next[(row + 3) * outputs + output] = this.#activated(sumD, index);
    }
  }

  #activated(sum: number, layer: number): number {
    return layer === this.#layers.length - 1 || sum > 0 ? sum : 0;
  }
}

/** Random numbers from 0 to 1 that are the same each time. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
