/**
 * One cache in front of one function that loads ranges.
 *
 * A call goes: key → series → all steps fresh (hot path) → or: join the loads that are running, start loads for the
 * gaps that are left, and put the answer together from what was fresh at the call and from those loads. The answer
 * never depends on what is in the cache at the end, so that neither eviction nor invalidation can take rows out of it.
 */
import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { RangeSettings } from './memo-range-options.js';
import { intervalsOf, type MemoRangeExplanation } from './range-explain.js';
import type { RangeFlight } from './range-flight.js';
import { checkTime, RangeGrid, type Steps } from './range-grid.js';
import { RangeLoader, type RangeTarget } from './range-loader.js';
import { type Piece, planLoads, requestsFor } from './range-plan.js';
import { type RangeReading, RangeSeries } from './range-series.js';
import { type MemoRangeStats, newRangeCounters, rangeStatsOf } from './range-stats.js';
import { RangeTable } from './range-table.js';
import type { Instant } from './range-trust.js';
import { structuralKey } from './structural-key.js';

const OPEN_TTL = 1_000;

/** A call taken apart. */
interface Ask {
  readonly key: readonly unknown[];
  readonly from: number;
  readonly to: number;
}

/** Serves ranges of rows from stored steps; see the notes above. */
export class RangeCache {
  readonly #settings: RangeSettings;
  readonly #counters = newRangeCounters();
  readonly #table: RangeTable;
  readonly #loader: RangeLoader;

  constructor(settings: RangeSettings) {
    this.#settings = settings;
    this.#table = new RangeTable(settings, this.#counters.memo);
    this.#loader = new RangeLoader(settings, this.#table, this.#counters);
  }

  /** Answers a call: the key of the series, `from`, `to`. */
  async call(args: readonly unknown[]): Promise<unknown[]> {
    const ask = readAsk(args);
    const rows = await (this.#settings.isBypassed ? this.#bypass(ask) : this.#answer(ask));
    this.#counters.rowsServed += rows.length;
    return rows;
  }

  /** The rows that a call would get without a load. Counts nothing. */
  peek(args: readonly unknown[]): unknown[] | undefined {
    const ask = readAsk(args);
    const series = this.#table.find(structuralKey(...ask.key));
    if (series === undefined) return undefined;
    const { rows, missing } = series.read(this.#begunSteps(series.grid, ask), this.#instant());
    return missing.length === 0 ? withoutHoles(rows) : undefined;
  }

  /** Forgets the steps of a series that overlap a range, and keeps running loads of them from being stored. */
  invalidate(key: readonly unknown[], from: number | undefined, to: number | undefined): void {
    const series = this.#table.find(structuralKey(...key));
    const lo = from === undefined ? -Infinity : checkTime('from', from);
    const hi = to === undefined ? Infinity : checkTime('to', to);
    if (series === undefined) return;
    this.#table.invalidate(series, { lo: series.grid.stepAt(lo), hi: series.grid.firstFrom(hi) });
  }

  /** Forgets everything, and keeps all running loads from being stored. */
  clear(): void {
    this.#table.clear();
  }

  /** A snapshot of the counters. */
  stats(): MemoRangeStats {
    return rangeStatsOf(this.#settings.name, this.#counters, this.#table);
  }

  /** Why a call is answered as it is. */
  explain(args: readonly unknown[]): MemoRangeExplanation {
    const ask = readAsk(args);
    const { isBypassed } = this.#settings;
    const series = this.#table.find(structuralKey(...ask.key)) ?? this.#newSeries(ask.key);
    const steps = this.#checkSize(stepsOf(series.grid, ask));
    return { isBypassed, intervals: intervalsOf(series, steps, this.#instant()), failure: series.failure };
  }

  #answer(ask: Ask): unknown[] | Promise<unknown[]> {
    const name = structuralKey(...ask.key);
    const series = this.#table.use(name, () => this.#newSeries(ask.key));
    const steps = this.#begunSteps(series.grid, ask);
    this.#table.touch(series, steps);
    const reading = series.read(steps, this.#instant());
    if (reading.missing.length > 0) return this.#complete({ series, key: ask.key, name }, steps.lo, reading);
    this.#counters.memo.hits++;
    return withoutHoles(reading.rows);
  }

  /** Puts an answer together from fresh steps, running loads and new ones. */
  async #complete(target: RangeTarget, first: number, { rows, missing }: RangeReading): Promise<unknown[]> {
    const { series } = target;
    const { joined, gaps } = planLoads(series, missing, this.#settings.clock.wallTime());
    this.#countMissing(series, missing, gaps);
    const pieces: Piece[] = [...joined];
    const flights = new Set(joined.map(({ flight }) => flight));
    for (const flight of flights) flight.waiters++;
    for (const request of requestsFor(series, gaps, this.#settings)) {
      const flight = this.#loader.start(target, request);
      flights.add(flight);
      pieces.push({ ...request, flight });
    }
    await arrival(flights);
    return assemble(rows, first, pieces);
  }

  #countMissing(series: RangeSeries, missing: readonly Steps[], gaps: readonly Steps[]): void {
    const { memo } = this.#counters;
    if (gaps.length > 0) memo.misses++;
    else memo.coalesced++;
    for (const { lo, hi } of missing) {
      for (let index = lo; index < hi; index++) if (series.freshUntil(index) !== -Infinity) memo.expirations++;
    }
  }

  /** Loads all steps for this call alone: its series belongs to no table, and nothing of it is stored. */
  async #bypass(ask: Ask): Promise<unknown[]> {
    const series = this.#newSeries(ask.key);
    const steps = this.#begunSteps(series.grid, ask);
    this.#counters.memo.misses++;
    const flights = requestsFor(series, steps.lo < steps.hi ? [steps] : [], this.#settings).map((request) => {
      return this.#loader.start({ series, key: ask.key, name: undefined }, request);
    });
    await arrival(new Set(flights));
    return assemble(
      [],
      steps.lo,
      flights.map((flight) => ({ lo: flight.lo, hi: flight.hi, flight })),
    );
  }

  #newSeries(key: readonly unknown[]): RangeSeries {
    const { step, anchor, settleTime, holeTtl, openTtl } = this.#settings;
    const length = typeof step === 'number' ? step : step(...key);
    if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 1) {
      const name = key.map(show).join(', ');
      throw new ArgumentError(`step must be a whole number of milliseconds from 1 up, got ${show(length)} for ${name}`);
    }
    const rules = { settleTime, holeTtl, openTtl: openTtl ?? Math.min(OPEN_TTL, length) };
    return new RangeSeries(new RangeGrid(length, anchor), rules);
  }

  #instant(): Instant {
    const { clock } = this.#settings;
    return { now: clock.now(), wallTime: clock.wallTime() };
  }

