import type { Clock } from '../core/clock.js';

/** A `Date` header has whole seconds; this far from it the estimate is plainly wrong, in milliseconds. */
const PLAINLY_WRONG = 2_000;

/**
 * The venue's time of day.
 *
 * Until the venue has told it, that is the wall time plus a fixed offset. Once told, it follows the monotonic clock
 * from there, and steps of the machine's wall time no longer matter.
 */
export class ServerTime {
  readonly #clock: Clock;
  readonly #offset: number;
  /** The venue's time less the monotonic time. */
  #lead: number | undefined;
  #isExact = false;

  /** @param offset Milliseconds that the venue's clock is ahead of the machine's. */
  constructor(clock: Clock, offset: number) {
    this.#clock = clock;
    this.#offset = offset;
  }

  /** The venue's time at monotonic time `now`, in epoch milliseconds. */
  at(now: number): number {
    return this.#lead === undefined ? this.#clock.wallTime() + this.#offset : now + this.#lead;
  }

  /** The venue's time, in epoch milliseconds, is known to be this at `now`. */
  set(now: number, time: number): void {
    this.#lead = time - now;
    this.#isExact = true;
  }

  /**
   * The venue dated an answer, in whole seconds cut off. Counts when the estimate lies behind it, which cannot be, or
   * is plainly wrong, and never against a time the venue told to the millisecond.
   * @returns whether the estimate has changed.
   */
  hear(now: number, date: number): boolean {
    const error = this.at(now) - date;
    if (this.#isExact || (error >= 0 && error <= PLAINLY_WRONG)) return false;
    this.#lead = date - now;
    return true;
  }
}
