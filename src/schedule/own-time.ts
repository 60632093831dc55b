import type { Clock, Timer } from '../core/clock.js';

/** Milliseconds between two beats, and by how much a beat may be late without a reason. */
const BEAT = 25;
const TOLERANCE = 2;

/**
 * Time that stands still while this process is held up.
 *
 * An answer that waits in our own event loop, behind the process' own work or for a processor, looks like one of a slow
 * venue, and a controller that believes it goes down to one request at a time. A timer tells the two apart: it is due
 * every 25 ms, and what it comes late by is time that the process has lost. That is taken off. While the timer is
 * overdue the time lost so far is known already, for answers that are read before it.
 */
export class OwnTime {
  readonly #clock: Clock;
  readonly #isNeeded: () => boolean;
  #lost = 0;
  #due = Infinity;
  #timer: Timer | undefined;

  /** `isNeeded` says at each beat whether there will be another. */
  constructor(clock: Clock, isNeeded: () => boolean) {
    this.#clock = clock;
    this.#isNeeded = isNeeded;
  }

  /** The time: never goes back, whether the beat runs or not. */
  now(): number {
    const now = this.#clock.now();
    return now - this.#lost - Math.max(0, now - this.#due);
  }

  /** Begins to watch. The timer does not keep the process alive. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#due = this.#clock.now() + BEAT + TOLERANCE;
    this.#timer = this.#clock.setTimeout(this.#beat, BEAT);
    this.#timer.unref();
  }

  /** Ends watching; what was lost stays lost. */
  stop(): void {
    if (this.#timer === undefined) return;
    this.#timer.cancel();
    this.#end();
  }

  readonly #beat = (): void => {
    this.#end();
    if (this.#isNeeded()) this.start();
  };

  #end(): void {
    this.#timer = undefined;
    this.#lost += Math.max(0, this.#clock.now() - this.#due);
    this.#due = Infinity;
  }
}
