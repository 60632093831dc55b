import { type Bar, symbolOf, type TableSymbol } from './bar-table.js';
import type { Frame, Topic } from './recording.js';

/** Decimals of a trade's size. */
const SIZE_DECIMALS = 8;

/** Milliseconds after the start of a minute at which its four prices come. */
const MOMENTS = [1_000, 20_000, 40_000, 59_000] as const;

/** Levels a side of the books made, each a tick further from the price. */
const LEVELS = 10;

/** Size of each level: a bar tells nothing of it, so both sides are the same. */
const SIZE = '1';

/** One symbol whose bars become frames of Bybit V5. */
export class BarSymbol {
  readonly symbol: string;
  /** Decimals of its prices. */
  readonly decimals: number;
  readonly book: Topic;
  readonly trade: Topic;
  #tick: number | undefined;
  #update = 0;
  #trades = 0;

  constructor({ name, decimals }: TableSymbol) {
    this.decimals = decimals;
    this.symbol = symbolOf(name);
    this.book = { topic: `orderbook.50.${this.symbol}`, symbol: this.symbol, stream: 'book' };
    this.trade = { topic: `publicTrade.${this.symbol}`, symbol: this.symbol, stream: 'trade' };
  }

  /** A trade at a price and the book that follows it. */
  *framesAt(t: number, price: number, volume: number): Generator<Frame> {
    this.#trades += 1;
    yield { t, ...this.trade, text: this.#tradeText(t, price, volume) };
    const tick = Math.round(price * 10 ** this.decimals);
    if (tick === this.#tick) return;
    this.#update += 1;
    yield { t, ...this.book, text: this.#bookText(t, tick) };
    this.#tick = tick;
  }

  #tradeText(t: number, price: number, volume: number): string {
    const trade = { T: t, s: this.symbol, S: 'Buy', v: volume.toFixed(SIZE_DECIMALS), p: price.toFixed(this.decimals) };
    const data = [{ ...trade, i: `${this.symbol}-${this.#trades}`, BT: false }];
    return JSON.stringify({ topic: this.trade.topic, type: 'snapshot', ts: t, data });
  }

  /** A snapshot at first; then what is new and what is gone. */
  #bookText(t: number, tick: number): string {
    const side = (away: 1 | -1): [string, string][] => {
      const [now, before] = [levelsAt(tick, away), this.#tick === undefined ? [] : levelsAt(this.#tick, away)];
      const gone = before.filter((level) => !now.includes(level));
      const isNew = (level: number): boolean => !before.includes(level);
      return [
        ...gone.map((level) => this.#row(level, '0')),
        ...now.filter(isNew).map((level) => this.#row(level, SIZE)),
      ];
    };
    const data = { s: this.symbol, b: side(-1), a: side(1), u: this.#update, seq: this.#update };
    return JSON.stringify({
      topic: this.book.topic,
      type: this.#tick === undefined ? 'snapshot' : 'delta',
      ts: t,
      data,
    });
  }

  #row(level: number, size: string): [string, string] {
    return [(level / 10 ** this.decimals).toFixed(this.decimals), size];
  }
}

/**
 * Makes frames from bars: open, low, high and close (of a falling minute open, high, low and close) come one after the
 * other in the minute's own time, each as a trade of a share of its volume and as the book that follows it. A price that
 * is that before it comes only once.
 */
export function* framesOfBars(bars: readonly Bar[], symbols: readonly BarSymbol[]): Generator<Frame> {
  for (let from = 0; from < bars.length;) {
    const minute = minuteAt(bars, from);
    const paths = minute.map((bar) => ({ bar, prices: pricesOf(bar) }));
    for (const [index, moment] of MOMENTS.entries()) {
      for (const { bar, prices } of paths) {
        const price = prices[index];
        const share = bar.volume / prices.filter((one) => one !== undefined).length;
        if (price !== undefined) yield* symbols[bar.symbol]?.framesAt(bar.ts + moment, price, share) ?? [];
      }
    }
    from += minute.length;
  }
}

/** All bars of the minute that begins at a place. */
function minuteAt(bars: readonly Bar[], from: number): readonly Bar[] {
  let to = from;
  while (to < bars.length && bars[to]?.ts === bars[from]?.ts) to += 1;
  return bars.slice(from, to);
}

/** The price at each moment; undefined where it has not changed. The close always comes. */
function pricesOf({ open, high, low, close }: Bar): readonly (number | undefined)[] {
  const path = close >= open ? [open, low, high, close] : [open, high, low, close];
  return path.map((price, index) => (index < path.length - 1 && price === path[index + 1] ? undefined : price));
}

/** Ticks of a side, best first; none below the smallest price. */
function levelsAt(tick: number, away: 1 | -1): number[] {
  return Array.from({ length: LEVELS }, (_, index) => tick + away * (index + 1)).filter((level) => level > 0);
}
