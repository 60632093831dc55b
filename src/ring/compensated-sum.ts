/**
 * A sum of doubles that keeps what each addition rounds away, and adds it in the end (Neumaier).
 *
 * Its error is that of one rounding, however many values there are, unless they cancel. What an addition
 * rounds away is found by Knuth's six operations, without a branch.
 */
export class CompensatedSum {
  #sum = 0;
  #lost = 0;

  /** What the values since `reset` add up to. */
  get value(): number {
    return this.#sum + this.#lost;
  }

  /** Adds a value. Hot path. */
  add(value: number): void {
    const before = this.#sum;
    const after = before + value;
    const added = after - before;
    this.#sum = after;
    this.#lost += before - (after - added) + (value - added);
  }

  /** Starts again from 0. */
  reset(): void {
    this.#sum = 0;
    this.#lost = 0;
  }
}
