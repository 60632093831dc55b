import type { Clock } from 'tickwise/core';

const SECOND = 1_000;

/** Counts a client's frames in any second. */
export class InboundRate {
  readonly #limit: number;
  readonly #clock: Clock;
  /** Times of the frames of the last second, oldest first; never more than the limit. */
  #times: number[] = [];

  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Takes one frame into account; false when it is one too many. */
  admit(): boolean {
    if (this.#limit === Infinity) return true;
    const now = this.#clock.now();
    this.#times = this.#times.filter((time) => now - time < SECOND);
    if (this.#times.length >= this.#limit) return false;
    this.#times.push(now);
    return true;
  }
}
