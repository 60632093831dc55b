import { isGap } from './gap.js';

/**
 * Counts how many of the newest values are no gaps, and how many are equal.
 *
 * A window of `n` values has no gap exactly when `unbroken >= n`, and is constant exactly when
 * `equal >= n`: two exact tests at the cost of one comparison per value.
 */
export class RunLengths {
  #unbroken = 0;
  #equal = 0;
  #newest = NaN;
  #unbrokenBefore = 0;
  #equalBefore = 0;
  #newestBefore = NaN;

  /** Newest values in a row that are no gaps. */
  get unbroken(): number {
    return this.#unbroken;
  }

  /** Newest values in a row that equal the newest. 0 when that is a gap. */
  get equal(): number {
    return this.#equal;
  }

  /** Counts one more value. */
  push(value: number): void {
    this.#unbrokenBefore = this.#unbroken;
    this.#equalBefore = this.#equal;
    this.#newestBefore = this.#newest;
    this.#count(value);
  }

  /** Counts `value` in place of the newest. */
  amend(value: number): void {
    this.#unbroken = this.#unbrokenBefore;
    this.#equal = this.#equalBefore;
    this.#newest = this.#newestBefore;
    this.#count(value);
  }

  #count(value: number): void {
    const isValue = !isGap(value);
    this.#unbroken = isValue ? this.#unbroken + 1 : 0;
    if (isValue) this.#equal = value === this.#newest ? this.#equal + 1 : 1;
    else this.#equal = 0;
    this.#newest = value;
  }
}
