import { isGap } from '../rolling/gap.js';
import { ValueWindow } from '../rolling/value-window.js';

/** What a volume-weighted average covers: a window, or everything. */
export interface VwapKernel {
  /** Adds a row and returns the average. */
  push(price: number, volume: number): number;
  /** Replaces the newest row and returns the average. */
  amend(price: number, volume: number): number;
}

/** Average over the newest rows, summed in order. Hot path: no allocation. */
export class WindowVwap implements VwapKernel {
  readonly #prices: ValueWindow;
  readonly #volumes: ValueWindow;

  constructor(period: number) {
    this.#prices = new ValueWindow(period);
    this.#volumes = new ValueWindow(period);
  }

  /** Adds a row and returns the average. */
  push(price: number, volume: number): number {
    this.#prices.push(price);
    this.#volumes.push(volume < 0 ? NaN : volume);
    return this.#compute();
  }

  /** Replaces the newest row and returns the average. */
  amend(price: number, volume: number): number {
    this.#prices.amend(price);
    this.#volumes.amend(volume < 0 ? NaN : volume);
    return this.#compute();
  }

  #compute(): number {
    const { capacity } = this.#prices;
    if (!this.#prices.isWhole || !this.#volumes.isWhole) return NaN;
    const start = this.#prices.startOf(capacity); // both windows move together
    const volume = sumOf(this.#volumes.values, start, capacity);
    return volume > 0 ? productsOf(this.#prices.values, this.#volumes.values, start, capacity) / volume : NaN;
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

function sumOf(values: Float64Array, start: number, count: number): number {
  let sum = 0;
  for (let index = start; index < start + count; index++) sum += values[index] as number; // within bounds
  return sum;
}

function productsOf(left: Float64Array, right: Float64Array, start: number, count: number): number {
  let sum = 0;
  for (let index = start; index < start + count; index++) {
    sum += (left[index] as number) * (right[index] as number); // within bounds
  }
  return sum;
}
