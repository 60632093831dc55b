import type { Clock, Timer } from '../core/clock.js';
import type { Attempt } from './attempt.js';

/**
 * Ends attempts when their time is up, with one timer for all of them.
 *
 * The timer is set for the earliest end. Attempts that start later with the same timeout end later, so it is rarely
 * set anew. It keeps the process alive, for an attempt that never settles is accepted work.
 */
export class TimeLimits {
  readonly #clock: Clock;
  /** The one that started last. */
  #first: Attempt | undefined;
  /** The one that started last before the present burst. */
  #firstBefore: Attempt | undefined;
  #timer: Timer | undefined;
  #due = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the attempt `timeout` milliseconds after the burst in which it starts, unless it is removed before. */
  add(attempt: Attempt, timeout: number): void {
    if (timeout === Infinity) return;
    const second = this.#first;
    attempt.timeout = timeout;
    attempt.isLimited = true;
    attempt.next = second;
    attempt.previous = undefined;
    if (second !== undefined) second.previous = attempt;
    this.#first = attempt;
  }

  /** Lets the time begin of those that started in the burst that has ended. */
  endBurst(now: number): void {
    let earliest = Infinity;
    for (let attempt = this.#first; attempt !== this.#firstBefore; attempt = attempt?.next) {
      if (attempt === undefined) break;
      attempt.expiresAt = now + attempt.timeout;
      earliest = Math.min(earliest, attempt.expiresAt);
    }
    this.#firstBefore = this.#first;
    if (earliest < this.#due) this.#arm(earliest);
  }

  /** Forgets an attempt that has ended. */
  remove(attempt: Attempt): void {
    if (!attempt.isLimited) return;
    const { next, previous } = attempt;
    if (next !== undefined) next.previous = previous;
    if (previous !== undefined) previous.next = next;
    else if (this.#first === attempt) this.#first = next;
    if (this.#firstBefore === attempt) this.#firstBefore = next;
    attempt.next = attempt.previous = undefined;
    attempt.isLimited = false;
    if (this.#first === undefined && this.#timer !== undefined) this.#disarm();
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
    this.endBurst(now);
    const late: Attempt[] = [];
    let earliest = Infinity;
    for (let attempt = this.#first; attempt !== undefined; attempt = attempt.next) {
      if (attempt.expiresAt <= now) late.push(attempt);
      else earliest = Math.min(earliest, attempt.expiresAt);
    }
    // Those that started last stand first.
    for (const attempt of late.toReversed()) attempt.expire();
    // Their owners may have started others meanwhile.
    if (earliest < this.#due && this.#first !== undefined) this.#arm(earliest);
  }
}
