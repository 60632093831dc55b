/** Bounds of the delay before a connection is opened again, in milliseconds. */
export interface BackOffBounds {
  readonly minDelay: number;
  readonly maxDelay: number;
}

/**
 * Exponential back-off with full jitter: a random part of a bound that doubles with every failure.
 *
 * Processes that lose their connections at the same moment come back at different ones.
 */
export class BackOff {
  readonly #bounds: BackOffBounds;
  readonly #random: () => number;
  #failures = 0;

  constructor(bounds: BackOffBounds, random: () => number) {
    this.#bounds = bounds;
    this.#random = random;
  }

  /** Failures since the last reset. */
  get failures(): number {
    return this.#failures;
  }

  /** Counts a failure and returns how long to wait, in milliseconds. */
  next(): number {
    const bound = Math.min(this.#bounds.maxDelay, this.#bounds.minDelay * 2 ** this.#failures);
    this.#failures++;
    return bound * this.#random();
  }

  reset(): void {
    this.#failures = 0;
  }
}
