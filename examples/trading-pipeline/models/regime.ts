import { WINDOW } from './market-window.js';
import { returnsOf } from './features.js';

/** Every kind of market. */
export const REGIMES = ['unknown', 'quiet', 'range', 'rising', 'falling', 'turbulent'] as const;

/** What kind of market the last 200 bars were. */
export type Regime = (typeof REGIMES)[number];

/** Share of bars without any change above which a market is quiet. */
const QUIET_SHARE = 0.9;
/** Recent against whole volatility above which a market is turbulent. */
const TURBULENT_RATIO = 1.8;
/** Net move against the path walked, from which on a market trends (Kaufman's efficiency ratio). */
const TREND_EFFICIENCY = 0.2;
const RECENT = 20;

/** Classifies the window; `unknown` until it is full. */
export function regimeOf(close: ArrayLike<number>): Regime {
  if (close.length < WINDOW) return 'unknown';
  const returns = returnsOf(close);
  if (shareOfZeros(returns) > QUIET_SHARE) return 'quiet';
  if (deviation(returns, returns.length - RECENT) > TURBULENT_RATIO * deviation(returns, 0)) return 'turbulent';
  const efficiency = efficiencyOf(close);
  if (Math.abs(efficiency) < TREND_EFFICIENCY) return 'range';
  return efficiency > 0 ? 'rising' : 'falling';
}

function shareOfZeros(returns: Float64Array): number {
  let zeros = 0;
  for (const value of returns) if (value === 0) zeros++;
  return zeros / returns.length;
}

/** Root mean square from an index on. */
function deviation(returns: Float64Array, from: number): number {
  let squares = 0;
  for (let i = from; i < returns.length; i++) squares += (returns[i] ?? 0) ** 2;
  return Math.sqrt(squares / (returns.length - from));
}

/** Net move divided by the path walked, -1 to 1. */
function efficiencyOf(close: ArrayLike<number>): number {
  let path = 0;
  for (let i = 1; i < close.length; i++) path += Math.abs((close[i] ?? 0) - (close[i - 1] ?? 0));
  const net = (close[close.length - 1] ?? 0) - (close[0] ?? 0);
  return path === 0 ? 0 : net / path;
}
