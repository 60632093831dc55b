import { backOffDelay, type BackOffBounds } from '../core/back-off.js';

/** Counts the failures of a connection, and says how long to wait after each. */
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
    this.#failures++;
    return backOffDelay(this.#failures, this.#bounds, this.#random);
  }

  /** Makes the next failure the first again; called when a connection was stable or a topic went live. */
  reset(): void {
    this.#failures = 0;
  }
}
