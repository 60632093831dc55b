import { BOOK_ROW_INTERVAL, type BookRow, IMBALANCE_LEVELS } from '../bot/rows.js';
import type { BotJob, SymbolJob } from '../bot/job.js';
import type { FinalBook, Work } from '../bot/result.js';
import { depthUrl } from '../bot/venue-address.js';
import { features } from '../models/features.js';
import { imbalanceOf, tiltOf } from '../models/imbalance.js';
import { LONG_WINDOW, type MarketWindow, WINDOW } from '../models/market-window.js';
import { createModel, type Model } from '../models/model.js';
import { regimeOf } from '../models/regime.js';
import type { ModelSpec } from '../models/roster.js';
import { NaiveBook } from './book.js';
import { NaiveConnection } from './connection.js';
import type { Coordinator } from './coordinator.js';
import type { NaiveClient } from './database.js';
import type { NaiveLog } from './log.js';
import type { MarketMessage } from './market-message.js';
import type { BinanceSnapshot } from './read-binance.js';
import { naiveVenue } from './venue.js';

/** What a bot remembers of a bar. */
export interface NaiveBar {
  readonly close: number;
  readonly volume: number;
}

/** Milliseconds until a lost connection is opened again. */
const RECONNECT_DELAY = 100;

/** Bars a bot remembers. */
export const HISTORY = 1_000;

/** What a bot needs besides its symbol and model. */
export interface NaiveBotContext {
  readonly job: BotJob;
  readonly coordinator: Coordinator;
  readonly client: NaiveClient;
  readonly log: NaiveLog;
  /** Whether this bot stores the book tops of its symbol. */
  readonly storesBook: boolean;
}

/**
 * One model on one symbol, the way such bots are written: a connection, subscriptions, an order book
 * and a history of its own, features on every tick, and a database write for every row.
 *
 * Each of these is named in the documents that the library answers: "3 separate API connections for
 * the same symbols", "each model processes the same Level II data independently", "each model
 * maintains its own data history", "feature engineering every tick", "regime detection called in
 * multiple places", "individual database writes".
 */
export class NaiveBot {
  readonly #context: NaiveBotContext;
  readonly #symbol: SymbolJob;
  readonly #spec: ModelSpec;
  readonly #model: Model;
  readonly #book: NaiveBook;
  readonly #bars: NaiveBar[] = [];
  readonly #read: (text: string) => MarketMessage;
  #volume = 0;
  #quote: { readonly bidSize?: number | undefined; readonly askSize?: number | undefined } = {};
  #features: Float64Array | undefined;
  #areFeaturesFresh = false;
  #connection: NaiveConnection | undefined;
  #framesParsed = 0;
  #framesMalformed = 0;
  #recoveries = 0;
  readonly #work = { features: 0, predictions: 0, regime: 0 };
  #acksWanted = 0;
  #onSubscribed: () => void = () => {};
  #onEnd: () => void = () => {};
  readonly #ended: Promise<void>;

  constructor(context: NaiveBotContext, symbol: SymbolJob, spec: ModelSpec) {
    this.#context = context;
    this.#symbol = symbol;
    this.#spec = spec;
    this.#model = createModel(spec);
    const venue = naiveVenue(context.job.venue);
    this.#book = new NaiveBook(venue.bookRules(context.job, symbol.topics));
    this.#read = venue.read;
    this.#ended = new Promise((resolve) => (this.#onEnd = resolve));
  }

  get framesParsed(): number {
    return this.#framesParsed;
  }

  /** How often it did each kind of work. */
  get work(): Readonly<Omit<Work, 'decisions'>> {
    return this.#work;
  }

  get framesMalformed(): number {
    return this.#framesMalformed;
  }

