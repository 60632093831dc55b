import type { Clock } from '../core/clock.js';

/** Buckets of the window; the count is right to one of them. */
const BUCKETS = 60;

/** How often something happened within the last stretch of time, counted in 60 buckets. */
export class RecentCount {
  readonly #width: number;
  readonly #ioClock: Clock;
  readonly #counts = new Float64Array(BUCKETS);
  /** Number of the newest bucket since time 0. */
  #newest = 0;

  /** Counts over `window` milliseconds. */
  constructor(window: number, ioClock: Clock) {
    this.#width = window / BUCKETS;
    this.#ioClock = ioClock;
  }

  /** Counts one now. */
  add(): void {
    this.#advance();
    const index = this.#newest % BUCKETS;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  /** Those of the window that ends now. */
  get total(): number {
    this.#advance();
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** Empties the buckets that have come round again. */
  #advance(): void {
    const newest = Math.floor(this.#ioClock.now() / this.#width);
    const passed = Math.min(newest - this.#newest, BUCKETS);
    for (let step = 1; step <= passed; step++) this.#counts[(this.#newest + step) % BUCKETS] = 0;
    this.#newest = Math.max(newest, this.#newest);
  }
}
