import type { TopicStatus } from 'tickwise/core';
import type { BookChange, OrderBook, Quote, SyncedBook, Trade } from 'tickwise/feed';
import { SeriesRing } from 'tickwise/ring';
import type { SymbolJob } from '../bot/job.js';
import { FINAL_LEVELS, type FinalBook } from '../bot/result.js';
import { IMBALANCE_LEVELS } from '../bot/rows.js';
import { imbalanceOf, tiltOf } from '../models/imbalance.js';
import { LONG_WINDOW } from '../models/market-window.js';

/** Boundaries that decisions may lag the feed before it is paused. */
export const MAX_LAG = 64;

/**
 * Boundaries that a paused feed may still deliver: it has read 64 kB, or 1 772 clock marks of 37 bytes when nothing
 * else happens.
 */
const READ_AHEAD = 1_792;

/** Boundaries that decisions may lag before bars they need are overwritten. */
export const MOST_LAG = MAX_LAG + READ_AHEAD;

/** Bars a desk remembers: those of the longest window, and room for decisions that lag the feed. */
const CAPACITY = LONG_WINDOW + MOST_LAG;

/** Columns of a desk's bars. The book's top is a part of the bar, so that decisions can look back at it. */
const COLUMNS = {
  ts: 'f64',
  close: 'f64',
  volume: 'f64',
  imbalance: 'f64',
  tilt: 'f64',
  bid: 'f64',
  bidSize: 'f64',
  ask: 'f64',
  askSize: 'f64',
} as const;

/** Name of a column. */
export type BarColumn = keyof typeof COLUMNS;

/** Names of the columns, in the order of a row. */
export const BAR_COLUMNS = Object.keys(COLUMNS) as readonly BarColumn[]; // its own keys

/** The bars of one symbol. */
export type Bars = SeriesRing<typeof COLUMNS>;

/** An empty history. */
export function newBars(): Bars {
  return new SeriesRing({ capacity: CAPACITY, columns: COLUMNS });
}

/** Sizes at the best prices, as far as a message tells them. */
export type TopSizes = { readonly [Name in 'bidSize' | 'askSize']?: Quote[Name] | undefined };

/** One order book and one history of a symbol, for however many models. */
export class Desk {
  readonly symbol: string;
  readonly bars = newBars();
  /** The book, which gets a new snapshot by itself when it has lost track. */
  readonly synced: SyncedBook;
  /** Whether nothing has come for too long, or the connection is lost: then there is no current price. */
  isStale = false;
  readonly #bidSizes = new Float64Array(IMBALANCE_LEVELS);
  readonly #askSizes = new Float64Array(IMBALANCE_LEVELS);
  #volume = 0;
  #quote: TopSizes = {};

  constructor({ symbol }: SymbolJob, synced: SyncedBook) {
    this.symbol = symbol;
    this.synced = synced;
  }

  get book(): OrderBook {
    return this.synced.book;
  }

  /** Whether the book has missed an update and is not complete again. */
  get isLost(): boolean {
    const { gaps, checksumFailures } = this.synced.stats();
    return gaps + checksumFailures > 0 && this.book.status !== 'ready';
  }

  onBook(change: BookChange): void {
    this.synced.apply(change);
  }

  /** What the feed says of the book's stream. After a gap the book starts again. */
  onStatus({ type }: TopicStatus): void {
    if (type === 'gap') this.synced.restart();
    this.isStale = type === 'failed';
  }

  onTrades(trades: readonly Trade[]): void {
    for (const trade of trades) this.#volume += trade.size;
  }

  /** What a message does not tell has not changed. */
  onQuote({ bidSize = this.#quote.bidSize, askSize = this.#quote.askSize }: TopSizes): void {
    this.#quote = { bidSize, askSize };
  }

  /** Closes the bar that ends at `at`, from the state the feed has brought by now. */
  closeBar(at: number): void {
    const { book } = this;
    if (this.isStale || book.status !== 'ready' || book.bidCount === 0 || book.askCount === 0) return;
    const bids = this.#bidSizes.subarray(0, Math.min(IMBALANCE_LEVELS, book.bidCount));
    const asks = this.#askSizes.subarray(0, Math.min(IMBALANCE_LEVELS, book.askCount));
    for (let i = 0; i < bids.length; i++) bids[i] = book.bidSize(i);
    for (let i = 0; i < asks.length; i++) asks[i] = book.askSize(i);
    const { bestBid: bid, bestAsk: ask } = book;
    const { bidSize = book.bidSize(0), askSize = book.askSize(0) } = this.#quote;
    this.bars.push({
      ts: at,
      close: (bid + ask) / 2,
      volume: this.#volume,
      imbalance: imbalanceOf(bids, asks),
      tilt: tiltOf(bidSize, askSize),
      bid,
      bidSize: book.bidSize(0),
      ask,
      askSize: book.askSize(0),
    });
    this.#volume = 0;
  }

  finalBook(): FinalBook {
    const texts = (levels: ReturnType<OrderBook['bids']>): [string, string][] =>
      levels.map((level) => [level.priceText, level.sizeText]);
    const { symbol, book } = this;
    return { symbol, owner: 'shared', bids: texts(book.bids(FINAL_LEVELS)), asks: texts(book.asks(FINAL_LEVELS)) };
  }
}
