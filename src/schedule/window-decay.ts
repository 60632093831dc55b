import { hasRoom, type LimitWindow } from './window-limit.js';

/**
 * A counter that may not exceed `limit` and falls by 1 every `interval / limit` milliseconds, as Kraken's.
 *
 * When within that step the venue's counter falls is not known. Counting steps from the start that raised the counter
 * from 0 is always late enough: the venue's steps come at the same distance, each no later than ours.
 *
 * Starts that take up to `latency` to reach the venue may come together there, with so many steps less between them.
 * That much room is left free.
 */
export class DecayWindow implements LimitWindow {
  readonly #step: number;
  readonly #reserve: number;
  #limit: number;
  /** The counter at `#since`. */
  #level = 0;
  /** Time from which whole steps count. */
  #since = 0;

  constructor(limit: number, interval: number, latency: number) {
    this.#limit = limit;
    this.#step = interval / limit;
    this.#reserve = Math.ceil(latency / this.#step);
  }

  /** What may start within a window. */
  get limit(): number {
    return this.#limit;
  }

  /** Another limit holds from now on; what has started stays counted. */
  setLimit(limit: number): void {
    this.#limit = limit;
  }

  /** The counter at `now`. */
  usedAt(now: number): number {
    this.#fall(now);
    return this.#level;
  }

  /** The earliest time from `now` on when `amount` fits; Infinity when it is above the limit. */
  freeAt(now: number, amount: number): number {
    const room = this.#limit - this.#reserve;
    if (!hasRoom(0, amount, room)) return Infinity;
    this.#fall(now);
    if (hasRoom(this.#level, amount, room)) return now;
    let steps = Math.ceil(this.#level + amount - room);
    // The sum may be a little above a whole number that has room.
    if (steps > 1 && hasRoom(this.#level - (steps - 1), amount, room)) steps--;
    return this.#since + steps * this.#step;
  }

  /** Raises the counter by a start. */
  take(now: number, amount: number): void {
    this.#raise(now, this.usedAt(now) + amount);
  }

  /** Raises the counter to what the venue says. */
  settle(now: number, used: number): void {
    this.#raise(now, Math.max(this.usedAt(now), used));
  }

  #raise(now: number, level: number): void {
    if (this.#level === 0) this.#since = now;
    this.#level = level;
  }

  #fall(now: number): void {
    if (this.#level === 0) return;
    let steps = Math.floor((now - this.#since) / this.#step);
    // The division may be off by one in its last digit; `freeAt` multiplies.
    if (this.#since + (steps + 1) * this.#step <= now) steps++;
    if (steps <= 0) return;
    this.#level = Math.max(0, this.#level - steps);
    this.#since += steps * this.#step;
  }
}