  /** The steps of a call that have begun: later ones are nobody's to load. */
  #begunSteps(grid: RangeGrid, ask: Ask): Steps {
    const { lo, hi } = stepsOf(grid, ask);
    return this.#checkSize({ lo, hi: Math.min(hi, grid.stepAt(this.#settings.clock.wallTime()) + 1) });
  }

  #checkSize(steps: Steps): Steps {
    const { maxRowsPerSeries } = this.#settings;
    const count = steps.hi - steps.lo;
    if (count <= maxRowsPerSeries) return steps;
    throw new ArgumentError(
      `a range must have at most ${maxRowsPerSeries} steps, got ${count}; see the options maxRows and maxRowsPerSeries`,
    );
  }
}

function readAsk(args: readonly unknown[]): Ask {
  const from = checkTime('from', args.at(-2));
  const to = checkTime('to', args.at(-1));
  if (from > to) throw new ArgumentError(`from must not be after to, got ${from} and ${to}`);
  return { key: args.slice(0, -2), from, to };
}

/** The steps whose rows have a time from `from` on and before `to`. */
function stepsOf(grid: RangeGrid, { from, to }: Ask): Steps {
  return { lo: grid.firstFrom(from), hi: grid.firstFrom(to) };
}

/** Waits for loads; the first failure is the caller's, and what only it waited for is given up. */
async function arrival(flights: ReadonlySet<RangeFlight>): Promise<void> {
  try {
    await Promise.all(Array.from(flights, ({ promise }) => promise));
  } finally {
    for (const flight of flights) flight.waiters--;
  }
}

/** Puts what loads have brought into its places. */
function assemble(answer: unknown[], first: number, pieces: readonly Piece[]): unknown[] {
  for (const { lo, hi, flight } of pieces) {
    for (let index = lo; index < hi; index++) answer[index - first] = flight.answer[index - flight.lo];
  }
  return withoutHoles(answer);
}

function withoutHoles(rows: unknown[]): unknown[] {
  return rows.includes(undefined) ? rows.filter((row) => row !== undefined) : rows;
}
