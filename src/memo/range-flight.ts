import type { Steps } from './range-grid.js';

/**
 * One gap that is being loaded: a request, and further ones while the venue sends less than the whole gap.
 *
 * What is out of date, and what may be joined, is known per step: after an answer that was cut short, the steps that it
 * left open are as good as not yet asked for.
 */
export class RangeFlight implements Steps {
  /** First step. */
  readonly lo: number;
  /** The step after the last. */
  readonly hi: number;
  /** Rows per step as they arrive; undefined for holes. */
  readonly answer: unknown[];
  /** Settles when all steps are known. */
  promise: Promise<void> = Promise.resolve();
  /** Calls that wait for it. With none left it makes no further request. */
  waiters = 1;
  /** The wall time of each step's request; NaN while it waits for its turn. */
  readonly #askedAt: Float64Array;
  /** Steps whose rows may be out of date: they go to the calls that wait, not into the cache. */
  readonly #cut: Uint8Array;

  constructor({ lo, hi }: Steps) {
    this.lo = lo;
    this.hi = hi;
    this.answer = Array.from({ length: hi - lo }, (): unknown => undefined);
    this.#askedAt = new Float64Array(hi - lo).fill(NaN);
    this.#cut = new Uint8Array(hi - lo);
  }

  /** Notes that these steps are being asked for now, or with NaN that they wait for their turn. */
  ask({ lo, hi }: Steps, wallTime: number): void {
    this.#askedAt.fill(wallTime, lo - this.lo, hi - this.lo);
    this.#cut.fill(0, lo - this.lo, hi - this.lo);
  }

  /** The wall time of a step's request; NaN while it waits for its turn. */
  askedAt(index: number): number {
    return this.#askedAt[index - this.lo] ?? NaN;
  }

  /** Keeps what was asked for of these steps so far out of the cache. */
  cut({ lo, hi }: Steps): void {
    const end = Math.min(hi, this.hi);
    for (let index = Math.max(lo, this.lo); index < end; index++) {
      if (!Number.isNaN(this.askedAt(index))) this.#cut[index - this.lo] = 1;
    }
  }

  /** Whether its row of this step may be out of date. */
  isCut(index: number): boolean {
    return this.#cut[index - this.lo] === 1;
  }
}
