const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Adam (Kingma and Ba, 2015): gradient ascent with a step size for each weight. */
export class Adam {
  readonly #weights: readonly Float64Array[];
  readonly #means: Float64Array[];
  readonly #squares: Float64Array[];
  readonly #rate: number;
  #step = 0;

  constructor(weights: readonly Float64Array[], rate: number) {
    this.#weights = weights;
    this.#rate = rate;
    this.#means = weights.map((values) => new Float64Array(values.length));
    this.#squares = weights.map((values) => new Float64Array(values.length));
  }

  /** Moves all weights up their gradients. */
  ascend(gradients: readonly Float64Array[]): void {
    this.#step++;
    const rate = (this.#rate * Math.sqrt(1 - BETA2 ** this.#step)) / (1 - BETA1 ** this.#step);
    for (const [index, gradient] of gradients.entries()) this.#move(index, gradient, rate);
  }

  #move(index: number, gradient: Float64Array, rate: number): void {
    const weights = this.#weights[index] ?? new Float64Array();
    const means = this.#means[index] ?? new Float64Array();
    const squares = this.#squares[index] ?? new Float64Array();
    for (let i = 0; i < gradient.length; i++) {
      const slope = gradient[i] ?? 0;
      const mean = (means[i] = BETA1 * (means[i] ?? 0) + (1 - BETA1) * slope);
      const square = (squares[i] = BETA2 * (squares[i] ?? 0) + (1 - BETA2) * slope * slope);
      weights[i] = (weights[i] ?? 0) + (rate * mean) / (Math.sqrt(square) + EPSILON);
    }
  }
}
