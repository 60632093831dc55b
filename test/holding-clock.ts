import { type Clock, systemClock, type Timer } from 'tickwise/core';

/** The system clock, which knows how many of its timers keep the process alive. */
export class HoldingClock implements Clock {
  /** Timers that are set, neither over nor cancelled, and not unref'd. */
  get held(): number {
    return this.#held.size;
  }

  readonly #held = new Set<Timer>();

  now(): number {
    return systemClock.now();
  }

  wallTime(): number {
    return systemClock.wallTime();
  }

  setTimeout(callback: () => void, delay: number): Timer {
    const held = this.#held;
    const inner = systemClock.setTimeout(() => {
      held.delete(timer);
      callback();
    }, delay);
    const timer: Timer = {
      cancel: () => {
        held.delete(timer);
        inner.cancel();
      },
      ref: () => {
        held.add(timer);
        inner.ref();
      },
      unref: () => {
        held.delete(timer);
        inner.unref();
      },
    };
    held.add(timer);
    return timer;
  }
}
