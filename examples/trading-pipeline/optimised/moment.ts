import { LONG_WINDOW, type MarketWindow, WINDOW } from '../models/market-window.js';
import type { Model } from '../models/model.js';
import type { ModelSpec } from '../models/roster.js';
import type { BarColumn, Bars } from './desk.js';

/** A symbol at a boundary. */
export interface Moment {
  readonly symbol: string;
  readonly bars: Bars;
  /** The boundary, epoch milliseconds. */
  readonly at: number;
  /** Close of the bar that ended there. */
  readonly close: number;
  /** The newest bars up to the boundary, without a copy. */
  readonly window: MarketWindow;
}

/** A model on a desk. */
export interface Seat {
  readonly spec: ModelSpec;
  readonly model: Model;
}

/** A symbol at a boundary, or `undefined` when no bar ended there. */
export function momentOf(symbol: string, bars: Bars, at: number): Moment | undefined {
  if (newest(recent(bars, 'ts', at, 1)) !== at) return undefined;
  const window: MarketWindow = {
    close: recent(bars, 'close', at, WINDOW),
    longClose: recent(bars, 'close', at, LONG_WINDOW),
    volume: recent(bars, 'volume', at, WINDOW),
    imbalance: valueAt(bars, 'imbalance', at),
    tilt: valueAt(bars, 'tilt', at),
  };
  return { symbol, bars, at, close: newest(window.close), window };
}

/** A column's value in the newest bar up to a boundary. */
export function valueAt(bars: Bars, column: BarColumn, at: number): number {
  return newest(recent(bars, column, at, 1));
}

function recent(bars: Bars, column: BarColumn, at: number, rows: number): Float64Array {
  return bars.windowAsOf(column, at, Math.min(rows, bars.size));
}

function newest(view: ArrayLike<number>): number {
  return view[view.length - 1] ?? Number.NaN;
}
