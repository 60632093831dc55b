/** At most `limit` messages in every stretch of `interval` milliseconds. */
export class RateWindow {
  readonly #limit: number;
  readonly #interval: number;
  readonly #taken: number[] = [];

  constructor(limit: number, interval: number) {
    this.#limit = limit;
    this.#interval = interval;
  }

  /** Milliseconds from `at` until there is room again; 0 while there is. */
  waitAt(at: number): number {
    while (this.#taken[0] !== undefined && at - this.#taken[0] >= this.#interval) this.#taken.shift();
    const oldest = this.#taken.at(-this.#limit);
    return oldest === undefined ? 0 : oldest + this.#interval - at;
  }

  /** Counts a message. */
  take(at: number): void {
    this.#taken.push(at);
  }
}
