/**
 * Limits retries to a part of the tasks, so that they do not multiply the load of a venue that fails.
 *
 * Each task adds a part of a credit and each retry takes a whole one. A few credits come back with time, so that a
 * scheduler with little to do may retry at all.
 */
export class RetryBudget {
  readonly #ratio: number;
  readonly #perMillisecond: number;
  readonly #capacity: number;
  #credits: number;
  #filledAt: number;

  /** `ratio` are retries per task, `perSecond` those allowed beside that; both from 0. */
  constructor(ratio: number, perSecond: number, now: number) {
    this.#ratio = ratio;
    this.#perMillisecond = perSecond / 1_000;
    // What ten seconds bring, and room for the retries of 500 tasks.
    this.#capacity = perSecond * 10 + ratio * 500;
    this.#credits = perSecond * 10;
    this.#filledAt = now;
  }

  /** Counts a task that was started for the first time. */
  earn(): void {
    if (this.#credits < this.#capacity) this.#credits = Math.min(this.#capacity, this.#credits + this.#ratio);
  }

  /** Takes a retry, or returns false when there is none left. */
  trySpend(now: number): boolean {
    const back = Math.max(0, now - this.#filledAt) * this.#perMillisecond;
    this.#filledAt = now;
    this.#credits = Math.min(Math.max(this.#capacity, 1), this.#credits + back);
    if (this.#credits < 1) return false;
    this.#credits--;
    return true;
  }
}
