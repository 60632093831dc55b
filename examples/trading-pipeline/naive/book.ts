import { FINAL_LEVELS, type FinalBook } from '../bot/result.js';
import { type Level, setLevel } from './levels.js';
import type { MarketMessage } from './market-message.js';
import type { BinanceSnapshot } from './read-binance.js';

type BookMessage = Extract<MarketMessage, { type: 'book' }>;

/** Oldest update that may span a snapshot: futures name the snapshot's own id, spot the one after it. */
export type SpanRule = 'futures' | 'spot';

/** An order book of one bot: sorted arrays that are searched from the best level. */
export class NaiveBook {
  readonly bids: Level[] = [];
  readonly asks: Level[] = [];
  readonly #rule: SpanRule;
  #lastUpdateId: number | undefined;
  #isReady = false;

  constructor(rule: SpanRule) {
    this.#rule = rule;
  }

  /** Whether the book is complete and has both sides. */
  get isReady(): boolean {
    return this.#isReady && this.bids.length > 0 && this.asks.length > 0;
  }

  /** Starts from a snapshot that was fetched over REST; it counts once an update spans it. */
  restore(snapshot: BinanceSnapshot): void {
    this.#lastUpdateId = snapshot.lastUpdateId;
    this.#change(snapshot);
  }

  apply(message: BookMessage): void {
    if (message.isSnapshot) {
      this.bids.length = 0;
      this.asks.length = 0;
    } else if (this.#isOld(message)) {
      return;
    }
    this.#change(message);
    this.#isReady = true;
  }

  final(symbol: string, owner: string): FinalBook {
    const best = (levels: readonly Level[]): [string, string][] =>
      (this.#isReady ? levels : []).slice(0, FINAL_LEVELS).map((level) => [level.priceText, level.sizeText]);
    return { symbol, owner, bids: best(this.bids), asks: best(this.asks) };
  }

  #isOld({ last }: BookMessage): boolean {
    if (this.#lastUpdateId === undefined || this.#isReady) return false;
    return this.#rule === 'spot' ? last <= this.#lastUpdateId : last < this.#lastUpdateId;
  }

  #change({ bids, asks }: Pick<BookMessage, 'bids' | 'asks'>): void {
    for (const [price, size] of bids) setLevel(this.bids, 'bid', price, size);
    for (const [price, size] of asks) setLevel(this.asks, 'ask', price, size);
  }
}
