import type { Clock, Timer } from './clock.js';
import { checkDelay } from './delay.js';
import { ArgumentError } from './errors.js';
import { show } from './show.js';
import { TimerQueue } from './timer-queue.js';

/** Timers fired without time moving before an advance gives up: something re-arms itself with delay 0. */
const MAX_TIMERS_AT_ONE_INSTANT = 1_000_000;

/**
 * A clock that stands still until it is told to advance: for replays and tests.
 *
 * Timers fire in the order they are due, and at the same time in the order they were set. After each
 * one, promise chains settle (two `setImmediate` turns) before the next, so that a chain which sets a
 * timer finds its place in the order. `now()` inside a callback is the time it was due.
 *
 * Cost: O(log n) per timer; two event-loop turns per timer fired and per advance.
 *
 * @example
 * const clock = new VirtualClock(Date.UTC(2024, 7, 8));
 * clock.setTimeout(() => console.log('closed'), 60_000);
 * await clock.advance(60_000); // prints "closed"
 */
export class VirtualClock implements Clock {
  readonly #timers = new TimerQueue();
  readonly #held = new Set<Promise<unknown>>();
  #now = 0;
  #wallTimeAtZero: number;
  #isAdvancing = false;

  /**
   * @param startWallTime Epoch time in milliseconds at which the clock stands first.
   * @throws ArgumentError when it is not a finite number.
   */
  constructor(startWallTime = 0) {
    this.#wallTimeAtZero = checkFinite('startWallTime', startWallTime);
  }

  /** Milliseconds advanced since the clock was made. */
  now(): number {
    return this.#now;
  }

  /** Epoch time in milliseconds: the start, what was advanced since, and every step of the wall time. */
  wallTime(): number {
    return this.#wallTimeAtZero + this.#now;
  }

  /** Runs `callback` in the advance that reaches its time, with delay 0 in the next; `ref` and `unref` do nothing. */
  setTimeout(callback: () => void, delay: number): Timer {
    const timer = this.#timers.add(this.#now + checkDelay(delay), callback);
    return { cancel: () => this.#timers.cancel(timer), ref: noop, unref: noop };
  }

  /** Timers that were set and have neither fired nor been cancelled. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /**
   * Moves time on by `duration` milliseconds and fires what becomes due, timers set meanwhile included.
   *
   * A callback that throws does not stop the others; the promise rejects with its error at the end
   * (an AggregateError when there are several).
   * @throws ArgumentError at once when `duration` is negative or not finite, or while another advance runs.
   */
  advance(duration: number): Promise<void> {
    return this.#start(checkFinite('time', this.#now + checkFinite('duration', duration)));
  }

  /** Moves time on to an epoch time in milliseconds. Otherwise as {@link VirtualClock.advance}. */
  advanceTo(wallTime: number): Promise<void> {
    return this.#start(checkFinite('time', checkFinite('wallTime', wallTime) - this.#wallTimeAtZero));
  }

  /** Moves only the wall time, by `step` milliseconds forward or back, as when somebody sets the machine's clock. */
  stepWallTime(step: number): void {
    this.#wallTimeAtZero = checkFinite('wall time', this.#wallTimeAtZero + checkFinite('step', step));
  }

  /**
   * Makes advancing wait, before its next timer and at its end, until `promise` has settled: for real I/O in a replay.
   * @returns the same promise, whose rejection stays the caller's to handle.
   */
  hold<T>(promise: Promise<T>): Promise<T> {
    this.#held.add(promise);
    const release = (): void => void this.#held.delete(promise);
    promise.then(release, release);
    return promise;
  }

  #start(target: number): Promise<void> {
    if (this.#isAdvancing) throw new ArgumentError('the clock is still advancing; await the earlier call first');
    if (target < this.#now) {
      throw new ArgumentError(`time cannot go back: the clock is ${this.#now - target} ms past the time asked for`);
    }
    this.#isAdvancing = true;
    return this.#run(target).finally(() => (this.#isAdvancing = false));
  }

  async #run(target: number): Promise<void> {
    const errors: unknown[] = [];
    let firedAtInstant = 0;
    await this.#settle();
    for (let timer = this.#timers.takeDue(target); timer !== undefined; timer = this.#timers.takeDue(target)) {
      firedAtInstant = timer.due > this.#now ? 0 : firedAtInstant + 1;
      if (firedAtInstant > MAX_TIMERS_AT_ONE_INSTANT) {
        throw new ArgumentError(
          `${MAX_TIMERS_AT_ONE_INSTANT} timers fired at ${this.#now} ms: one re-arms itself with delay 0`,
        );
      }
      this.#now = Math.max(this.#now, timer.due);
      try {
        timer.callback();
      } catch (error) {
        errors.push(error);
      }
      await this.#settle();
    }
    this.#now = target;
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} timer callbacks threw`);
  }

  /** Lets promise chains and held promises come to rest. */
  async #settle(): Promise<void> {
    do {
      await nextTurn();
      await nextTurn();
      if (this.#held.size > 0) await Promise.allSettled(this.#held);
    } while (this.#held.size > 0);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function checkFinite(name: string, value: number): number {
  if (!Number.isFinite(value))
    throw new ArgumentError(`${name} must be a finite number of milliseconds, got ${show(value)}`);
  return value;
}

function noop(): void {
  // Virtual timers never keep a process alive.
}
