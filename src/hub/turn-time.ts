import type { Clock } from '../core/clock.js';

/** Reads within one turn of the event loop that share a look at the clock. */
const READS_PER_LOOK = 64;

/**
 * The clock's time, looked at once per turn and once in 64 reads within it.
 *
 * Stamping each value of a burst would cost more than delivering it: `performance.now()` takes 30 ns or
 * more. What comes out is never later than the clock, so ages are never understated.
 */
export class TurnTime {
  readonly #clock: Clock;
  #time = 0;
  #readsLeft = 0;
  #isScheduled = false;

  readonly #expire = (): void => {
    this.#isScheduled = false;
    this.#readsLeft = 0;
  };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns milliseconds of the clock, at most one turn old; the hot path of publishing. */
  read(): number {
    if (this.#readsLeft-- > 0) return this.#time;
    return this.#look();
  }

  #look(): number {
    this.#time = this.#clock.now();
    this.#readsLeft = READS_PER_LOOK - 1;
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      queueMicrotask(this.#expire);
    }
    return this.#time;
  }
}
