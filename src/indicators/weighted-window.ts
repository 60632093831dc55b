/*
 * Mean of the newest `period` values, the newest counting `period` times, the oldest once; O(1) per value, amortised.
 *
 * Blocks and anchors as in `WindowMoments`: a window is a suffix of the older block and the newer block so far. With
 * the newer block's values v at places 0, 1, …, and n values in the suffix, the weighted sum is that of the suffix, its
 * own ranks being 1 to n, plus n times the sum of v, plus the sum of (place + 1) v. The weighted sum of a suffix is the
 * sum of the sums of all its own suffixes. Nothing is subtracted: nothing drifts, and equal values have sums of 0.
 */
import { isGap } from '../rolling/gap.js';
import { meanOf } from '../rolling/moment-blocks.js';

/** The weighted mean of a window; see the top of the file. Hot path: no allocation after construction. */
export class WeightedWindow {
  readonly #period: number;
  /**
   * The newer block's values before `#at`, 0 for gaps; from there on the weighted sums of the older block's suffixes.
   * One more place, 0, follows. Sums with a gap, or from before a `reset`, are never used.
   */
  readonly #held: Float64Array;
  #at = 0;
  /** Newest values without a gap. */
  #unbroken = 0;
  /** The older block's last value. */
  #older = 0;
  /** The newer block's first value. */
  #anchor = 0;
  #sum = 0;
  #weighted = 0;
  #unbrokenBefore = 0;
  #anchorBefore = 0;
  #sumBefore = 0;
  #weightedBefore = 0;

  constructor(period: number) {
    this.#period = period;
    this.#held = new Float64Array(period + 1);
  }

  /** The weighted mean; NaN unless the window is full and has no gap. */
  get value(): number {
    const period = this.#period;
    if (this.#unbroken < period) return NaN;
    const rest = period - this.#at;
    const shift = this.#older - this.#anchor;
    const suffix = (this.#held[this.#at] as number) + shift * ((rest * (rest + 1)) / 2); // one slot more than places
    return meanOf(this.#anchor, (period * (period + 1)) / 2, suffix + rest * this.#sum + this.#weighted);
  }

  /** Forgets everything. */
  reset(): void {
    this.#unbroken = this.#older = this.#anchor = 0;
    this.#at = this.#sum = this.#weighted = 0;
  }

  /** Adds one value, and makes all before it final. */
  push(value: number): void {
    if (this.#at === this.#period) this.#turn();
    this.#unbrokenBefore = this.#unbroken;
    this.#anchorBefore = this.#anchor;
    this.#sumBefore = this.#sum;
    this.#weightedBefore = this.#weighted;
    this.#add(value);
  }

  /** Puts `value` in place of the newest. There must be one. */
  amend(value: number): void {
    this.#at--;
    this.#unbroken = this.#unbrokenBefore;
    this.#anchor = this.#anchorBefore;
    this.#sum = this.#sumBefore;
    this.#weighted = this.#weightedBefore;
    this.#add(value);
  }

  #add(value: number): void {
    const isMissing = isGap(value);
    const stored = isMissing ? 0 : value;
    if (this.#at === 0) this.#anchor = stored;
    this.#unbroken = isMissing ? 0 : this.#unbroken + 1;
    this.#held[this.#at] = stored;
    this.#at++;
    const distance = stored - this.#anchor;
    this.#sum += distance;
    this.#weighted += this.#at * distance;
  }

  #turn(): void {
    const held = this.#held;
    const older = held[this.#period - 1] as number;
    let sum = 0;
    let weighted = 0;
    for (let place = this.#period - 1; place >= 0; place--) {
      sum += (held[place] as number) - older;
      weighted += sum;
      held[place] = weighted;
    }
    this.#older = older;
    this.#at = this.#sum = this.#weighted = 0;
  }
}
