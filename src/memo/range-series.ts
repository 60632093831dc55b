import { BLOCK_STEPS, type RangeBlock } from './range-block.js';
import type { RangeFlight } from './range-flight.js';
import type { RangeGrid, Steps } from './range-grid.js';
import { type Instant, type Phase, phaseAt, type TrustRules } from './range-trust.js';

/** The last failed load of a series. */
export interface RangeFailure {
  /** What it threw. */
  readonly error: unknown;
  /** When, in epoch milliseconds of `clock`. */
  readonly at: number;
}

/** What a series can answer without a load. */
export interface RangeReading {
  /** One item per step: its row, or undefined for a hole and for a missing step. */
  readonly rows: unknown[];
  /** The steps that may not be served, as runs. */
  readonly missing: readonly Steps[];
}

/** What is known of one series, such as the candles of one symbol and timeframe. */
export class RangeSeries {
  /** Where its steps begin. */
  readonly grid: RangeGrid;
  /** How long answers are served. */
  readonly rules: TrustRules;
  /** What is known, by step divided by the steps of a block. */
  readonly blocks = new Map<number, RangeBlock>();
  /** Loads that run or wait for their turn. */
  readonly flights = new Set<RangeFlight>();
  /** The latest step of which the venue has ever shown a row. */
  newest = -Infinity;
  /** The last failed load, while none has succeeded since. */
  failure: RangeFailure | undefined;

  constructor(grid: RangeGrid, rules: TrustRules) {
    this.grid = grid;
    this.rules = rules;
  }

  /** What may be served of these steps at an instant. Hot path. */
  read({ lo, hi }: Steps, { now, wallTime }: Instant): RangeReading {
    const rows: unknown[] = [];
    const missing: Steps[] = [];
    for (let index = lo; index < hi;) {
      const number = Math.floor(index / BLOCK_STEPS);
      const start = number * BLOCK_STEPS;
      const end = Math.min(hi, start + BLOCK_STEPS);
      const block = this.blocks.get(number);
      const phaseOf = (offset: number): Phase => this.phaseOf(start + offset, wallTime);
      while (index < end) {
        if (block !== undefined) index = start + block.read(index - start, end - start, now, phaseOf, rows);
        if (index < end) index = addMissing(rows, missing, index);
      }
    }
    return { rows, missing };
  }

  /** Whether a step may be served at an instant. */
  isServed(index: number, { now, wallTime }: Instant): boolean {
    const number = Math.floor(index / BLOCK_STEPS);
    const start = number * BLOCK_STEPS;
    const phaseOf = (offset: number): Phase => this.phaseOf(start + offset, wallTime);
    return this.blocks.get(number)?.isServed(index - start, now, phaseOf) ?? false;
  }

  /** The phase of a step at a wall time. */
  phaseOf(index: number, wallTime: number): Phase {
    return phaseAt(wallTime, this.grid.timeOf(index + 1), this.rules.settleTime);
  }

  /** Until when, by `clock.now()`, a step may be served; -Infinity when nothing is known about it. */
  freshUntil(index: number): number {
    const number = Math.floor(index / BLOCK_STEPS);
    return this.blocks.get(number)?.freshUntil(index - number * BLOCK_STEPS) ?? -Infinity;
  }

  /** The row of a step; undefined for a hole and for a step that is not known. */
  rowAt(index: number): unknown {
    const number = Math.floor(index / BLOCK_STEPS);
    return this.blocks.get(number)?.rowAt(index - number * BLOCK_STEPS);
  }

  /**
   * Per step, the load that a call at `wallTime` may join: one whose row cannot be out of date, and that did not
   * ask for it while the step was open, or settling, when it is so no longer.
   *
   * Cost: a visit per step of each load, for all steps together: a look per step at each of thousands of loads that
   * wait for their turn would stop the process for a minute.
   */
  flightsOver({ lo, hi }: Steps, wallTime: number): (RangeFlight | undefined)[] {
    const found = Array.from({ length: Math.max(0, hi - lo) }, (): RangeFlight | undefined => undefined);
    for (const flight of this.flights) {
      const end = Math.min(hi, flight.hi);
      for (let index = Math.max(lo, flight.lo); index < end; index++) {
        if (this.#mayJoin(flight, index, wallTime)) found[index - lo] ??= flight;
      }
    }
    return found;
  }

  #mayJoin(flight: RangeFlight, index: number, wallTime: number): boolean {
    if (flight.isCut(index)) return false;
    const askedAt = flight.askedAt(index);
    if (Number.isNaN(askedAt)) return true;
    return this.phaseOf(index, askedAt) === this.phaseOf(index, wallTime);
  }
}

/** Appends a missing step. @returns the next step. */
function addMissing(rows: unknown[], missing: Steps[], index: number): number {
  const last = missing.at(-1);
  if (last?.hi === index) missing[missing.length - 1] = { lo: last.lo, hi: index + 1 };
  else missing.push({ lo: index, hi: index + 1 });
  rows.push(undefined);
  return index + 1;
}