  /** Connects, subscribes and fetches the snapshot; settles when the venue has confirmed. */
  async start(): Promise<void> {
    const { job } = this.#context;
    const { book, trade, quote } = this.#symbol.topics;
    const streams = [book, trade, quote].filter((stream) => stream !== undefined);
    this.#acksWanted = streams.length;
    const subscribed = new Promise<void>((resolve) => (this.#onSubscribed = resolve));
    if (job.venue === 'binance') this.#book.restore(await this.#fetchSnapshot());
    this.#connection = await NaiveConnection.open(job, streams, (text) => this.#handle(text));
    const { failed, ended } = this.#connection;
    const reason = await Promise.race([subscribed, failed, ended]);
    if (reason !== undefined) throw reason;
  }

  /** Settles when the recording has ended and everything is handled. A lost connection is opened again. */
  async finished(): Promise<void> {
    for (;;) {
      const { failed, ended } = this.#connection ?? { failed: this.#ended, ended: this.#ended };
      const reason = await Promise.race([this.#ended, failed, ended]);
      if (reason === undefined) return;
      this.#context.log.note(reason);
      await this.#reconnect();
    }
  }

  async close(): Promise<void> {
    await this.#connection?.close();
  }

  /** Whether the order book ended early because an update is missing. */
  get hasLostBook(): boolean {
    return this.#book.isLost;
  }

  /** Times that the book missed an update, and that it was made complete again. */
  get bookCounts(): { readonly gaps: number; readonly recoveries: number } {
    return { gaps: this.#book.gaps, recoveries: this.#recoveries };
  }

  finalBook(): FinalBook {
    return this.#book.final(this.#symbol.symbol, this.#spec.name);
  }

  /** Connects again and again, with the same pause each time. */
  async #reconnect(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_DELAY));
      try {
        await this.start();
        this.#recoveries++;
        return;
      } catch (error) {
        this.#context.log.note(error);
      }
    }
  }

  /** Starts the book again from a snapshot. When that fails, the next update tries it again. */
  async #recover(message: Extract<MarketMessage, { type: 'book' }>): Promise<void> {
    const { faults, venue } = this.#context.job;
    // Without faults a replay has no later snapshot.
    if (faults === undefined) return;
    if (venue !== 'binance') return this.#subscribeAnew();
    try {
      this.#book.restore(await this.#fetchSnapshot());
      this.#book.apply(message);
      this.#recoveries++;
    } catch (error) {
      this.#context.log.note(error);
    }
  }

  /** Subscribes to the book again: the stream then begins with a snapshot. */
  async #subscribeAnew(): Promise<void> {
    const { renewal } = naiveVenue(this.#context.job.venue);
    const stream = this.#symbol.topics.book;
    if (stream === undefined || renewal === undefined) return;
    this.#book.restart();
    await this.#connection?.ask(renewal.requests(stream), renewal.isAnswer);
    this.#recoveries++;
  }

  async #fetchSnapshot(): Promise<BinanceSnapshot> {
    const response = await fetch(depthUrl(this.#context.job, this.#symbol.symbol));
    if (!response.ok)
      throw new Error(`the venue has no order book of ${this.#symbol.symbol} (status ${response.status})`);
    return (await response.json()) as BinanceSnapshot; // the shape is the venue's documentation
  }

  async #handle(text: string): Promise<void> {
    let message: MarketMessage;
    try {
      message = this.#read(text);
    } catch {
      this.#framesMalformed++;
      return;
    }
    if (message.type === 'book' || message.type === 'trades' || message.type === 'quote') this.#framesParsed++;
    await this.#react(message);
  }

  async #react(message: MarketMessage): Promise<void> {
    switch (message.type) {
      case 'book':
        this.#book.apply(message);
        if (this.#book.isLost) await this.#recover(message);
        return this.#refresh();
      case 'trades':
        for (const size of message.sizes) this.#volume += size;
        return this.#refresh();
      case 'quote':
        this.#quote = {
          bidSize: message.bidSize ?? this.#quote.bidSize,
          askSize: message.askSize ?? this.#quote.askSize,
        };
        return this.#refresh();
      case 'clock':
        return this.#closeBar(message.at);
      case 'ack':
        if (--this.#acksWanted === 0) this.#onSubscribed();
        return;
      case 'end':
        this.#onEnd();
        return;
      case 'other':
    }
  }

  /** "Feature Engineering | Every tick": whenever the boundary comes, the features are at hand. */
  #refresh(): void {
    if (!this.#book.isReady) return;
    this.#describe(this.#window([...this.#bars.slice(-LONG_WINDOW), { close: this.#mid(), volume: this.#volume }]));
    this.#areFeaturesFresh = true;
  }

  #describe(window: MarketWindow): void {
    this.#work.features++;
    this.#features = features(window);
  }

  async #closeBar(at: number): Promise<void> {
    const { coordinator, client, job, storesBook } = this.#context;
    const { symbol } = this.#symbol;
    if (!this.#book.isReady) return coordinator.submit({ at, symbol, model: this.#spec, vote: undefined });
    const mid = this.#mid();
    this.#bars.push({ close: mid, volume: this.#volume });
    if (this.#bars.length > HISTORY) this.#bars.shift();
    this.#volume = 0;
    const window = this.#window(this.#bars);
    // The newest tick has computed them already, unless the bar had none.
    if (!this.#areFeaturesFresh) this.#describe(window);
    this.#areFeaturesFresh = false;
    this.#work.regime++;
    const regime = regimeOf(window.close);
    this.#work.predictions++;
    const signal = this.#model.predict({ window, features: this.#features, barNumber: at / job.bar });
    if (storesBook && at % BOOK_ROW_INTERVAL === 0) {
      const row = this.#bookRow(at);
      await client.insert('books', row);
      coordinator.recordBook(row);
    }
    if (signal !== undefined) {
      const row = { ts: at, symbol, model: this.#spec.name, ...signal, regime, mid };
      await client.insert('signals', row);
      coordinator.record(row);
    }
    await coordinator.submit({ at, symbol, model: this.#spec, vote: { close: mid, regime, signal } });
  }

  /** Copies the columns of the newest bars out of the history. */
  #window(bars: readonly NaiveBar[]): MarketWindow {
    const recent = bars.slice(-WINDOW);
    const { bids, asks } = this.#sizes();
    const { bidSize = bids[0] ?? 0, askSize = asks[0] ?? 0 } = this.#quote;
    return {
      close: recent.map((bar) => bar.close),
      longClose: bars.slice(-LONG_WINDOW).map((bar) => bar.close),
      volume: recent.map((bar) => bar.volume),
      imbalance: imbalanceOf(bids, asks),
      tilt: tiltOf(bidSize, askSize),
    };
  }

  #sizes(): { bids: number[]; asks: number[] } {
    const best = (levels: NaiveBook['bids']): number[] =>
      levels.slice(0, IMBALANCE_LEVELS).map((level) => Number(level.sizeText));
    return { bids: best(this.#book.bids), asks: best(this.#book.asks) };
  }

  #mid(): number {
    return ((this.#book.bids[0]?.price ?? 0) + (this.#book.asks[0]?.price ?? 0)) / 2;
  }

  #bookRow(ts: number): BookRow {
    const { bids, asks } = this.#sizes();
    return {
      ts,
      symbol: this.#symbol.symbol,
      bid: this.#book.bids[0]?.price ?? Number.NaN,
      bid_size: bids[0] ?? Number.NaN,
      ask: this.#book.asks[0]?.price ?? Number.NaN,
      ask_size: asks[0] ?? Number.NaN,
      imbalance: imbalanceOf(bids, asks),
    };
  }
}
