/**
 * What one received frame says about one topic.
 *
 * Everybody who subscribed to the topic gets the same object: read it, do not change it.
 */
export interface FeedEventOf<Kind extends string, Item> {
  /** What the items are. */
  readonly kind: Kind;
  /** The venue's own name of the stream, as it was subscribed. */
  readonly topic: string;
  /** The venue's own name of the instrument; empty for frames about no instrument. */
  readonly symbol: string;
  /** The venue's time, epoch milliseconds; NaN when the frame carries none. */
  readonly ts: number;
  /** What the frame holds, in the order it was sent. */
  readonly items: readonly Item[];
  /** The frame after decoding, for fields that no item has. */
  readonly raw: unknown;
}

/** An event of any kind: the bound for protocols with items of their own. */
export type AnyFeedEvent = FeedEventOf<string, unknown>;

/** The events of the protocols in this package. Branch on `kind`. */
export type FeedEvent =
  | FeedEventOf<'trade', Trade>
  | FeedEventOf<'quote', Quote>
  | FeedEventOf<'book', BookChange>
  | FeedEventOf<'bar', Bar>
  | FeedEventOf<'ticker', Ticker>
  | FeedEventOf<'option', OptionTicker>
  | FeedEventOf<'status', VenueStatus>;

/** One execution. */
export interface Trade {
  /** Price in the quote currency. */
  readonly price: number;
  /** Quantity in the venue's unit for the instrument. */
  readonly size: number;
  /** The side of the taker. */
  readonly side: 'buy' | 'sell';
  /** The venue's time of the execution, epoch milliseconds. */
  readonly ts: number;
  /** The venue's id as text; empty when it has none. */
  readonly id: string;
}

/** The best bid and ask with their sizes. A side without orders is NaN. */
export interface Quote {
  /** Best bid price. */
  readonly bid: number;
  /** Quantity at the best bid. */
  readonly bidSize: number;
  /** Best ask price. */
  readonly ask: number;
  /** Quantity at the best ask. */
  readonly askSize: number;
}

/** One price of an order book. */
export interface BookLevel {
  /** Price as a number; the key of the level. */
  readonly price: number;
  /** Quantity as a number; 0 removes the level. */
  readonly size: number;
  /** Price exactly as sent. */
  readonly priceText: string;
  /** Quantity exactly as sent. A venue that sends numbers gives their shortest decimal form. */
  readonly sizeText: string;
}

/** A whole order book, or what changed in it. */
export interface BookChange {
  /** A snapshot replaces the book, a delta sets the quantity at the prices it lists. */
  readonly type: 'snapshot' | 'delta';
  /** Levels of the bid side, in the order they were sent. */
  readonly bids: readonly BookLevel[];
  /** Levels of the ask side, in the order they were sent. */
  readonly asks: readonly BookLevel[];
  /** First update the change covers (Binance `U`). */
  readonly firstId?: number | undefined;
  /** Last update the change covers (Binance `u` and `lastUpdateId`, Bybit `u`). */
  readonly lastId?: number | undefined;
  /** Last update of the change before (Binance futures `pu`). */
  readonly previousId?: number | undefined;
  /** The venue's checksum of the book after this change. */
  readonly checksum?: number | undefined;
}

/** A bar (candle) as it stands. The same bar is sent again until it is closed. */
export interface Bar {
  /** Start of the bar, epoch milliseconds. */
  readonly start: number;
  /** Last millisecond of the bar. */
  readonly end: number;
  /** First price. */
  readonly open: number;
  /** Highest price. */
  readonly high: number;
  /** Lowest price. */
  readonly low: number;
  /** Newest price. */
  readonly close: number;
  /** Quantity traded. */
  readonly volume: number;
  /** Number of trades. */
  readonly trades: number;
  /** Whether the bar is final. */
  readonly isClosed: boolean;
}

/** A venue's summary of an instrument. A field is undefined when the frame does not carry it. */
export interface Ticker {
  /** Whether an absent field is unknown (snapshot) or unchanged (delta). */
  readonly type: 'snapshot' | 'delta';
  /** Price of the last trade. */
  readonly last?: number | undefined;
  /** Best bid price. */
  readonly bid?: number | undefined;
  /** Quantity at the best bid. */
  readonly bidSize?: number | undefined;
  /** Best ask price. */
  readonly ask?: number | undefined;
  /** Quantity at the best ask. */
  readonly askSize?: number | undefined;
  /** Mark price of a derivative. */
  readonly mark?: number | undefined;
  /** Index price of a derivative's underlying. */
  readonly index?: number | undefined;
  /** Open interest, in the venue's unit. */
  readonly openInterest?: number | undefined;
  /** Quantity traded in the last 24 hours. */
  readonly volume?: number | undefined;
  /** Funding rate of a perpetual, per interval. */
  readonly fundingRate?: number | undefined;
}

/**
 * A venue's summary of an option. A field is undefined when the frame does not carry it. Prices are in the venue's unit:
 * Deribit states those of options in the coin, OptionTicker leaves them so.
 */
export interface OptionTicker {
  /** Whether an absent field is unknown (snapshot) or unchanged (delta). */
  readonly type: 'snapshot' | 'delta';
  /** Price of the last trade. */
  readonly last?: number | undefined;
  /** Best bid price. */
  readonly bid?: number | undefined;
  /** Quantity at the best bid. */
  readonly bidSize?: number | undefined;
  /** Best ask price. */
  readonly ask?: number | undefined;
  /** Quantity at the best ask. */
  readonly askSize?: number | undefined;
  /** Mark price. */
  readonly mark?: number | undefined;
  /** Index price of the underlying. */
  readonly index?: number | undefined;
  /** Price of the underlying that the mark price is made from. */
  readonly underlying?: number | undefined;
  /** Implied volatility of the mark price a year, as a fraction: 0.8 is 80 %. */
  readonly markIv?: number | undefined;
  /** Implied volatility of the best bid a year, as a fraction. */
  readonly bidIv?: number | undefined;
  /** Implied volatility of the best ask a year, as a fraction. */
  readonly askIv?: number | undefined;
  /** Change of the price for a change of the underlying by 1. */
  readonly delta?: number | undefined;
  /** Change of delta for a change of the underlying by 1. */
  readonly gamma?: number | undefined;
  /** Change of the price in a day. */
  readonly theta?: number | undefined;
  /** Change of the price for a change of the volatility by one percentage point. */
  readonly vega?: number | undefined;
  /** Change of the price for a change of the interest rate by one percentage point. */
  readonly rho?: number | undefined;
  /** Open interest, in the venue's unit. */
  readonly openInterest?: number | undefined;
  /** Quantity traded in the last 24 hours. */
  readonly volume?: number | undefined;
}

/** What a venue says about itself: system state, heartbeat. */
export interface VenueStatus {
  /** The venue's own word, for instance `online` or `heartbeat`. */
  readonly status: string;
}
