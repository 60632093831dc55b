import type { Clock, Timer } from './clock.js';
import { checkDelay } from './delay.js';

/** Longest delay that Node's timers take; longer ones fire at once there. */
const LONGEST_DELAY = 2 ** 31 - 1;

/**
 * A Node timer, or a chain of them: for delays over 2^31-1 ms, and because Node cuts fractions off and
 * counts from a whole millisecond, so that its timers fire up to 1 ms early.
 */
class SystemTimer implements Timer {
  readonly #callback: () => void;
  readonly #due: number;
  #handle: NodeJS.Timeout | undefined;
  #isReferenced = true;

  constructor(callback: () => void, delay: number) {
    this.#callback = callback;
    this.#due = performance.now() + delay;
    this.#wait(delay);
  }

  cancel(): void {
    clearTimeout(this.#handle);
    this.#handle = undefined;
  }

  ref(): void {
    this.#isReferenced = true;
    this.#handle?.ref();
  }

  unref(): void {
    this.#isReferenced = false;
    this.#handle?.unref();
  }

  #wait(delay: number): void {
    this.#handle = setTimeout(() => this.#wake(), Math.min(Math.ceil(delay), LONGEST_DELAY));
    if (!this.#isReferenced) this.#handle.unref();
  }

  #wake(): void {
    const rest = this.#due - performance.now();
    if (rest > 0) this.#wait(rest);
    else this.#callback();
  }
}

/** The machine's time: `now` from `performance.now()`, `wallTime` from `Date.now()`, Node's timers. */
export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimeout: (callback: () => void, delay: number): Timer => new SystemTimer(callback, checkDelay(delay)),
});
