import type { Clock, Timer, VirtualClock } from 'tickwise';

/** A stretch of time in which a process gets nothing done. */
interface Stall {
  readonly from: number;
  readonly until: number;
}

/**
 * The clock of a process that is held up: what falls due during a stall runs at its end, as timers and sockets do in a
 * process that waits for a processor.
 */
export class StallingClock implements Clock {
  readonly #clock: VirtualClock;
  readonly #stalls: readonly Stall[];

  /** `stalls` in order, in milliseconds of `clock.now()`. */
  constructor(clock: VirtualClock, stalls: readonly Stall[]) {
    this.#clock = clock;
    this.#stalls = stalls;
  }

  now(): number {
    return this.#clock.now();
  }

  wallTime(): number {
    return this.#clock.wallTime();
  }

  setTimeout(callback: () => void, delay: number): Timer {
    const due = this.#clock.now() + delay;
    const stall = this.#stalls.find(({ from, until }) => due >= from && due < until);
    return this.#clock.setTimeout(callback, stall === undefined ? delay : stall.until - this.#clock.now());
  }
}

/** Stalls that follow one another at random, each `shortest` to `longest` long, with as much time or less in between. */
export function randomStalls(random: () => number, until: number, shortest: number, longest: number): Stall[] {
  const stalls: Stall[] = [];
  const length = (): number => shortest + random() * (longest - shortest);
  for (let from = length(); from < until; from = (stalls.at(-1)?.until ?? from) + length()) {
    stalls.push({ from, until: from + length() });
  }
  return stalls;
}
