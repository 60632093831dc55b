import type { Clock, Timer } from '../core/clock.js';
import type { Attempt } from './attempt.js';

/**
 * Ends attempts when their time is up, with one timer for all of them.
 *
 * The timer is set for the earliest end. Attempts that start later with the same timeout end later, so it is rarely
 * set anew. It keeps the process alive, for an attempt that never settles is accepted work.
 *
 * What starts waits for the end of the burst to get its time, and only then, if it still runs, takes its place among
 * those that can expire: an attempt that is used a million times in one burst is noted once.
 */
export class TimeLimits {
  readonly #clock: Clock;
  /** Attempts that started in the present burst, each once. */
  #started: Attempt[] = [];
  /** The one of those that can expire that started last. */
  #first: Attempt | undefined;
  #timer: Timer | undefined;
  #due = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the attempt `timeout` milliseconds after the burst in which it starts, unless it is removed before. */
  add(attempt: Attempt, timeout: number): void {
    // Hot path: once per task.
    if (timeout === Infinity) return;
    attempt.timeout = timeout;
    attempt.isLimited = true;
    if (attempt.isInBurst) return;
    attempt.isInBurst = true;
    this.#started.push(attempt);
  }

  /** Lets the time begin of those that started in the burst that has ended. */
  endBurst(now: number): void {
    const started = this.#started;
    if (started.length === 0) return;
    this.#started = [];
    let earliest = Infinity;
    for (const attempt of started) {
      attempt.isInBurst = false;
      if (!attempt.isLimited) continue;
      attempt.expiresAt = now + attempt.timeout;
      earliest = Math.min(earliest, attempt.expiresAt);
      this.#link(attempt);
    }
    if (earliest < this.#due) this.#arm(earliest);
  }

  /** Forgets an attempt that has ended. */
  remove(attempt: Attempt): void {
    // Hot path: once per task.
    attempt.isLimited = false;
    if (attempt.isLinked) this.#unlink(attempt);
  }

  #link(attempt: Attempt): void {
    const second = this.#first;
    attempt.isLinked = true;
    attempt.next = second;
    if (second !== undefined) second.previous = attempt;
    this.#first = attempt;
  }

  #unlink(attempt: Attempt): void {
    const { next, previous } = attempt;
    if (next !== undefined) next.previous = previous;
    if (previous !== undefined) previous.next = next;
    else this.#first = next;
    attempt.next = attempt.previous = undefined;
    attempt.isLinked = false;
    if (this.#first === undefined) this.#disarm();
  }

  #arm(due: number): void {
    this.#timer?.cancel();
    this.#due = due;
    this.#timer = this.#clock.setTimeout(() => this.#check(), Math.max(0, due - this.#clock.now()));
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#due = Infinity;
  }

  #check(): void {
    this.#disarm();
    const now = this.#clock.now();
    const late: Attempt[] = [];
    let earliest = Infinity;
    for (let attempt = this.#first; attempt !== undefined; attempt = attempt.next) {
      if (attempt.expiresAt <= now) late.push(attempt);
      else earliest = Math.min(earliest, attempt.expiresAt);
    }
    // Those that started last stand first. The end of one may be why another was given up.
    for (const attempt of late.toReversed()) if (attempt.isLimited) attempt.expire();
    // Their owners may have started others meanwhile.
    if (earliest < this.#due && this.#first !== undefined) this.#arm(earliest);
  }
}
