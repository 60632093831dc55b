import { deepFreeze } from '../core/deep-freeze.js';
import { ArgumentError } from '../core/errors.js';
import { limitTime } from './limit-time.js';
import type { RangeSettings } from './memo-range-options.js';
import { RangeFlight } from './range-flight.js';
import { RangeGate } from './range-gate.js';
import type { Steps } from './range-grid.js';
import { type SortedRows, sortRows } from './range-rows.js';
import type { RangeSeries } from './range-series.js';
import type { RangeCounters } from './range-stats.js';
import type { RangeTable } from './range-table.js';
import { trustedFor } from './range-trust.js';
import { structuralKey } from './structural-key.js';

/** Which series a load is for, and what the user's function calls it. */
export interface RangeTarget {
  /** The series. */
  readonly series: RangeSeries;
  /** The arguments before `from` and `to`. */
  readonly key: readonly unknown[];
  /** Under which the series is kept: what `key` was at the call. Undefined when nothing is kept. */
  readonly name: string | undefined;
}

/** When a request started. */
interface Start {
  readonly now: number;
  readonly wallTime: number;
}

/** Makes the requests of flights, and stores what they bring. */
export class RangeLoader {
  readonly #settings: RangeSettings;
  readonly #table: RangeTable;
  readonly #counters: RangeCounters;
  readonly #gate: RangeGate;

  constructor(settings: RangeSettings, table: RangeTable, counters: RangeCounters) {
    this.#settings = settings;
    this.#table = table;
    this.#counters = counters;
    this.#gate = new RangeGate(settings.concurrency);
  }

  /** Starts a load, or queues it. Its promise may be left alone: a rejection of it is handled. */
  start(target: RangeTarget, steps: Steps): RangeFlight {
    const flight = new RangeFlight(steps);
    target.series.flights.add(flight);
    flight.promise = this.#run(target, flight);
    flight.promise.catch((error: unknown) => {
      if (flight.waiters === 0 && error !== ABANDONED) this.#report(error);
    });
    return flight;
  }

  /**
   * Asks for all steps, then again for what lies before the first and after the last row that came: the venue may
   * have cut its answer short at either end. Only what is answered with no row at all is taken to be empty.
   */
  async #run(target: RangeTarget, flight: RangeFlight): Promise<void> {
    const place = this.#gate.enter();
    if (place !== undefined) await place;
    try {
      const waiting: Steps[] = [flight];
      for (let steps = waiting.pop(); steps !== undefined; steps = waiting.pop()) {
        // Nobody needs it any more, since another part of what they asked for has failed.
        if (flight.waiters === 0) throw ABANDONED;
        waiting.push(...(await this.#request(target, flight, steps)));
      }
      target.series.failure = undefined;
    } finally {
      this.#gate.leave();
      target.series.flights.delete(flight);
      this.#table.trimSeries();
    }
  }

  /** One request. @returns the steps that it left open. */
  async #request(target: RangeTarget, flight: RangeFlight, steps: Steps): Promise<Steps[]> {
    const start = { now: this.#settings.clock.now(), wallTime: this.#settings.clock.wallTime() };
    // Other calls may wait for this load, which would ask for another series than theirs.
    if (!isSame(target)) throw new ArgumentError('arguments must not be changed while a load waits for its turn');
    flight.ask(steps, start.wallTime);
    const sorted = await this.#load(target, steps, start);
    // The rows may be of another series.
    if (!isSame(target)) flight.cut(steps);
    const span = sorted.span ?? steps;
    this.#note(target, flight, steps.lo, span, sorted.rows, start);
    const open = [
      { lo: span.hi, hi: steps.hi },
      { lo: steps.lo, hi: span.lo },
    ].filter(({ lo, hi }) => lo < hi);
    for (const part of open) flight.ask(part, NaN);
    return open;
  }

  async #load({ series, key }: RangeTarget, steps: Steps, { wallTime }: Start): Promise<SortedRows> {
    const { load, time, ioClock, isFreezing } = this.#settings;
    const counters = this.#counters;
    const from = series.grid.timeOf(steps.lo);
    const to = series.grid.timeOf(steps.hi);
    const startedAt = ioClock.now();
    counters.memo.loads++;
    counters.stepsLoaded += steps.hi - steps.lo;
    try {
      const loading = Promise.resolve(load(...key, from, to));
      const answer = await limitTime(loading, this.#settings, undefined, (error) => this.#report(error));
      const sorted = sortRows(answer, steps, series.grid, time);
      counters.rowsLoaded += sorted.received;
      counters.rowsDropped += sorted.dropped;
      counters.duplicates += sorted.duplicates;
      if (isFreezing) deepFreeze(sorted.rows);
      return sorted;
    } catch (error) {
      counters.memo.loadErrors++;
      series.failure = { error, at: wallTime };
      throw error;
    } finally {
      counters.memo.loadTimeMs += ioClock.now() - startedAt;
    }
  }

  /** Hands what a request has found within `span` to the calls, and to the cache unless it is out of date. */
  #note(
    { series, name }: RangeTarget,
    flight: RangeFlight,
    first: number,
    span: Steps,
    rows: readonly unknown[],
    { now, wallTime }: Start,
  ): void {
    const { grid, rules } = series;
    for (let index = span.hi - 1; index >= span.lo; index--) {
      const row = rows[index - first];
      flight.answer[index - flight.lo] = row;
      if (name === undefined || flight.isCut(index)) continue;
      if (row !== undefined) this.#show(series, index);
      const finding = row === undefined ? (index < series.newest ? 'hole' : 'nothing-yet') : 'row';
      const age = trustedFor(finding, wallTime, grid.timeOf(index + 1), rules);
      this.#table.write(series, index, row, now + age, series.phaseOf(index, wallTime));
    }
  }

  /**
   * Notes that the venue has a row of this step. What came before it was taken to be empty because there was nothing
   * later; that it is there now, with bars missing before it, is how a venue comes back that fills them in.
   */
  #show(series: RangeSeries, index: number): void {
    if (index <= series.newest) return;
    this.#table.forgetDoubts(series, series.newest, index);
    series.newest = index;
  }

  #report(error: unknown): void {
    const { name, reporter } = this.#settings;
    reporter.report(error, { name, during: 'load' });
  }
}

/** Whether the arguments are what they were at the call. */
function isSame({ key, name }: RangeTarget): boolean {
  return name === undefined || structuralKey(...key) === name;
}

/** What a load ends with that no call waits for any more. */
const ABANDONED = new Error('no call waits for this load');
