// A bar is open or it is not. Two times say all: a trade at or after `#opensAt` opens a bar (after the open one, if
// any, was closed), and a trade before `#closedUntil` belongs to a bar that is closed, or would be.
//
//   kind    open bar                      no open bar
//   time    opensAt = end of its period   opensAt = -Infinity
//   others  opensAt = Infinity            opensAt = -Infinity
//
// A bar is closed, and counted, before `onBar` is told, and the trade that follows it is taken only after. So a
// callback that throws changes nothing, `current` inside it is `undefined`, and a call from inside that would need
// a new bar (which has no place yet) is refused before it changes anything.
//
// Sums are compensated, and a bar of volume or turnover closes at `size` less a few rounding errors: prices and
// quantities are decimals rounded to doubles, each by up to 2^-53 of it, their product by three times that.
import { ArgumentError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { show } from '../core/show.js';
import type { OhlcvBar, TradeSide } from './bar.js';
import { type BarBuilderOptions, type BarSettings, readBarOptions } from './bar-options.js';
import { type BarErrorContext, deliver } from './deliver.js';
import { MAX_TIME, periodOf, requireTime } from './market-time.js';
import { OpenBar, type TickKind } from './open-bar.js';
import { isWithin, LARGEST, requireWithin, SMALLEST } from './require-within.js';

/** Counters of a {@link BarBuilder}; they only grow. `received = used + late`. */
export interface BarBuilderStats {
  /** Trades and quotes it was given, those left out that made it throw. */
  readonly received: number;
  /** Those that are in a bar, the open one included. */
  readonly used: number;
  /** Those of `used` that were older than the one before and were merged. */
  readonly merged: number;
  /** Those that were refused: their bar was closed, or `late` is 'reject'. */
  readonly late: number;
  /** Bars closed, empty ones left out. */
  readonly bars: number;
  /** Empty bars made of gaps. */
  readonly filled: number;
  /** Empty bars not made, as their gap was longer than `maxFill`. */
  readonly unfilled: number;
  /** Callbacks that threw or rejected. */
  readonly failures: number;
}

const OWNER = 'BarBuilder';

/** How much less than `size` still reaches it. */
const ROUNDING = 2 ** -50;

/**
 * Makes bars from trades or quotes: bars of equal time, trades, volume or turnover ("dollar").
 *
 * A time bar closes with the first trade after its period, or by `advance`; any other with the trade that
 * brings it to its size, which is in it as a whole. A trade of a bar that is closed is refused, counted and told
 * to `onLate`. So every trade is in exactly one bar or in `stats().late`.
 *
 * Time is that of the trades: a trade with a time years ahead, if accepted, makes all that follow late. Check
 * times before.
 *
 * Cost: a trade takes constant time and does not allocate; a closed bar is one object.
 *
 * @throws ConfigError when an option is unknown or out of range.
 * @example
 * const ring = new SeriesRing({ capacity: 1_000, columns: BAR_COLUMNS });
 * const builder = new BarBuilder({ by: 'time', period: 60_000, onBar: (bar) => ring.push(bar) });
 * builder.add(1_700_000_040_000, 100, 2, 'buy');
 * builder.add(1_700_000_099_999, 101, 1, 'sell');
 * builder.add(1_700_000_100_000, 102, 1, 'buy'); // 1, the bars it closed
 * ring.at('close', -1); // 101
 */
export class BarBuilder {
  readonly #settings: BarSettings;
  readonly #failures: FailureReporter<BarErrorContext>;
  // These are copied from the settings because each trade reads them, and time bars have settings of another shape.
  readonly #period: number;
  readonly #leastPrice: number;
  readonly #limit: number;
  readonly #bar: OpenBar;
  #opensAt = -Infinity;
  #closedUntil = -Infinity;
  #isTelling = false;
  #used = 0;
  #merged = 0;
  #late = 0;
  #bars = 0;
  #filled = 0;
  #unfilled = 0;

  constructor(options: BarBuilderOptions) {
    const settings = readBarOptions(OWNER, options);
    this.#settings = settings;
    this.#failures = new FailureReporter(OWNER, settings.onError);
    this.#bar = new OpenBar(settings.by);
    this.#period = settings.period;
    this.#leastPrice = settings.prices === 'any' ? -LARGEST : SMALLEST;
    this.#limit = settings.size * (1 - ROUNDING);
  }

  /** The open bar as it is now, as an object of its own; `undefined` when none is open. */
  get current(): OhlcvBar | undefined {
    return this.#opensAt === -Infinity ? undefined : this.#snapshot();
  }

  /**
   * Takes a trade and returns how many bars it closed, empty ones included; -1 when it was refused as late.
   *
   * Trades of equal time keep the order they arrive in. A quantity of 0 counts as a trade.
   * @param ts Time of the trade in epoch milliseconds, fractions allowed.
   * @param price From 1e-100 to 1e100; from -1e100 with `prices: 'any'`.
   * @param quantity From 0 to 1e100.
   * @param side The taker's side, if it is known.
   * @throws ArgumentError when an argument is anything else, or from inside `onBar`. Nothing has changed then.
   */
  add(ts: number, price: number, quantity: number, side?: TradeSide): number {
    // Hot path, with all that it calls until a bar closes: no allocation.
    const isRight =
      isWithin(ts, -MAX_TIME, MAX_TIME) &&
      isWithin(price, this.#leastPrice, LARGEST) &&
      isWithin(quantity, 0, LARGEST) &&
      (side === undefined || side === 'buy' || side === 'sell');
    if (!isRight) this.#throwWhatIsWrong(ts, price, quantity, side);
    return this.#take(ts, price, quantity, side);
  }

  /**
   * Takes a quote, whose price is the mid of bid and ask; a quote has no volume. Otherwise as `add`.
   *
   * For another price, such as the microprice, give it as bid and as ask. A crossed quote is taken as it is.
   * @throws ArgumentError as `add` does, and for bars by volume or turnover, which quotes would never close.
   */
  quote(ts: number, bid: number, ask: number): number {
    const { by } = this.#settings;
    if (by === 'volume' || by === 'dollar')
      throw new ArgumentError(`${OWNER}: quotes have no volume and cannot make bars by ${by}; use 'time' or 'tick'`);
    requireTime(OWNER, 'ts', ts);
    requireWithin(OWNER, 'bid', bid, this.#leastPrice, LARGEST);
    requireWithin(OWNER, 'ask', ask, this.#leastPrice, LARGEST);
    return this.#take(ts, (bid + ask) / 2, 0, 'quote');
  }

  /**
   * Says that no trade before `now` is to be expected: closes the time bar whose period has ended, fills the
   * gap up to `now`, and returns how many bars were closed. Does nothing for other bars, or an earlier time.
   *
   * Call it from a clock, less the time that trades may take to arrive.
   * @throws ArgumentError when `now` is no time in epoch milliseconds, or from inside `onBar`.
   */
  advance(now: number): number {
    requireTime(OWNER, 'now', now);
    return this.#period > 0 ? this.#moveTo(periodOf(now, this.#period) * this.#period) : 0;
  }

  /**
   * Closes the open bar as it is, as at the end of a session, and returns how many bars that were: 1 or 0.
   *
   * Of a time bar its whole period is closed: trades that still come in it are late.
   */
  flush(): number {
    return this.#opensAt === -Infinity ? 0 : this.#close();
  }

  /** What happened so far, as a plain object. */
  stats(): BarBuilderStats {
    return {
      received: this.#used + this.#late,
      used: this.#used,
      merged: this.#merged,
      late: this.#late,
      bars: this.#bars,
      filled: this.#filled,
      unfilled: this.#unfilled,
      failures: this.#failures.count,
    };
  }

  // Apart from the hot path, which is inlined into callers only while it is short.
  #throwWhatIsWrong(ts: number, price: number, quantity: number, side: unknown): never {
    requireTime(OWNER, 'ts', ts);
    requireWithin(OWNER, 'price', price, this.#leastPrice, LARGEST);
    requireWithin(OWNER, 'quantity', quantity, 0, LARGEST);
    throw new ArgumentError(`${OWNER}: side must be 'buy', 'sell' or undefined, got ${show(side)}`);
  }

  #take(ts: number, price: number, quantity: number, kind: TickKind): number {
    const bar = this.#bar;
    // Most trades are in order and within the open bar.
    const closed = ts >= bar.last && ts < this.#opensAt ? 0 : this.#makePlace(ts, price, quantity);
    if (closed < 0) return closed;
    this.#used++;
    bar.take(ts, price, quantity, kind);
    return this.#period > 0 || bar.size < this.#limit ? closed : closed + this.#close();
  }

  /** Sees to it that the open bar is the one a trade belongs in. Returns as `add`. */
  #makePlace(ts: number, price: number, quantity: number): number {
    const { late, onLate } = this.#settings;
    if (ts < this.#closedUntil || (ts < this.#bar.last && late === 'reject')) {
      this.#late++;
      deliver(this.#failures, { during: 'onLate', ts }, onLate, ts, price, quantity);
      return -1;
    }
    if (ts >= this.#opensAt) return this.#open(ts, price);
    this.#merged++;
    return 0;
  }

  /** Opens a bar, after closing what ended before it. Returns how many were closed. */
  #open(ts: number, price: number): number {
    const period = this.#period;
    const start = periodOf(ts, period) * period;
    const closed = this.#moveTo(start);
    if (period > 0) this.#closedUntil = start;
    this.#opensAt = period > 0 ? start + period : Infinity;
    this.#bar.start(ts, price);
    return closed;
  }

  /** Closes what ends at or before `start`, a boundary of periods, and fills up to it. */
  #moveTo(start: number): number {
    if (this.#isTelling) throw new ArgumentError(`${OWNER}: onBar must not add to the builder that called it`);
    const closed = start >= this.#opensAt ? this.flush() : 0;
    return closed + this.#fill(start);
  }

  /** Makes empty bars from the end of the last closed bar up to `start`. */
  #fill(start: number): number {
    const { gaps, maxFill } = this.#settings;
    const from = this.#closedUntil;
    // Before the first bar there is no close to fill with.
    if (gaps === 'leave' || from === -Infinity || start <= from) return 0;
    const count = (start - from) / this.#period;
    this.#closedUntil = start;
    if (count > maxFill) {
      this.#unfilled += count;
      return 0;
    }
    this.#filled += count;
    for (let ts = from; ts < start; ts += this.#period) {
      this.#bar.start(ts);
      this.#tell(this.#bar.toBar(ts, ts + this.#period));
    }
    return count;
  }

  #close(): number {
    const bar = this.#snapshot();
    this.#opensAt = -Infinity;
    this.#closedUntil = bar.end;
    this.#bars++;
    this.#tell(bar);
    return 1;
  }

  #tell(bar: OhlcvBar): void {
    this.#isTelling = true;
    deliver(this.#failures, { during: 'onBar', ts: bar.ts }, this.#settings.onBar, bar);
    this.#isTelling = false;
  }

  #snapshot(): OhlcvBar {
    const bar = this.#bar;
    const end = this.#opensAt;
    return this.#period > 0 ? bar.toBar(end - this.#period, end) : bar.toBar(bar.first, bar.last);
  }
}
