/** Venues whose recordings can be replayed. */
export type Venue = 'bybit-2021' | 'bybit-v5' | 'binance' | 'kraken' | 'coinbase';

/** Market of a venue: Bybit has `linear`, `inverse` and `spot`, Binance `spot`, `usdm` and `coinm`, the others `spot`. */
export type Market = 'linear' | 'inverse' | 'spot' | 'usdm' | 'coinm';

/** What a stream carries; `other` is everything the pipeline does not read. */
export type StreamKind = 'book' | 'trade' | 'quote' | 'other';

/** A stream as a client subscribes to it. */
export interface Topic {
  /**
   * Name of the stream: Bybit `trade.BTCUSD`, Binance `btcusdt@trade`, Kraken `book-1000:ETH/CHF`
   * (channel name and pair), Coinbase `level2:BTC-USD` (channel and product).
   */
  readonly topic: string;
  /** Symbol as payloads write it: `BTCUSDT`, `ETH/CHF`, `BTC-USD`. Empty for frames of no symbol (heartbeats). */
  readonly symbol: string;
  readonly stream: StreamKind;
}

/** One frame of market data. */
export interface Frame extends Topic {
  /** Receive time, epoch milliseconds with fractions. Never less than that of the frame before. */
  readonly t: number;
  /** The frame's text, byte for byte as it was received. */
  readonly text: string;
}

/** An order-book snapshot that was fetched over REST beside the stream. */
export interface RestSnapshot {
  /** Time of the answer, epoch milliseconds. */
  readonly t: number;
  readonly symbol: string;
  /** The answer's body, byte for byte. */
  readonly text: string;
}

/** A line that was left out. */
export interface MalformedLine {
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

/** The facts of a recording, without its frames. */
export interface RecordingInfo {
  /** Name to show and to pass to `--recording`, without folder and ending. */
  readonly name: string;
  /** `synthetic` when the example's generator made it, `bars` when it was made from recorded bars. */
  readonly kind: 'recorded' | 'synthetic' | 'bars';
  readonly venue: Venue;
  readonly market: Market;
  /** Every symbol with a book stream, sorted. */
  readonly symbols: readonly string[];
  /** Receive time of the first frame, epoch milliseconds. */
  readonly start: number;
  /** Receive time of the last frame, epoch milliseconds; of a session that is made as it goes, the last whole millisecond. */
  readonly end: number;
  /** Undefined of a session whose frames are made while it is replayed. */
  readonly frameCount?: number | undefined;
  /** Lines left out. */
  readonly malformed: number;
  /** The first few of them. */
  readonly malformedLines: readonly MalformedLine[];
  /** Frames whose receive time lay before that of the frame in front; they keep their place and get its time. */
  readonly reversals: number;
}

/** What can be replayed. */
export interface Playable extends RecordingInfo {
  /** In the order of arrival; from the beginning each time they are iterated. A long session makes them as they are asked for. */
  readonly frames: Iterable<Frame>;
  /** Every stream that was subscribed to or seen, by its name. */
  readonly topics: ReadonlyMap<string, Topic>;
  /** The first REST snapshot of each symbol that has one. */
  readonly snapshots: ReadonlyMap<string, RestSnapshot>;
  /** By symbol, where they are known beforehand; otherwise the frames tell. */
  readonly listings?: ReadonlyMap<string, Listing>;
}

/** A recording in memory. */
export interface Recording extends Playable {
  readonly frameCount: number;
  readonly frames: readonly Frame[];
}

/** What a venue's list of instruments tells of a symbol. */
export interface Listing {
  readonly topics: SymbolTopics;
  /** Decimals of its prices. */
  readonly priceDecimals: number;
}

/** Names of the streams of one symbol. */
export interface SymbolTopics {
  readonly book?: string;
  readonly trade?: string;
  readonly quote?: string;
}
