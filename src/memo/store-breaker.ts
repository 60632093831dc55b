/** Failures in a row that open the breaker. */
const LIMIT = 5;
/** How long it stays open the first time, in milliseconds; each failed trial doubles it. */
const MIN_OPEN = 1_000;
/** Longest time it stays open, in milliseconds. */
const MAX_OPEN = 30_000;

/**
 * Keeps calls from a store that fails: open after 5 failures in a row, for 1 s and up to 30 s. Then one call is let
 * through; its success closes the breaker, its failure opens it for twice as long. The outcome of a call that began
 * before the breaker last changed its state counts for nothing.
 */
export class StoreBreaker {
  readonly #now: () => number;
  #failures = 0;
  #openFor = 0;
  #openUntil = -Infinity;
  #isOpen = false;
  #isTrying = false;
  #state = 0;
  #opened = 0;

  /** @param now Milliseconds of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Times it has opened. */
  get opened(): number {
    return this.#opened;
  }

  /** Milliseconds until it lets a call through; 0 when it does now or is busy with one. */
  get wait(): number {
    return this.#isOpen ? Math.max(0, this.#openUntil - this.#now()) : 0;
  }

  /** Asks to let a call through. Its outcome must be told with the number returned; undefined refuses. */
  enter(): number | undefined {
    if (this.#isOpen) {
      if (this.#isTrying || this.#now() < this.#openUntil) return undefined;
      this.#isTrying = true;
    }
    return this.#state;
  }

  /** A call that was let through has succeeded. */
  succeed(state: number): void {
    if (state !== this.#state) return;
    this.#failures = 0;
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#openFor = 0;
    this.#change();
  }

  /** A call that was let through has failed. */
  fail(state: number): void {
    if (state !== this.#state) return;
    this.#failures++;
    if (!this.#isOpen && this.#failures < LIMIT) return;
    this.#isOpen = true;
    this.#opened++;
    this.#openFor = Math.min(MAX_OPEN, Math.max(MIN_OPEN, this.#openFor * 2));
    this.#openUntil = this.#now() + this.#openFor;
    this.#change();
  }

  /** A call that was let through has ended in a way that says nothing of the store. */
  leave(state: number): void {
    if (state === this.#state) this.#isTrying = false;
  }

  #change(): void {
    this.#failures = 0;
    this.#isTrying = false;
    this.#state++;
  }
}
