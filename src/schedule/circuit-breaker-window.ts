/** What may be said of a call that has ended. */
const FAILED = 1;
const SLOW = 2;

/** How many of so many calls open a breaker. */
export function thresholdOf(rate: number, calls: number): number {
  // 0.07 * 100 is a little above 7.
  return Math.max(1, Math.ceil(rate * calls - 1e-9));
}

/** The outcomes of the last calls, as a ring of one byte each. */
export class OutcomeWindow {
  readonly #outcomes: Uint8Array;
  /** When each ended, if that matters. */
  readonly #times: Float64Array | undefined;
  readonly #interval: number;
  readonly #mostFailures: number;
  readonly #mostSlow: number;
  #next = 0;
  #calls = 0;
  #failures = 0;
  #slow = 0;

  constructor(size: number, interval: number, failureRate: number, slowRate: number) {
    this.#outcomes = new Uint8Array(size);
    this.#times = interval === Infinity ? undefined : new Float64Array(size);
    this.#interval = interval;
    this.#mostFailures = thresholdOf(failureRate, size);
    this.#mostSlow = thresholdOf(slowRate, size);
  }

  /** Calls in the window. */
  get calls(): number {
    return this.#calls;
  }

  /** Those that failed. */
  get failures(): number {
    return this.#failures;
  }

  /** Those that were slow. */
  get slow(): number {
    return this.#slow;
  }

  /** Adds a call that ended at `now`. @returns whether the window is full and too many of it failed or were slow. */
  add(isFailed: boolean, isSlow: boolean, now: number): boolean {
    // Hot path: runs for every call.
    const index = this.#next;
    const size = this.#outcomes.length;
    if (this.#calls === size) this.#forget(this.#outcomes[index] ?? 0);
    else this.#calls++;
    this.#outcomes[index] = (isFailed ? FAILED : 0) | (isSlow ? SLOW : 0);
    if (isFailed) this.#failures++;
    if (isSlow) this.#slow++;
    if (this.#times !== undefined) this.#times[index] = now;
    this.#next = index + 1 === size ? 0 : index + 1;
    if (this.#calls < size || (this.#failures < this.#mostFailures && this.#slow < this.#mostSlow)) return false;
    return this.#times === undefined || now - (this.#times[this.#next] ?? 0) <= this.#interval;
  }

  /** Forgets all calls. */
  clear(): void {
    this.#next = 0;
    this.#calls = 0;
    this.#failures = 0;
    this.#slow = 0;
  }

  #forget(outcome: number): void {
    if ((outcome & FAILED) !== 0) this.#failures--;
    if ((outcome & SLOW) !== 0) this.#slow--;
  }
}
