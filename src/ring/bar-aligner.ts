// Rows are numbered by their period, counted from the epoch. Market time is the newest time seen, of an update or
// of `advance`. It divides the rows:
//
//   emitted or passed over | wait for stragglers       | not over
//   ... #next - 1          | #next ... over - 1        | over ...        over = period of market time
//
// A row is due once market time is `grace` past its end: rows before the period of `market - grace` are. What is
// due is emitted before an update is put into its row, so at most `grace / period + 2` rows wait, and that bound
// needs no policy of its own. With 'wait' a row in the middle part is also emitted when every symbol is in it.
//
// Late is what belongs before `#next`. Until the first row was emitted `#next` is the oldest row that has an
// update, and may still move back.
//
// 'carry' takes from `#carried`, each symbol's value in the newest emitted row. An amended value may have been
// carried on: the rows after it are walked until one has an update of its own; if none has, the value is
// the one to carry from now on. So amended rows are what they would be had the update come in time.
import type { Callback } from '../core/callback.js';
import { ArgumentError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { show } from '../core/show.js';
import { type AlignerSettings, type BarAlignerOptions, readAlignerOptions } from './aligner-options.js';
import { type BarErrorContext, deliver } from './deliver.js';
import { periodOf, requireTime } from './market-time.js';
import { requireWithin } from './require-within.js';
import { RowSlots } from './row-slots.js';

/** Counters of a {@link BarAligner}; all but `pending` only grow. `updates = used + outdated + amended + late`. */
export interface BarAlignerStats {
  /** Updates it was given, those left out that made it throw. */
  readonly updates: number;
  /** Updates that went into a row before it was emitted, also if a newer one of the same period replaced them. */
  readonly used: number;
  /** Updates older than the symbol's value of that period, which change nothing. */
  readonly outdated: number;
  /** Updates that amended an emitted row. */
  readonly amended: number;
  /** Updates that were refused: their row was emitted, and not amended. */
  readonly late: number;
  /** Rows emitted. */
  readonly rows: number;
  /** Rows emitted with updates of some symbols, not of all. */
  readonly incomplete: number;
  /** Rows emitted without an update of any symbol. */
  readonly filled: number;
  /** Such rows not emitted, as their gap was longer than `maxFill`. */
  readonly unfilled: number;
  /** Rows that have an update and wait to be emitted. */
  readonly pending: number;
  /** Callbacks that threw or rejected. */
  readonly failures: number;
}

const OWNER = 'BarAligner';

/**
 * Turns updates of single symbols into one row of values for all symbols per period, in order of time.
 *
 * A symbol's value in a row is its latest update, by time, in that period; of equal times the one that arrived last.
 * A row is emitted when market time (the newest time of an update or of `advance`) is `grace` past its
 * period. The first row is that of the oldest update until then. An update of a row already emitted is
 * refused or amends it, as `late` says; it is always counted, and told.
 *
 * Time is that of the updates: one with a time years ahead emits all that waits and makes what follows
 * late. Check times before.
 *
 * Cost: an update takes constant time and does not allocate; a row is one array. Memory is 16 bytes per symbol
 * and period of grace and history.
 *
 * @throws ConfigError when an option is unknown or out of range.
 * @example
 * const correlation = new RollingCorrelation({ symbols: ['BTC', 'ETH'], window: 200 });
 * const aligner = new BarAligner({
 *   symbols: ['BTC', 'ETH'],
 *   period: 60_000,
 *   onRow: (ts, values) => correlation.push(values),
 * });
 * aligner.update('BTC', 1_700_000_040_000, 100);
 * aligner.update('ETH', 1_700_000_050_000, 10);
 * aligner.update('BTC', 1_700_000_100_000, 101); // 1, the rows it emitted: [100, 10]
 */
export class BarAligner {
  readonly #settings: AlignerSettings;
  readonly #failures: FailureReporter<BarErrorContext>;
  readonly #columns: ReadonlyMap<unknown, number>;
  readonly #rows: RowSlots;
  readonly #carries: boolean;
  readonly #waits: boolean;
  /** By symbol, what stands for it in a row without an update of it: NaN unless values are carried. */
  readonly #carried: Float64Array;
  #market = -Infinity;
  /** The next row to emit; Infinity before the first update. */
  #next = Infinity;
  /** The newest row that has an update. */
  #newest = -Infinity;
  #isTelling = false;
  #used = 0;
  #outdated = 0;
  #amended = 0;
  #late = 0;
  #emitted = 0;
  #incomplete = 0;
  #filled = 0;
  #unfilled = 0;

  constructor(options: BarAlignerOptions) {
    const settings = readAlignerOptions(OWNER, options);
    const { symbols } = settings;
    this.#settings = settings;
    this.#failures = new FailureReporter(OWNER, settings.onError);
    this.#columns = new Map(symbols.map((symbol, index) => [symbol, index]));
    this.#rows = new RowSlots(settings.slots, symbols.length);
    this.#carries = settings.missing === 'carry';
    this.#waits = settings.missing === 'wait';
    this.#carried = new Float64Array(symbols.length).fill(NaN);
  }

  /**
   * Takes a symbol's value at a time and returns how many rows it emitted; -1 when it was refused as late.
   *
   * @param ts Epoch milliseconds, fractions allowed; of a bar its start, `bar.ts`.
   * @param value Any finite number.
   * @throws ArgumentError when the symbol is unknown, an argument is anything else, or from inside `onRow` or
   * `onAmend`. Nothing has changed then.
   */
  update(symbol: string, ts: number, value: number): number {
    // Hot path, with all that it calls until a row is emitted: no allocation.
    const column = this.#columns.get(symbol);
    if (column === undefined)
      throw new ArgumentError(`${OWNER}: symbol must be one of the symbols given, got ${show(symbol)}`);
    requireWithin(OWNER, 'value', value, -Number.MAX_VALUE, Number.MAX_VALUE);
    const emitted = this.advance(ts);
    const period = periodOf(ts, this.#settings.period);
    if (period < this.#next && !this.#startsAt(period)) return this.#takeLate(column, period, ts, value);
    if (period > this.#newest) this.#newest = period;
    if (this.#rows.put(period, column, ts, value)) this.#used++;
    else this.#outdated++;
    return this.#isWhole(period) ? emitted + this.#emitDue() : emitted;
  }

  /**
   * Says that market time is `now`, as a clock has it, and returns how many rows were emitted. An earlier time
   * changes nothing.
   * @throws ArgumentError when `now` is no time in epoch milliseconds, or from inside `onRow` or `onAmend`.
   */
  advance(now: number): number {
    requireTime(OWNER, 'time', now);
    this.#requireIdle();
    if (now <= this.#market) return 0;
    this.#market = now;
    return this.#emitDue();
  }

  /**
   * Emits all rows that have an update, as at the end of a session, and returns how many rows that were.
   * What comes for them later is late.
   * @throws ArgumentError from inside `onRow` or `onAmend`.
   */
  flush(): number {
    this.#requireIdle();
    return this.#emitUntil(this.#newest + 1, -Infinity);
  }

  /** What happened so far, as a plain object. */
  stats(): BarAlignerStats {
    let pending = 0;
    for (let period = this.#next; period <= this.#newest; period++) if (this.#rows.updated(period) > 0) pending++;
    return {
      updates: this.#used + this.#outdated + this.#amended + this.#late,
      used: this.#used,
      outdated: this.#outdated,
      amended: this.#amended,
      late: this.#late,
      rows: this.#emitted,
      incomplete: this.#incomplete,
      filled: this.#filled,
      unfilled: this.#unfilled,
      pending,
      failures: this.#failures.count,
    };
  }

  #requireIdle(): void {
    if (this.#isTelling) throw new ArgumentError(`${OWNER}: onRow and onAmend must not update the aligner`);
  }

  /** Whether a row before the next one may still become the first. */
  #startsAt(period: number): boolean {
    if (this.#emitted > 0 || period < this.#dueEnd()) return false;
    this.#next = period;
    return true;
  }

  /** Rows before this one have had their grace. */
  #dueEnd(): number {
    return periodOf(this.#market - this.#settings.grace, this.#settings.period);
  }

  #isWhole(period: number): boolean {
    return this.#waits && this.#rows.updated(period) === this.#carried.length;
  }

  #emitDue(): number {
    return this.#emitUntil(this.#dueEnd(), periodOf(this.#market, this.#settings.period));
  }

  /** Emits the rows before `due`, and from there on those before `over` that are whole. */
  #emitUntil(due: number, over: number): number {
    let emitted = 0;
    while (this.#next < due || (this.#next < over && this.#isWhole(this.#next)))
      emitted += this.#rows.updated(this.#next) >= 0 ? this.#emit() : this.#passGap(due);
    return emitted;
  }

  /** Deals with the periods without an update from the next one on, up to `due`. */
  #passGap(due: number): number {
    let end = this.#next + 1;
    while (end <= this.#newest && this.#rows.updated(end) < 0) end++;
    // After the newest row nothing is to be found, however far away `due` is.
    end = end > this.#newest ? due : Math.min(end, due);
    const count = end - this.#next;
    const { gaps, maxFill } = this.#settings;
    if (gaps === 'leave' || count > maxFill) {
      if (gaps === 'fill') this.#unfilled += count;
      this.#next = end;
      return 0;
    }
    while (this.#next < end) this.#emit();
    return count;
  }

  /** Emits the next row; it is counted, and no longer the next, before anybody is told. */
  #emit(): number {
    const period = this.#next++;
    const rows = this.#rows;
    const carried = this.#carried;
    rows.open(period);
    for (const [column, value] of carried.entries())
      if (!rows.carry(period, column, value) && this.#carries) carried[column] = rows.value(period, column);
    const updated = rows.updated(period);
    this.#emitted++;
    if (updated === 0) this.#filled++;
    else if (updated < carried.length) this.#incomplete++;
    const ts = period * this.#settings.period;
    this.#tell({ during: 'onRow', ts }, this.#settings.onRow, ts, rows.copy(period));
    return 1;
  }

  #takeLate(column: number, period: number, ts: number, value: number): number {
    const { history, symbols, onLate } = this.#settings;
    if (period >= this.#next - history && this.#rows.updated(period) >= 0) {
      if (this.#rows.put(period, column, ts, value)) this.#amend(column, period, value);
      else this.#outdated++;
      return 0;
    }
    this.#late++;
    deliver(this.#failures, { during: 'onLate', ts }, onLate, symbols[column] ?? '', ts, value);
    return -1;
  }

  /** Tells the new value of an emitted row, and of those it is carried into. */
  #amend(column: number, period: number, value: number): void {
    this.#amended++;
    this.#tellAmended(column, period, value);
    if (!this.#carries) return;
    for (let later = period + 1; later < this.#next; later++) {
      if (this.#rows.updated(later) < 0) continue;
      if (!this.#rows.carry(later, column, value)) return;
      this.#tellAmended(column, later, value);
    }
    this.#carried[column] = value;
  }

  #tellAmended(column: number, period: number, value: number): void {
    const { onAmend, symbols } = this.#settings;
    const ts = period * this.#settings.period;
    this.#tell({ during: 'onAmend', ts }, onAmend, ts, symbols[column] ?? '', value);
  }

  #tell<Arguments extends readonly unknown[]>(
    context: BarErrorContext,
    callback: Callback<Arguments> | undefined,
    ...args: Arguments
  ): void {
    this.#isTelling = true;
    deliver(this.#failures, context, callback, ...args);
    this.#isTelling = false;
  }
}
