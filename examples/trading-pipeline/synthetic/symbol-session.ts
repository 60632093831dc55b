import { decimalText, type Instrument } from './instrument.js';
import { type MarketStep, STEP } from './market-path.js';
import type { Random } from './random.js';
import { type Side, SyntheticBook } from './synthetic-book.js';

/** Streams of a symbol. */
export const STREAMS = ['trade', 'bookTicker', 'depth@100ms'] as const;

/** A frame of one of a symbol's streams, or a snapshot of its book as REST gives it. */
export interface SyntheticFrame {
  /** Epoch milliseconds. */
  readonly t: number;
  readonly symbol: string;
  readonly kind: (typeof STREAMS)[number] | 'snapshot';
  readonly text: string;
}

/** Shortest time between two events in milliseconds: the quote after one, and a snapshot, come before the next. */
const CLOSEST = 0.05;

/**
 * Events come as a self-exciting (Hawkes) process: each raises the rate of the next ones, which gives bursts.
 * Base rate and decay per second; each event begets `OFFSPRING` others on average.
 */
const BASE_RATE = 5.4;
const DECAY = 3.5;
const OFFSPRING = 0.6;

/** Depth frames come every fifth step, that is every 100 ms. */
const STEPS_PER_DEPTH = 5;
/** First step after which the REST snapshot is taken. */
const SNAPSHOT_STEP = 15;
/** Distance of price and book, in basis points, at which the book follows. */
const FOLLOW_AT = 0.12;
/** The venue's stamp lies before the time of receipt. */
const DELAY = 3;

/** One symbol's part of a session: price, book, events, and the frames that a venue would send of them. */
export class SymbolSession {
  readonly #instrument: Instrument;
  readonly #random: Random;
  readonly #book: SyntheticBook;
  readonly #stream: string;
  readonly #phase: number;
  #frames: SyntheticFrame[] = [];
  #logPrice: number;
  #excitation = 0;
  #steps = 0;
  #updateId: number;
  #firstId = 0;
  #previousId: number;
  #tradeId: number;
  #quoted = '';
  #hasSnapshot = false;

  constructor(instrument: Instrument, random: Random) {
    this.#instrument = instrument;
    this.#random = random;
    this.#phase = random.integer(0, STEPS_PER_DEPTH - 1);
    this.#stream = instrument.symbol.toLowerCase();
    const tick = Math.round(instrument.price * 10 ** instrument.priceDecimals);
    this.#logPrice = Math.log(tick);
    this.#book = new SyntheticBook(random, tick, instrument.meanLots);
    this.#updateId = 5_000_000_000 + random.integer(0, 1_000_000);
    this.#previousId = this.#updateId;
    this.#tradeId = random.integer(1_000_000, 9_000_000);
  }

