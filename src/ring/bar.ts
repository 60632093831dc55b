/** Who crossed the spread: the side of the taker. Of venues that send "buyer is maker", true means 'sell'. */
export type TradeSide = 'buy' | 'sell';

/** Prices and volume of one stretch of market. Its fields are the columns {@link BAR_COLUMNS}, in their order. */
export interface OhlcvBar {
  /** Where it starts, in epoch milliseconds: of a time bar the start of its period, else its earliest trade. */
  readonly ts: number;
  /** From when on it can be known: of a time bar the end of its period, which is not part of it, else its last trade. */
  readonly end: number;
  /** Price of its earliest trade; of an empty bar, as high, low and close, the close before. */
  readonly open: number;
  /** Highest price. */
  readonly high: number;
  /** Lowest price. */
  readonly low: number;
  /** Price of its latest trade; of equal times, the one that arrived last. */
  readonly close: number;
  /** Sum of the quantities. */
  readonly volume: number;
  /** Sum of price times quantity. */
  readonly turnover: number;
  /** Turnover divided by volume; NaN when the volume is 0. */
  readonly vwap: number;
  /** Quantity of the trades with side 'buy'; NaN when a trade came without a side. */
  readonly buyVolume: number;
  /** Trades in it. */
  readonly trades: number;
  /** Quotes in it. */
  readonly quotes: number;
}

/** Columns for a `SeriesRing` of bars: `onBar: (bar) => ring.push(bar)`. */
export const BAR_COLUMNS = Object.freeze({
  ts: 'f64',
  end: 'f64',
  open: 'f64',
  high: 'f64',
  low: 'f64',
  close: 'f64',
  volume: 'f64',
  turnover: 'f64',
  vwap: 'f64',
  buyVolume: 'f64',
  trades: 'u32',
  quotes: 'u32',
}) satisfies Record<keyof OhlcvBar, string>;
