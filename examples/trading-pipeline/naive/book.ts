import { FINAL_LEVELS, type FinalBook } from '../bot/result.js';
import { type Level, setLevel } from './levels.js';
import type { MarketMessage } from './market-message.js';
import type { BinanceSnapshot } from './read-binance.js';

type BookMessage = Extract<MarketMessage, { type: 'book' }>;

/** How the books of a venue are kept. */
export interface BookRules {
  /**
   * How updates are numbered: Binance futures name the one before, Binance spot gives ranges, Bybit V5 counts, others
   * give nothing.
   */
  readonly numbering: 'futures' | 'spot' | 'increment' | 'none';
  /** Levels a side; the venue expects its client to drop those beyond. */
  readonly depth: number;
}

/** An order book of one bot: sorted arrays that are searched from the best level. */
export class NaiveBook {
  readonly bids: Level[] = [];
  readonly asks: Level[] = [];
  readonly #numbering: BookRules['numbering'];
  readonly #depth: number;
  #state: 'waiting' | 'ready' | 'lost' = 'waiting';
  #last = 0;
  #gaps = 0;

  constructor({ numbering, depth }: BookRules) {
    this.#numbering = numbering;
    this.#depth = depth;
  }

  /** Whether the book is complete and has both sides. */
  get isReady(): boolean {
    return this.#state === 'ready' && this.bids.length > 0 && this.asks.length > 0;
  }

  /** Whether an update is missing: only a later snapshot helps. */
  get isLost(): boolean {
    return this.#state === 'lost';
  }

  /** Times that an update was missing. */
  get gaps(): number {
    return this.#gaps;
  }

  /** Id of the last update in it, where the venue numbers them. */
  get last(): number {
    return this.#last;
  }

  /** Starts anew from the next snapshot in the stream. */
  restart(): void {
    this.#clear();
    this.#state = 'waiting';
  }

  /** Starts from a snapshot that was fetched over REST; it counts once an update spans it. */
  restore(snapshot: BinanceSnapshot): void {
    this.#clear();
    this.#state = 'waiting';
    this.#last = snapshot.lastUpdateId;
    this.#change(snapshot);
  }

  apply(message: BookMessage): void {
    if (this.isLost) return;
    if (message.isSnapshot) this.#clear();
    else if (this.#isOld(message)) return;
    else if (!this.#follows(message)) return this.#lose();
    if (!message.isSnapshot && this.#isStreamed && this.#state === 'waiting') return;
    this.#change(message);
    this.#last = message.last;
    this.#state = 'ready';
  }

  /** Whether snapshots come in the stream: numbers then count from one of them. */
  get #isStreamed(): boolean {
    return this.#numbering === 'none' || this.#numbering === 'increment';
  }

  final(symbol: string, owner: string): FinalBook {
    const best = (levels: readonly Level[]): [string, string][] =>
      (this.#state === 'ready' ? levels : []).slice(0, FINAL_LEVELS).map((level) => [level.priceText, level.sizeText]);
    return { symbol, owner, bids: best(this.bids), asks: best(this.asks) };
  }

  #isOld({ last }: BookMessage): boolean {
    if (this.#numbering === 'none') return false;
    // Futures: the update that spans the snapshot may end exactly at its id.
    return this.#numbering === 'futures' && this.#state === 'waiting' ? last < this.#last : last <= this.#last;
  }

  #follows({ first, previous }: BookMessage): boolean {
    if (this.#numbering === 'none') return true;
    if (this.#numbering === 'increment') return this.#state === 'waiting' || first === this.#last + 1;
    if (this.#numbering === 'spot') return first <= this.#last + 1;
    return this.#state === 'waiting' ? previous <= this.#last : previous === this.#last;
  }

  #lose(): void {
    this.#gaps++;
    this.#state = 'lost';
    this.#clear();
  }

  #clear(): void {
    this.bids.length = 0;
    this.asks.length = 0;
  }

  #change({ bids, asks }: Pick<BookMessage, 'bids' | 'asks'>): void {
    for (const [price, size] of bids) setLevel(this.bids, 'bid', price, size);
    for (const [price, size] of asks) setLevel(this.asks, 'ask', price, size);
    for (const side of [this.bids, this.asks]) side.length = Math.min(side.length, this.#depth);
  }
}
