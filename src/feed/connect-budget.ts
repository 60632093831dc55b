import type { Clock } from '../core/clock.js';

/** Counts the connections that are opened, so that all of a pool together stay within what the venue allows. */
export class ConnectBudget {
  readonly #limit: number;
  readonly #window: number;
  readonly #ioClock: Clock;
  /** When the last ones were opened, oldest first; never more than `#limit`. */
  readonly #opened: number[] = [];

  /** At most `limit` (Infinity: no limit) in any stretch of `window` milliseconds. */
  constructor(limit: number, window: number, ioClock: Clock) {
    this.#limit = limit;
    this.#window = window;
    this.#ioClock = ioClock;
  }

  /** Takes one and returns 0, or takes none and returns how many milliseconds to wait. */
  take(): number {
    if (this.#limit === Infinity) return 0;
    const now = this.#ioClock.now();
    while ((this.#opened[0] ?? Infinity) <= now - this.#window) this.#opened.shift();
    if (this.#opened.length >= this.#limit) return (this.#opened[0] ?? now) + this.#window - now;
    this.#opened.push(now);
    return 0;
  }
}
