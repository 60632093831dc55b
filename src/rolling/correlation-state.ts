import { BarIntake, type IntakeMarks, depthOf } from './bar-intake.js';
import { BarTimes } from './bar-times.js';
import { type CoMomentMarks, CoMoments } from './co-moments.js';
import { CorrelationMatrix } from './correlation-matrix.js';
import type { CorrelationSettings } from './correlation-options.js';
import type { CorrelationCounters } from './correlation-stats.js';
import { isGap } from './gap.js';
import { KernelThreads } from './kernel-threads.js';
import { PairMoments } from './pair-moments.js';
import { THREAD } from './row-passes.js';

/** The numbers of a state, for a snapshot. */
export interface StateMarks {
  /** Of the sums. */
  readonly moments: CoMomentMarks;
  /** Of the bars as they came. */
  readonly intake: IntakeMarks;
  /** Of their times. */
  readonly times: BarTimes['marks'];
  /** Of what was counted. */
  readonly counters: CorrelationCounters;
}

/**
 * Bars on their way into the sums, and back when one is revised.
 *
 * Ages are bars back, 0 the newest. Symbols are indices.
 */
export class CorrelationState {
  /** What was counted. */
  readonly counters: CorrelationCounters = { pushes: 0, amends: 0, replacedBars: 0, lateDropped: 0, droppedBars: 0 };
  /** Bars as they came. */
  readonly intake: BarIntake;
  /** Their times. */
  readonly times: BarTimes;
  /** Who helps with passes over all pairs. */
  readonly threads: KernelThreads;
  readonly #settings: CorrelationSettings;
  readonly #isListwise: boolean;
  #moments: CoMoments;
  #pair: PairMoments;
  #matrix: CorrelationMatrix;

  /** @throws ConfigError when the engine asked for is not to be had. `capacity` is room for symbols. */
  constructor(settings: CorrelationSettings, capacity = settings.symbols.length) {
    const { symbols, window, input, missing } = settings;
    this.#settings = settings;
    this.#isListwise = missing === 'listwise';
    this.intake = new BarIntake(symbols.length, window, input, missing);
    this.times = new BarTimes(depthOf(window, input));
    this.threads = new KernelThreads(settings.workers, THREAD);
    this.#moments = new CoMoments({ ...settings, capacity, threads: this.threads });
    this.#pair = this.#pairOf(this.#moments);
    this.#matrix = this.#matrixOf(this.#moments, this.#pair);
  }

  /** The sums. */
  get moments(): CoMoments {
    return this.#moments;
  }

  /** Reads pairs. */
  get pair(): PairMoments {
    return this.#pair;
  }

  /** Reads all pairs. */
  get matrix(): CorrelationMatrix {
    return this.#matrix;
  }

  /** The state in numbers. */
  get marks(): StateMarks {
    const { intake, times, counters } = this;
    return { moments: this.#moments.marks, intake: intake.marks, times: times.marks, counters };
  }

  /** The state in arrays. To fill them, call `restore` first. */
  get kept(): readonly Float64Array[] {
    return [...this.#moments.kept, ...this.intake.kept, ...this.times.kept];
  }

  /** Takes over the numbers of a snapshot, before its arrays are read. */
  restore({ moments, intake, times, counters }: StateMarks): void {
    this.#moments.restore(moments);
    this.intake.restore(intake);
    this.times.restore(times);
    Object.assign(this.counters, counters);
  }

  /** Bars that can be revised. */
  get depth(): number {
    return Math.min(this.counters.pushes, depthOf(this.#settings.window, this.#settings.input));
  }

  /** Adds the newest bar. Hot path: no allocation. */
  push(bar: Float64Array, ts: number | undefined): void {
    this.times.push(ts);
    const row = this.intake.read(bar);
    this.counters.pushes++;
    // The first bar of returns has no row that could be left out.
    if (this.#settings.input !== 'values' && this.counters.pushes === 1) return;
    // Of rows that count as a whole or not at all, one value tells.
    if (this.#isListwise && Number.isNaN(row[0])) this.counters.droppedBars++;
    this.#moments.push(row);
  }

  /** Replaces a value that was pushed. */
  revise(age: number, symbol: number, value: number): void {
    const newest = this.intake.revise(age, symbol, value);
    for (let row = Math.min(age, this.#moments.bars - 1); row >= newest; row--) {
      if (this.#isListwise) this.#reviseRow(row);
      else this.#moments.replace(row, symbol, this.intake.isPlain ? gapToNaN(value) : this.intake.valueAt(symbol, row));
    }
  }

  /** Adds a symbol with these values, the newest last. */
  addSymbol(tick: number, history: Float64Array): void {
    // What is older than the first bar belongs to no bar.
    const prices = history.subarray(Math.max(0, history.length - this.counters.pushes));
    this.intake.addSymbol(prices);
    const symbol = this.#moments.size;
    const bars = this.#moments.bars;
    const ofBars = prices.subarray(Math.max(0, prices.length - bars)).map(gapToNaN);
    const values = this.intake.isPlain
      ? ofBars
      : Float64Array.from({ length: bars }, (_, index) => this.#value(symbol, bars, index));
    this.#connect(this.#moments.withSymbol(tick, values));
    if (this.#isListwise) this.#refill();
  }

  /** Leaves a symbol out. */
  removeSymbol(symbol: number): void {
    this.intake.removeSymbol(symbol);
    this.#connect(this.#moments.withoutSymbol(symbol));
    if (this.#isListwise) this.#refill();
  }

  #value(symbol: number, bars: number, index: number): number {
    return this.intake.valueAt(symbol, bars - 1 - index);
  }

  #reviseRow(age: number): void {
    const isComplete = this.intake.isComplete(age);
    const wasComplete = !Number.isNaN(this.#moments.rawAt(0, age));
    if (!isComplete && !wasComplete) return;
    if (!isComplete) this.counters.droppedBars++;
    for (let symbol = 0; symbol < this.#moments.size; symbol++) {
      this.#moments.replace(age, symbol, isComplete ? this.intake.valueAt(symbol, age) : NaN);
    }
  }

  // A symbol more or less makes other bars complete: all sums are made anew.
  #refill(): void {
    const old = this.#moments;
    const moments = old.emptied();
    const row = new Float64Array(old.size);
    for (let age = old.bars - 1; age >= 0; age--) {
      const isComplete = this.intake.isComplete(age);
      for (let symbol = 0; symbol < row.length; symbol++) {
        row[symbol] = isComplete ? this.intake.valueAt(symbol, age) : NaN;
      }
      moments.push(row);
    }
    this.#connect(moments);
  }

  #connect(moments: CoMoments): void {
    if (moments === this.#moments) return;
    this.#moments = moments;
    this.#pair = this.#pairOf(moments);
    this.#matrix = this.#matrixOf(moments, this.#pair);
  }

  #pairOf(moments: CoMoments): PairMoments {
    return new PairMoments(moments, this.#isListwise, this.#settings.tolerance);
  }

  #matrixOf(moments: CoMoments, pair: PairMoments): CorrelationMatrix {
    const { minPeriods, tolerance } = this.#settings;
    return new CorrelationMatrix(moments, pair, minPeriods, this.#isListwise, tolerance);
  }
}

function gapToNaN(value: number): number {
  return isGap(value) ? NaN : value;
}
