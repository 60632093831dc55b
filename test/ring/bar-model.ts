import type { OhlcvBar, TradeSide } from 'tickwise/ring';

/** What a builder is told. */
export type BarEvent =
  | {
      readonly do: 'add';
      readonly ts: number;
      readonly price: number;
      readonly quantity: number;
      readonly side: TradeSide | undefined;
    }
  | { readonly do: 'advance'; readonly now: number }
  | { readonly do: 'flush' };

type Trade = Extract<BarEvent, { do: 'add' }>;

interface ModelOptions {
  readonly by: 'time' | 'tick' | 'volume' | 'dollar';
  /** Period or size. */
  readonly amount: number;
  readonly late: 'merge' | 'reject';
  readonly gaps?: 'fill' | 'leave';
  readonly maxFill?: number;
}

/** The obvious twin of a BarBuilder: keeps the trades of the open bar and groups and sorts them anew each time. */
export class BarModel {
  readonly bars: OhlcvBar[] = [];
  readonly late: Trade[] = [];
  unfilled = 0;
  #open: Trade[] = [];
  #closedUntil = -Infinity;

  constructor(readonly options: ModelOptions) {}

  apply(event: BarEvent): number {
    const before = this.bars.length;
    if (event.do === 'advance') this.#advance(event.now);
    else if (event.do === 'flush') this.#close();
    else if (!this.#add(event)) return -1;
    return this.bars.length - before;
  }

  get current(): OhlcvBar | undefined {
    return this.#open.length === 0 ? undefined : this.#barOf(this.#open);
  }

  get used(): number {
    const closed = this.bars.reduce((total, bar) => total + bar.trades, 0);
    return closed + this.#open.length;
  }

  #add(trade: Trade): boolean {
    const { by, amount, late } = this.options;
    const newest = Math.max(...this.#open.map(({ ts }) => ts));
    const floor = by === 'time' && this.#open.length > 0 ? this.#start(newest) : this.#closedUntil;
    if (trade.ts < floor || (late === 'reject' && trade.ts < newest)) {
      this.late.push(trade);
      return false;
    }
    if (by === 'time') {
      this.#advance(trade.ts);
      this.#open.push(trade);
      return true;
    }
    this.#open.push(trade);
    const { trades, volume, turnover } = this.#barOf(this.#open);
    if ((by === 'tick' ? trades : by === 'volume' ? volume : turnover) >= amount) this.#close();
    return true;
  }

  #advance(now: number): void {
    const { by, amount } = this.options;
    if (by !== 'time') return;
    const [first] = this.#open;
    if (first !== undefined && this.#start(now) > this.#start(first.ts)) this.#close();
    if (this.#open.length === 0) this.#fill(this.#start(now), amount);
  }

  #fill(until: number, period: number): void {
    const { gaps = 'fill', maxFill = 1_440 } = this.options;
    const close = this.bars.at(-1)?.close;
    if (close === undefined || until <= this.#closedUntil || gaps === 'leave') return;
    const starts: number[] = [];
    for (let ts = this.#closedUntil; ts < until; ts += period) starts.push(ts);
    if (starts.length > maxFill) this.unfilled += starts.length;
    else this.bars.push(...starts.map((ts) => emptyBar(ts, ts + period, close)));
    this.#closedUntil = until;
  }

  #close(): void {
    if (this.#open.length === 0) return;
    const bar = this.#barOf(this.#open);
    this.bars.push(bar);
    this.#closedUntil = bar.end;
    this.#open = [];
  }

  #start(ts: number): number {
    return Math.floor(ts / this.options.amount) * this.options.amount;
  }

  #barOf(trades: readonly Trade[]): OhlcvBar {
    const sorted = trades.toSorted((a, b) => a.ts - b.ts);
    const prices = sorted.map(({ price }) => price);
    const volume = sum(sorted.map(({ quantity }) => quantity));
    const turnover = sum(sorted.map(({ price, quantity }) => price * quantity));
    const first = sorted[0]?.ts ?? NaN;
    const last = sorted.at(-1)?.ts ?? NaN;
    const isTimed = this.options.by === 'time';
    return {
      ts: isTimed ? this.#start(first) : first,
      end: isTimed ? this.#start(first) + this.options.amount : last,
      open: prices[0] ?? NaN,
      high: Math.max(...prices),
      low: Math.min(...prices),
      close: prices.at(-1) ?? NaN,
      volume,
      turnover,
      vwap: volume === 0 ? NaN : turnover / volume,
      buyVolume: sorted.some(({ side }) => side === undefined)
        ? NaN
        : sum(sorted.filter(({ side }) => side === 'buy').map(({ quantity }) => quantity)),
      trades: sorted.length,
      quotes: 0,
    };
  }
}

/** The bar of a period without a trade. */
export function emptyBar(ts: number, end: number, close: number): OhlcvBar {
  return {
    ts,
    end,
    open: close,
    high: close,
    low: close,
    close,
    volume: 0,
    turnover: 0,
    vwap: NaN,
    buyVolume: 0,
    trades: 0,
    quotes: 0,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
