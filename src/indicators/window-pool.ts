import { WindowExtreme } from '../rolling/window-extreme.js';
import { WindowMoments } from '../rolling/window-moments.js';
import { WindowVwap } from './vwap-kernels.js';
import { WeightedWindow } from './weighted-window.js';

/** Most windows of a kind kept for later calls, and the longest. */
const MOST = 16;
const LONGEST = 2 ** 16;

const moments = new Map<number, WindowMoments>();
const smallest = new Map<number, WindowExtreme>();
const largest = new Map<number, WindowExtreme>();
const weighted = new Map<number, WeightedWindow>();
const volumes = new Map<number, WindowVwap>();

/** An empty window for one batch call: that of an earlier call with the same period, so that a call allocates nothing. */
export function momentsFor(period: number): WindowMoments {
  return reuse(moments, period, () => new WindowMoments(period));
}

/** As {@link momentsFor}, for the smallest value (`sign` 1) or the largest (-1). */
export function extremeFor(period: number, sign: 1 | -1): WindowExtreme {
  return reuse(sign === 1 ? smallest : largest, period, () => new WindowExtreme(period, sign));
}

/** As {@link momentsFor}, for means that weigh the newest most. */
export function weightedFor(period: number): WeightedWindow {
  return reuse(weighted, period, () => new WeightedWindow(period));
}

/** As {@link momentsFor}, for prices weighted by volumes. */
export function vwapFor(period: number): WindowVwap {
  return reuse(volumes, period, () => new WindowVwap(period));
}

// A batch call runs to its end before another one begins, so that a window never serves two.
function reuse<Window extends { reset(): void }>(
  kept: Map<number, Window>,
  period: number,
  make: () => Window,
): Window {
  const known = kept.get(period);
  if (known !== undefined) {
    known.reset();
    return known;
  }
  const made = make();
  if (period > LONGEST) return made;
  if (kept.size === MOST) kept.clear();
  kept.set(period, made);
  return made;
}
