import { isGap } from '../rolling/gap.js';

/** What a volume-weighted average covers: a window, or everything. */
export interface VwapKernel {
  /** Adds a row and returns the average. */
  push(price: number, volume: number): number;
  /** Replaces the newest row and returns the average. */
  amend(price: number, volume: number): number;
}

/**
 * Average over the newest rows, O(1) per row, amortised. Hot path: no allocation.
 *
 * Blocks as in `WindowMoments`: a sum over the window is that of a suffix of the older block, computed for all suffixes
 * when the newer block begins, plus that of the newer block so far. What has left leaves no trace.
 */
export class WindowVwap implements VwapKernel {
  readonly #period: number;
  /** The newer block before `#at`, 0 for gaps; from there on the sums of the older block's suffixes; then a 0. */
  readonly #volumes: Float64Array;
  readonly #turnovers: Float64Array;
  #at = 0;
  /** Newest rows without a gap. */
  #unbroken = 0;
  #volume = 0;
  #turnover = 0;
  #unbrokenBefore = 0;
  #volumeBefore = 0;
  #turnoverBefore = 0;

  constructor(period: number) {
    this.#period = period;
    this.#volumes = new Float64Array(period + 1);
    this.#turnovers = new Float64Array(period + 1);
  }

  /** Forgets everything. Sums that are left from before are not used: a window is not full until they are gone. */
  reset(): void {
    this.#at = this.#unbroken = this.#volume = this.#turnover = 0;
  }

  /** Adds a row and returns the average. */
  push(price: number, volume: number): number {
    if (this.#at === this.#period) this.#turn();
    this.#unbrokenBefore = this.#unbroken;
    this.#volumeBefore = this.#volume;
    this.#turnoverBefore = this.#turnover;
    return this.#add(price, volume);
  }

  /** Replaces the newest row and returns the average. */
  amend(price: number, volume: number): number {
    this.#at--;
    this.#unbroken = this.#unbrokenBefore;
    this.#volume = this.#volumeBefore;
    this.#turnover = this.#turnoverBefore;
    return this.#add(price, volume);
  }

  #add(price: number, volume: number): number {
    const isMissing = isGap(price) || isGap(volume) || volume < 0;
    const turnover = isMissing ? 0 : price * volume;
    this.#unbroken = isMissing ? 0 : this.#unbroken + 1;
    this.#volumes[this.#at] = isMissing ? 0 : volume;
    this.#turnovers[this.#at] = turnover;
    this.#volume += isMissing ? 0 : volume;
    this.#turnover += turnover;
    this.#at++;
    if (this.#unbroken < this.#period) return NaN;
    const total = (this.#volumes[this.#at] as number) + this.#volume; // one slot more than places
    return total > 0 ? ((this.#turnovers[this.#at] as number) + this.#turnover) / total : NaN;
  }

  #turn(): void {
    let volume = 0;
    let turnover = 0;
    for (let place = this.#period - 1; place >= 0; place--) {
      this.#volumes[place] = volume += this.#volumes[place] as number;
      this.#turnovers[place] = turnover += this.#turnovers[place] as number;
    }
    this.#at = this.#volume = this.#turnover = 0;
  }
}

/** Average over all rows so far. Hot path: no allocation. */
export class RunningVwap implements VwapKernel {
  #volume = 0;
  #turnover = 0;
  #volumeBefore = 0;
  #turnoverBefore = 0;

  /** Adds a row and returns the average. */
  push(price: number, volume: number): number {
    this.#volumeBefore = this.#volume;
    this.#turnoverBefore = this.#turnover;
    return this.#step(price, volume);
  }

  /** Replaces the newest row and returns the average. */
  amend(price: number, volume: number): number {
    this.#volume = this.#volumeBefore;
    this.#turnover = this.#turnoverBefore;
    return this.#step(price, volume);
  }

  #step(price: number, volume: number): number {
    if (isGap(price) || isGap(volume) || volume < 0) return NaN;
    this.#volume += volume;
    this.#turnover += price * volume;
    return this.#volume > 0 ? this.#turnover / this.#volume : NaN;
  }
}
