import * as fc from 'fast-check';
import type { Bars } from './contenders.js';

const price = fc.oneof(
  { weight: 12, arbitrary: fc.double({ min: 1, max: 1e5, noNaN: true }) },
  { weight: 6, arbitrary: fc.integer({ min: 99, max: 101 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, -5, 1e12, 1e-300) },
);
const gap = fc.constantFrom(NaN, Infinity, -Infinity, 1e200);
const volume = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: 0, max: 1e4, noNaN: true }).map(countable) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, 5) },
);

/** No venue counts in steps below 1e-100: squares of such volumes are no numbers any more. */
function countable(amount: number): number {
  return amount < 1e-100 ? 0 : amount;
}

/** Random bars, some with gaps. */
export function randomBars(maxLength: number, gapWeight = 1): fc.Arbitrary<Bars> {
  const mayMiss = (one: fc.Arbitrary<number>): fc.Arbitrary<number> =>
    fc.oneof({ weight: 20, arbitrary: one }, { weight: gapWeight, arbitrary: gap });
  const bar = fc.tuple(mayMiss(price), mayMiss(price), mayMiss(price), mayMiss(volume));
  return fc.array(bar, { maxLength }).map((rows) => ({
    high: rows.map(([high]) => high),
    low: rows.map(([, low]) => low),
    close: rows.map(([, , close]) => close),
    volume: rows.map(([, , , traded]) => traded),
  }));
}

/** Bars from `from` up to, not including, `to`. */
export function sliceBars(bars: Bars, from: number, to = bars.close.length): Bars {
  return {
    high: bars.high.slice(from, to),
    low: bars.low.slice(from, to),
    close: bars.close.slice(from, to),
    volume: bars.volume.slice(from, to),
  };
}

/** `bars` followed by `more`. */
export function joinBars(bars: Bars, more: Bars): Bars {
  return {
    high: [...bars.high, ...more.high],
    low: [...bars.low, ...more.low],
    close: [...bars.close, ...more.close],
    volume: [...bars.volume, ...more.volume],
  };
}
