import type { Clock } from '../core/clock.js';

/** Reads within one turn of the event loop that share a look at the clock. */
const READS_PER_LOOK = 256;

/** A look at the clock, shared by all values stamped with it: a number of its own per value would be an object each. */
export interface Moment {
  /** Milliseconds of the hub's clock. */
  readonly time: number;
}

/**
 * The clock's time, looked at once per turn and once in 256 reads within it.
 *
 * Stamping each value of a burst would cost more than delivering it: `performance.now()` takes 30 ns or
 * more. What comes out is never later than the clock, so ages are never understated.
 */
export class TurnTime {
  readonly #clock: Clock;
  readonly #onExpired: () => void;
  #moment: Moment = { time: 0 };
  #readsLeft = 0;
  #isScheduled = false;

  /** `onExpired` is told when whoever has kept a moment has to read again. */
  constructor(clock: Clock, onExpired: () => void = () => {}) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  /** Returns a look at the clock that is at most one turn old; the hot path of publishing. */
  read(): Moment {
    if (this.#readsLeft-- > 0) return this.#moment;
    return this.#look();
  }

  /** Makes the next read a look. */
  expire(): void {
    this.#readsLeft = 0;
    this.#onExpired();
  }

  #look(): Moment {
    this.#moment = { time: this.#clock.now() };
    this.#readsLeft = READS_PER_LOOK - 1;
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      queueMicrotask(() => {
        this.#isScheduled = false;
        this.expire();
      });
    }
    return this.#moment;
  }
}
