import type { Clock, Timer } from './clock.js';
import { checkDelay } from './delay.js';

/** Longest delay that Node's timers take; longer ones fire at once there. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** A Node timer, or a chain of them for delays over 2^31-1 ms. */
class SystemTimer implements Timer {
  #handle: NodeJS.Timeout | undefined;
  #isReferenced = true;

  constructor(callback: () => void, delay: number) {
    this.#wait(callback, delay);
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

  #wait(callback: () => void, delay: number): void {
    const isLast = delay <= LONGEST_DELAY;
    const next = isLast ? callback : () => this.#wait(callback, delay - LONGEST_DELAY);
    this.#handle = setTimeout(next, isLast ? delay : LONGEST_DELAY);
    if (!this.#isReferenced) this.#handle.unref();
  }
}

/** The machine's time: `now` from `performance.now()`, `wallTime` from `Date.now()`, Node's timers. */
export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimeout: (callback: () => void, delay: number): Timer => new SystemTimer(callback, checkDelay(delay)),
});
