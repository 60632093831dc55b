/**
 * What a model sees of one symbol at a decision: its newest closed bars, oldest first, and the book.
 *
 * The arrays may be plain ones or views into a ring. Models only read them.
 */
export interface MarketWindow {
  /** Mid price at the end of each bar, up to {@link WINDOW} bars. */
  readonly close: ArrayLike<number>;
  /** The same, up to {@link LONG_WINDOW} bars. */
  readonly longClose: ArrayLike<number>;
  /** Traded size in each bar. */
  readonly volume: ArrayLike<number>;
  /** Level-II imbalance at the end of the newest bar, -1 (all asks) to 1 (all bids). */
  readonly imbalance: number;
  /** How far the size-weighted price is from the mid, in half spreads, -1 to 1. */
  readonly tilt: number;
}

/** Bars a full window holds. */
export const WINDOW = 200;

/** Bars a full long window holds: 256 returns for the spectrum. */
export const LONG_WINDOW = 257;
