import type { RangeFlight } from './range-flight.js';
import type { Steps } from './range-grid.js';
import type { RangeSeries } from './range-series.js';

/** Steps that a running load brings. */
export interface Piece extends Steps {
  /** The load. */
  readonly flight: RangeFlight;
}

/** How the missing steps of a call are come by. */
export interface RangePlan {
  /** Steps that running loads bring. */
  readonly joined: readonly Piece[];
  /** Steps to load, ascending. */
  readonly gaps: readonly Steps[];
}

/** Divides missing steps into those that running loads bring and those to load. */
export function planLoads(series: RangeSeries, missing: readonly Steps[], wallTime: number): RangePlan {
  const joined: Piece[] = [];
  const gaps: Steps[] = [];
  const first = missing[0]?.lo ?? 0;
  const flights = series.flightsOver({ lo: first, hi: missing.at(-1)?.hi ?? first }, wallTime);
  for (const { lo, hi } of missing) {
    let start = lo;
    let current = flights[lo - first];
    for (let index = lo + 1; index <= hi; index++) {
      const flight = index < hi ? flights[index - first] : undefined;
      if (index < hi && flight === current) continue;
      if (current === undefined) gaps.push({ lo: start, hi: index });
      else joined.push({ lo: start, hi: index, flight: current });
      start = index;
      current = flight;
    }
  }
  return { joined, gaps };
}

/** Joins gaps with at most `mergeGap` known steps between them, then splits what is longer than `limit`. */
export function requestsFor(
  series: RangeSeries,
  gaps: readonly Steps[],
  { mergeGap, limit }: { readonly mergeGap: number; readonly limit: number },
): Steps[] {
  const merged: Steps[] = [];
  for (const gap of gaps) {
    const last = merged.at(-1);
    const isNear = last !== undefined && gap.lo - last.hi <= mergeGap && !isLoading(series, last.hi, gap.lo);
    if (isNear) merged[merged.length - 1] = { lo: last.lo, hi: gap.hi };
    else merged.push(gap);
  }
  return merged.flatMap((gap) => split(gap, limit));
}

function isLoading(series: RangeSeries, lo: number, hi: number): boolean {
  for (const flight of series.flights) if (flight.lo < hi && flight.hi > lo) return true;
  return false;
}

function split({ lo, hi }: Steps, limit: number): Steps[] {
  const parts: Steps[] = [];
  for (let start = lo; start < hi; start += limit) parts.push({ lo: start, hi: Math.min(start + limit, hi) });
  return parts;
}
