import type { Clock } from 'tickwise/core';

import type { Speed } from './messages.js';

/** Shortest wait in milliseconds: a wait that rounding makes too short must still bring time on. */
const SHORTEST_WAIT = 0.05;

/** Tells how far the recording's time has come since the replay began. One for all connections of a run. */
export class Pace {
  readonly #clock: Clock;
  readonly #speed: Speed;
  readonly #start: number;
  readonly #begun: number;

  constructor(clock: Clock, speed: Speed, start: number) {
    this.#clock = clock;
    this.#speed = speed;
    this.#start = start;
    this.#begun = clock.now();
  }

  /** Recorded time reached, epoch milliseconds; Infinity at speed `max`. */
  get reached(): number {
    return this.#speed === 'max' ? Infinity : this.#start + (this.#clock.now() - this.#begun) * this.#speed;
  }

  /** Calls back once about the time a recorded moment is reached. Returns what calls it off. */
  onceReached(t: number, callback: () => void): () => void {
    const speed = this.#speed === 'max' ? Infinity : this.#speed;
    const timer = this.#clock.setTimeout(callback, Math.max(SHORTEST_WAIT, (t - this.reached) / speed));
    timer.unref();
    return () => timer.cancel();
  }
}
