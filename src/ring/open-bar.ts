import type { OhlcvBar, TradeSide } from './bar.js';
import { CompensatedSum } from './compensated-sum.js';

/** What bars are equal in: their time, trades and quotes, volume, or turnover. */
export type BarMeasure = 'time' | 'tick' | 'volume' | 'dollar';

/** How a trade came: its taker's side, unknown, or it is no trade. */
export type TickKind = TradeSide | 'quote' | undefined;

/** The bar that is being made, and the newest one when none is. What belongs in it is its owner's business. */
export class OpenBar {
  /** Time of its earliest trade or quote. */
  first = NaN;
  /** Time of its latest trade or quote; NaN before the first bar. */
  last = NaN;
  readonly #measure: BarMeasure;
  #open = NaN;
  #high = NaN;
  #low = NaN;
  #close = NaN;
  #trades = 0;
  #quotes = 0;
  readonly #volume = new CompensatedSum();
  readonly #turnover = new CompensatedSum();
  readonly #buyVolume = new CompensatedSum();
  /** Turnover without signs, of dollar bars only: prices on both sides of 0 would cancel, and never close one. */
  readonly #moved = new CompensatedSum();

  /** `measure` says what `size` is. */
  constructor(measure: BarMeasure) {
    this.#measure = measure;
  }

  /** How much it holds, by its measure; of no meaning for a time bar. */
  get size(): number {
    if (this.#measure === 'tick') return this.#trades + this.#quotes;
    return this.#measure === 'volume' ? this.#volume.value : this.#moved.value;
  }

  /** Starts an empty bar at a price; by default at the close of the one before. */
  start(ts: number, price = this.#close): void {
    this.first = this.last = ts;
    this.#open = this.#high = this.#low = this.#close = price;
    this.#trades = this.#quotes = 0;
    this.#volume.reset();
    this.#turnover.reset();
    this.#buyVolume.reset();
    this.#moved.reset();
  }

  /** Takes a trade or a quote. Hot path. */
  take(ts: number, price: number, quantity: number, kind: TickKind): void {
    if (price > this.#high) this.#high = price;
    if (price < this.#low) this.#low = price;
    if (ts >= this.last) {
      this.last = ts;
      this.#close = price;
    } else if (ts < this.first) {
      this.first = ts;
      this.#open = price;
    }
    if (kind === 'quote') {
      this.#quotes++;
      return;
    }
    this.#trades++;
    this.#volume.add(quantity);
    this.#turnover.add(price * quantity);
    if (this.#measure === 'dollar') this.#moved.add(Math.abs(price * quantity));
    if (kind !== 'sell') this.#buyVolume.add(kind === undefined ? NaN : quantity);
  }

  /** The bar as it is now, as an object of its own. */
  toBar(ts: number, end: number): OhlcvBar {
    const volume = this.#volume.value;
    const turnover = this.#turnover.value;
    return {
      ts,
      end,
      open: this.#open,
      high: this.#high,
      low: this.#low,
      close: this.#close,
      volume,
      turnover,
      // Without volume this is 0 / 0: NaN.
      vwap: turnover / volume,
      buyVolume: this.#buyVolume.value,
      trades: this.#trades,
      quotes: this.#quotes,
    };
  }
}