  /** Lives through one step that begins at `from` and returns its frames in order. */
  step(from: number, market: MarketStep): readonly SyntheticFrame[] {
    this.#frames = [];
    if (this.#steps % STEPS_PER_DEPTH === this.#phase) this.#emitDepth(from + 0.1);
    this.#logPrice += this.#instrument.beta * market.factorReturn + market.ownDeviation * this.#random.gaussian();
    for (const t of this.#drawEvents(from + 0.2, from + STEP - 0.2, market.activity)) this.#happen(t, market);
    this.#steps += 1;
    return this.#frames;
  }

  /** Times of events between two moments, by thinning: the rate only falls until the next event. */
  #drawEvents(from: number, to: number, activity: number): readonly number[] {
    const times: number[] = [];
    const base = BASE_RATE * activity;
    let t = from;
    for (;;) {
      const highest = base + this.#excitation;
      const wait = Math.max(CLOSEST, (this.#random.exponential() / highest) * 1_000);
      const isPast = t + wait >= to;
      this.#excitation *= Math.exp((-DECAY * (isPast ? to - t : wait)) / 1_000);
      if (isPast) return times;
      t += wait;
      if (!this.#random.isLikely((base + this.#excitation) / highest)) continue;
      this.#excitation += OFFSPRING * DECAY;
      times.push(t);
    }
  }

  #happen(t: number, market: MarketStep): void {
    const gap = Math.exp(this.#logPrice) - this.#book.mid;
    const reach = Math.max(0.75, Math.exp(this.#logPrice) * FOLLOW_AT * 1e-4);
    if (Math.abs(gap) > reach) this.#follow(t, gap, market.widening);
    else this.#fluctuate(t, market.trend);
    this.#emitQuote(t + 0.02);
    if (!this.#hasSnapshot && this.#steps >= SNAPSHOT_STEP) this.#emitSnapshot(t + 0.03);
  }

  /** The book goes where the price went, more often than not pushed by a trade. */
  #follow(t: number, gap: number, widening: number): void {
    if (this.#random.isLikely(0.6)) this.#trade(t, gap > 0 ? 'ask' : 'bid', 1);
    const spread = 1 + this.#random.integer(0, widening);
    const bid = Math.max(1, Math.floor(Math.exp(this.#logPrice) - spread / 2));
    this.#book.move(bid, bid + spread);
    this.#advanceId();
  }

  /** Around the price: trades, orders at the touch, orders deeper in the book. */
  #fluctuate(t: number, trend: number): void {
    const kind = this.#random.uniform();
    const side: Side = this.#random.isLikely(0.5 + 0.2 * trend) ? 'ask' : 'bid';
    if (kind < 0.35) this.#trade(t, side, this.#random.between(0.05, 0.6));
    else this.#book.resize(side, kind < 0.75 ? 0 : this.#random.integer(1, 49));
    this.#book.resize(side === 'ask' ? 'bid' : 'ask', this.#random.integer(1, 49));
    this.#advanceId();
  }

  /** Takes a share of the best level, as an aggressive order does. The level itself goes only when the book moves. */
  #trade(t: number, side: Side, share: number): void {
    const { tick, lots } = this.#book.best(side);
    const size = Math.max(1, Math.min(lots - 1, Math.round(lots * share)));
    if (size >= lots) return;
    this.#emitTrade(t, side, tick, size);
    this.#book.take(side, size);
  }

  #advanceId(): void {
    this.#updateId += this.#random.integer(1, 40);
    if (this.#firstId === 0) this.#firstId = this.#updateId;
  }

  #emitTrade(t: number, side: Side, tick: number, lots: number): void {
    this.#tradeId += 1;
    const { symbol, sizeDecimals } = this.#instrument;
    const [stamp, price, size] = [stampOf(t), this.#priceText(tick), decimalText(lots, sizeDecimals)];
    // `m`: the buyer was the maker, so a seller took the bid.
    const body = `"e":"trade","E":${stamp},"T":${stamp},"s":"${symbol}","t":${this.#tradeId},"p":"${price}","q":"${size}"`;
    this.#emit(t, 'trade', `{${body},"X":"MARKET","m":${side === 'bid'}}`);
  }

  #emitQuote(t: number): void {
    const [bid, ask] = [this.#levelText('bid'), this.#levelText('ask')];
    const quoted = `"b":"${bid[0]}","B":"${bid[1]}","a":"${ask[0]}","A":"${ask[1]}"`;
    if (quoted === this.#quoted) return;
    this.#quoted = quoted;
    const stamp = stampOf(t);
    const head = `"e":"bookTicker","u":${this.#updateId},"s":"${this.#instrument.symbol}"`;
    this.#emit(t, 'bookTicker', `{${head},${quoted},"T":${stamp},"E":${stamp}}`);
  }

  #emitDepth(t: number): void {
    if (this.#firstId === 0) return;
    const { bid, ask } = this.#book.takeChanges();
    const stamp = stampOf(t);
    const ids = `"U":${this.#firstId},"u":${this.#updateId},"pu":${this.#previousId}`;
    const head = `"e":"depthUpdate","E":${stamp},"T":${stamp},"s":"${this.#instrument.symbol}",${ids}`;
    this.#emit(t, 'depth@100ms', `{${head},"b":${this.#levelTexts(bid)},"a":${this.#levelTexts(ask)}}`);
    this.#previousId = this.#updateId;
    this.#firstId = 0;
  }

  /** Taken amid the changes that the next depth frame carries: one lies before it and one after, as the venue asks. */
  #emitSnapshot(t: number): void {
    this.#hasSnapshot = true;
    const stamp = stampOf(t);
    const sides = (['bid', 'ask'] as const).map((side) =>
      this.#levelTexts(new Map(this.#book.levels(side).map((level) => [level.tick, level.lots])), side),
    );
    const ids = `"lastUpdateId":${this.#updateId},"E":${stamp},"T":${stamp}`;
    const text = `{${ids},"bids":${sides[0]},"asks":${sides[1]}}`;
    this.#frames.push({ t, symbol: this.#instrument.symbol, kind: 'snapshot', text });
    this.#book.resize('bid', 40);
    this.#advanceId();
  }

  #emit(t: number, kind: (typeof STREAMS)[number], data: string): void {
    const text = `{"stream":"${this.#stream}@${kind}","data":${data}}`;
    this.#frames.push({ t, symbol: this.#instrument.symbol, kind, text });
  }

  #levelText(side: Side): readonly [string, string] {
    const { tick, lots } = this.#book.best(side);
    return [this.#priceText(tick), decimalText(lots, this.#instrument.sizeDecimals)];
  }

  /** Rising prices in depth frames; snapshots best first. */
  #levelTexts(levels: ReadonlyMap<number, number>, bestFirst?: Side): string {
    const rising = [...levels].toSorted(([a], [b]) => (bestFirst === 'bid' ? b - a : a - b));
    const decimals = this.#instrument.sizeDecimals;
    return `[${rising.map(([tick, lots]) => `["${this.#priceText(tick)}","${decimalText(lots, decimals)}"]`).join(',')}]`;
  }

  #priceText(tick: number): string {
    return decimalText(tick, this.#instrument.priceDecimals);
  }
}

function stampOf(t: number): number {
  return Math.floor(t) - DELAY;
}
