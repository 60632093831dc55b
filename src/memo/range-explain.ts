import type { Steps } from './range-grid.js';
import type { RangeFailure, RangeSeries } from './range-series.js';
import type { Instant } from './range-trust.js';

/**
 * Why steps are answered as they are.
 *
 * - 'kept': a row that stays until it is evicted or invalidated;
 * - 'unsettled': a row that is served for a short time, since it may still change;
 * - 'hole': no row, and the venue has shown a later one, or its absence is believed for a while;
 * - 'expired': known, but too old to be served; loaded by the next call;
 * - 'missing': never loaded, evicted or invalidated; loaded by the next call;
 * - 'loading': a running load brings it;
 * - 'future': begins after the time of `clock`; not loaded.
 */
export type RangeState = 'kept' | 'unsettled' | 'hole' | 'expired' | 'missing' | 'loading' | 'future';

/** Neighbouring steps in the same state. */
export interface RangeInterval {
  /** Begin of the first step, in epoch milliseconds. */
  readonly from: number;
  /** End of the last step. */
  readonly to: number;
  /** Why they are answered as they are. */
  readonly state: RangeState;
}

/** Why a call for a range is answered as it is. */
export interface MemoRangeExplanation {
  /** Whether `TICKWISE_BYPASS` switches the cache off. */
  readonly isBypassed: boolean;
  /** All steps of the range, ascending. */
  readonly intervals: readonly RangeInterval[];
  /** The last failed load of the series, unless one has succeeded since. */
  readonly failure: RangeFailure | undefined;
}

/** Lists the states of steps. */
export function intervalsOf(series: RangeSeries, { lo, hi }: Steps, instant: Instant): RangeInterval[] {
  const { grid } = series;
  const intervals: RangeInterval[] = [];
  const flights = series.flightsOver({ lo, hi }, instant.wallTime);
  const stateAt = (index: number): RangeState => stateOf(series, index, flights[index - lo] !== undefined, instant);
  for (let start = lo; start < hi;) {
    const state = stateAt(start);
    let end = start + 1;
    while (end < hi && stateAt(end) === state) end++;
    intervals.push({ from: grid.timeOf(start), to: grid.timeOf(end), state });
    start = end;
  }
  return intervals;
}

function stateOf(series: RangeSeries, index: number, isLoading: boolean, instant: Instant): RangeState {
  const { grid } = series;
  const { wallTime } = instant;
  const freshUntil = series.freshUntil(index);
  if (series.isServed(index, instant)) {
    if (freshUntil === Infinity) return series.rowAt(index) === undefined ? 'hole' : 'kept';
    return series.phaseOf(index, wallTime) === 'settled' ? 'hole' : 'unsettled';
  }
  if (grid.timeOf(index) > wallTime) return 'future';
  if (isLoading) return 'loading';
  return freshUntil === -Infinity ? 'missing' : 'expired';
}
