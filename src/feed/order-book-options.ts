import type { BookSequence } from './book-sequence.js';
import type { BookLevel } from './event.js';

/** The levels of a book, as a checksum reads them. */
export interface BookView {
  /** The best `count` bid levels, best first. */
  bids(count?: number): BookLevel[];
  /** The best `count` ask levels, best first. */
  asks(count?: number): BookLevel[];
}

/** Options of an OrderBook. A protocol's `book(topic)` gives those of its venue. */
export interface OrderBookOptions {
  /**
   * Which ids the changes carry and how they follow one another: `'none'`; `'ranges'` (Binance spot:
   * U..u); `'chained'` (Binance futures: pu); `'linked'` (Deribit: prev_change_id); `'increment'` (Bybit V5: u + 1).
   * @default 'none'
   */
  readonly sequence?: BookSequence | undefined;
  /**
   * Most levels a side; worse ones are dropped after each change and counted. Venues that send no
   * removal for levels beyond the subscribed depth need that depth here.
   * @default 65_536
   */
  readonly depth?: number | undefined;
  /**
   * Most deltas kept while a snapshot is awaited; beyond it the oldest are dropped and counted.
   * @default 10_000
   */
  readonly maxBuffered?: number | undefined;
  /**
   * Computes the venue's checksum of a book. Called after each change that carries one; a
   * disagreement is a gap. An error it throws comes out of `apply`.
   * @default no check
   */
  readonly checksum?: ((book: BookView) => number) | undefined;
}

/** Whether a book can be read: only `ready` ones hold levels. */
export type BookStatus = 'empty' | 'waiting' | 'ready' | 'gap';

/** Counters of an OrderBook. applied + stale + ignored + dropped + buffered = the deltas taken. */
export interface OrderBookStats {
  /** Where the book stands. */
  readonly status: BookStatus;
  /** Last id in the book; null without one. */
  readonly lastId: number | null;
  /** Levels of the bid side. */
  readonly bids: number;
  /** Levels of the ask side. */
  readonly asks: number;
  /** Snapshots loaded into the book. */
  readonly snapshots: number;
  /** Deltas applied. */
  readonly applied: number;
  /** Deltas older than the book. */
  readonly stale: number;
  /** Deltas that came while a snapshot was missing, or revealed that one is, in a sequence that keeps none. */
  readonly ignored: number;
  /** Deltas kept until a snapshot comes. */
  readonly buffered: number;
  /** Kept deltas given up because there were more than `maxBuffered`. */
  readonly dropped: number;
  /** Times a change was missing. */
  readonly gaps: number;
  /** Times a checksum disagreed. */
  readonly checksumFailures: number;
  /** Checksums that agreed. */
  readonly checksumsVerified: number;
  /** Levels dropped beyond `depth`. */
  readonly truncated: number;
}

/** Why a book stands where it does. */
export interface BookExplanation {
  /** Where the book stands. */
  readonly status: BookStatus;
  /** The reason, in words. */
  readonly reason: string;
  /** Whether only a new snapshot can make it ready. */
  readonly needsSnapshot: boolean;
}
