import type { ServerTime } from './rate-limiter-server-time.js';
import { hasRoom, type LimitWindow } from './window-limit.js';

/**
 * At most `limit` between two multiples of `interval` on the venue's clock, as Binance counts its minutes.
 *
 * What starts reaches the venue up to `latency` later. Near the end of a window it may be counted in this one or in
 * the next, so it takes from both.
 */
export class ClockWindow implements LimitWindow {
  readonly #interval: number;
  readonly #latency: number;
  readonly #time: ServerTime;
  #limit: number;
  #index = -Infinity;
  /** When the window was last looked at, and the venue's time then. */
  #seenAt = Number.NaN;
  #seen = 0;
  #used = 0;
  /** What already counts in the window after this one. */
  #next = 0;

  /** @param latency Less than `interval`. */
  constructor(limit: number, interval: number, latency: number, time: ServerTime) {
    this.#limit = limit;
    this.#interval = interval;
    this.#latency = latency;
    this.#time = time;
  }

  /** What may start within a window. */
  get limit(): number {
    return this.#limit;
  }

  /** Another limit holds from now on; what has started stays counted. */
  setLimit(limit: number): void {
    this.#limit = limit;
  }

  /** What counts in the window of `now`. */
  usedAt(now: number): number {
    this.#enter(now);
    return this.#used;
  }

  /** The earliest time from `now` on when `amount` fits; Infinity when it is above the limit. */
  freeAt(now: number, amount: number): number {
    if (!hasRoom(0, amount, this.#limit)) return Infinity;
    const time = this.#enter(now);
    const isNextFull = !hasRoom(this.#next, amount, this.#limit);
    if (hasRoom(this.#used, amount, this.#limit) && !(isNextFull && this.#isNearEnd(time))) return now;
    const boundary = (this.#index + (isNextFull ? 2 : 1)) * this.#interval;
    return now + (boundary - time);
  }

  /** Counts a start in this window, and near its end in the next one too. */
  take(now: number, amount: number): void {
    // `freeAt` was asked right before; reading the venue's time again would cost as much as all the rest.
    if (now !== this.#seenAt) this.#enter(now);
    this.#used += amount;
    if (this.#isNearEnd(this.#seen)) this.#next += amount;
  }

  /** Raises the count of this window to what the venue says. */
  settle(now: number, used: number): void {
    this.#enter(now);
    this.#used = Math.max(this.#used, used);
  }

  /** Whether a moment of the venue's time, in epoch milliseconds, lies in a window that is over. */
  isPast(time: number, now: number): boolean {
    this.#enter(now);
    return Math.floor(time / this.#interval) < this.#index;
  }

  #isNearEnd(time: number): boolean {
    return time + this.#latency >= (this.#index + 1) * this.#interval;
  }

  /** Turns to the window of the venue's time, and returns that time. */
  #enter(now: number): number {
    const time = this.#time.at(now);
    this.#seen = time;
    this.#seenAt = now;
    const index = Math.floor(time / this.#interval);
    const ahead = index - this.#index;
    if (ahead === 0) return time;
    // Time corrected backwards across a boundary: the window before was left with its count, so this one goes on.
    if (ahead === -1) return time;
    if (ahead > 0) this.#used = ahead === 1 ? this.#next : 0;
    else this.#used += this.#next;
    this.#next = 0;
    this.#index = index;
    return time;
  }
}
