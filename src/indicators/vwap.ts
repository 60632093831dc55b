import { requireNumber, requirePushed } from '../rolling/arguments.js';
import {
  OUT_CLAIMS,
  OUT_SCHEMA,
  isTooShort,
  type OutOption,
  readCallOptions,
  readOut,
  readValues,
  requireEqualLengths,
  requirePeriod,
} from './arguments.js';
import { RunningVwap, type VwapKernel, WindowVwap } from './vwap-kernels.js';
import { vwapFor } from './window-pool.js';

/** Columns for {@link vwap}, equally long. */
export interface VwapColumns {
  /** Price of each trade, or typical price of each bar. */
  readonly price: ArrayLike<number>;
  /** Volume of each. */
  readonly volume: ArrayLike<number>;
}

/**
 * Volume-weighted average price: the sum of price times volume divided by the sum of volumes, over the newest
 * `period` rows, or over all since the first when `period` is Infinity, the default.
 *
 * A row with a gap (NaN, infinite or beyond 1e150; a volume below 0) in one column is a gap. With a `period`
 * the result is aligned with the input, NaN before `period` rows and while a gap is among them, and depends on
 * those rows alone but for the last digits; O(1) per row, amortised, and without new arrays when the columns are
 * Float64Arrays and `out` is given. Without, a gap gives NaN in its own place and is otherwise passed over, O(1) per
 * row. NaN also while the volumes add up to 0. It equals {@link Vwap} to the bit. Where price times volume is below
 * 1e-300, digits are lost.
 * @throws ConfigError when `period` is neither a whole number from 1 up nor Infinity, or an option is wrong.
 * @throws ArgumentError when a column or `out` is not what it should be.
 * @example
 * vwap({ price: [10, 20], volume: [3, 1] }); // 10, 12.5
 */
export function vwap(columns: VwapColumns, period = Infinity, options: OutOption = {}): Float64Array {
  const price = readValues('vwap', 'price', columns.price);
  const volume = readValues('vwap', 'volume', columns.volume);
  requireEqualLengths('vwap', { price, volume });
  const { out } = readCallOptions('vwap', OUT_CLAIMS, OUT_SCHEMA, options);
  const output = readOut('vwap', out, price, volume);
  if (period !== Infinity && isTooShort(price, requirePeriod('vwap', period), output)) return output;
  const kernel = period === Infinity ? new RunningVwap() : vwapFor(period);
  for (let index = 0; index < price.length; index++) {
    output[index] = kernel.push(price[index] as number, volume[index] as number); // within bounds
  }
  return output;
}

/**
 * Volume-weighted average price of a stream, over the newest `period` rows or, without, since the first. Begin
 * a session with a new instance.
 * @throws ConfigError when `period` is neither a whole number from 1 up nor Infinity.
 */
export class Vwap {
  readonly #kernel: VwapKernel;
  #pushes = 0;
  #value = NaN;

  constructor(period = Infinity) {
    this.#kernel = period === Infinity ? new RunningVwap() : new WindowVwap(requirePeriod('Vwap', period));
  }

  /** The newest average; NaN as for {@link vwap}. */
  get value(): number {
    return this.#value;
  }

  /**
   * Adds a row and returns the average.
   * @throws ArgumentError when an argument is not a number.
   */
  push(price: number, volume: number): number {
    requireNumber('Vwap', 'price', price);
    requireNumber('Vwap', 'volume', volume);
    this.#pushes++;
    return (this.#value = this.#kernel.push(price, volume));
  }

  /**
   * Replaces the newest row, as for a bar that is still open, and returns the average.
   * @throws ArgumentError when nothing was pushed or an argument is not a number.
   */
  amend(price: number, volume: number): number {
    requirePushed('Vwap', this.#pushes);
    requireNumber('Vwap', 'price', price);
    requireNumber('Vwap', 'volume', volume);
    return (this.#value = this.#kernel.amend(price, volume));
  }
}
