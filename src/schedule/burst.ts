import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/system-clock.js';

/**
 * Notes the time of what starts once for all that starts in one burst: until the event loop gets control back.
 *
 * A list whose tasks take no time starts millions of them in one run of the microtask queue, and reading the machine's
 * clock for each would be a third of their cost. What starts in a burst is given the time at its end, which is what
 * it needs: a time limit must never be early, and what has settled by then needs none. Any other clock than the
 * machine's costs nothing to read, and ends the burst at once.
 */
export class Burst {
  readonly #clock: Clock;
  readonly #onEnd: (now: number) => void;
  readonly #isSystem: boolean;
  #isUnderWay = false;

  /** `onEnd` gets the time of `Clock.now()`. */
  constructor(clock: Clock, onEnd: (now: number) => void) {
    this.#clock = clock;
    this.#onEnd = onEnd;
    this.#isSystem = clock === systemClock;
  }

  /** Something has started. */
  add(): void {
    // Hot path: once per task.
    if (this.#isUnderWay) return;
    if (!this.#isSystem) {
      this.#onEnd(this.#clock.now());
      return;
    }
    this.#isUnderWay = true;
    // Runs once the microtask queue is empty.
    process.nextTick(this.#end);
  }

  readonly #end = (): void => {
    this.#isUnderWay = false;
    this.#onEnd(this.#clock.now());
  };
}
