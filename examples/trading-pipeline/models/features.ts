import { bollinger, macd, rollingStd, rsi, volumeRatio } from 'tickwise/indicators';
import { type MarketWindow, WINDOW } from './market-window.js';

/** Numbers in a feature vector. */
export const FEATURE_COUNT = 10;

/** Numbers the policy network sees: the features and the position it holds. */
export const POLICY_INPUTS = FEATURE_COUNT + 1;

/**
 * Describes a full window in ten numbers of about unit size, or `undefined` before it is full.
 *
 * Returns over 1, 5 and 20 bars in units of volatility, RSI, MACD histogram, Bollinger position, volume
 * ratio, volatility ratio, book imbalance and price tilt.
 */
export function features(window: MarketWindow): Float64Array | undefined {
  const { close } = window;
  const newest = close.length - 1;
  if (newest + 1 < WINDOW) return undefined;
  // The newest value of a window indicator depends on its own window alone; the recursive ones see all bars.
  const returns = returnsOf(tail(close, 101));
  const volatility = last(rollingStd(returns, 100));
  const price = at(close, newest);
  const scale = volatility > 0 ? volatility * price : Infinity;
  return Float64Array.of(
    clamp((price - at(close, newest - 1)) / scale),
    clamp((price - at(close, newest - 5)) / (scale * Math.sqrt(5))),
    clamp((price - at(close, newest - 20)) / (scale * Math.sqrt(20))),
    last(rsi(close, 14)) / 50 - 1,
    clamp(last(macd(close, { fast: 12, slow: 26, signal: 9 }).histogram) / scale),
    bandPosition(close),
    clamp(Math.log(orOne(last(volumeRatio(tail(window.volume, 20), 20))))),
    clamp(Math.log(orOne(last(rollingStd(returns.subarray(-20), 20)) / volatility))),
    window.imbalance,
    window.tilt,
  );
}

/** Relative change from bar to bar, one shorter than the input. */
export function returnsOf(close: ArrayLike<number>): Float64Array {
  const returns = new Float64Array(Math.max(0, close.length - 1));
  for (let i = 0; i < returns.length; i++) returns[i] = at(close, i + 1) / at(close, i) - 1;
  return returns;
}

/** Where the price stands between the Bollinger bands: -1 lower, 1 upper, beyond up to ±3. */
function bandPosition(close: ArrayLike<number>): number {
  const { middle, upper } = bollinger(tail(close, 20), 20, { deviations: 2 });
  const half = last(upper) - last(middle);
  return half > 0 ? clamp((at(close, close.length - 1) - last(middle)) / half) : 0;
}

function tail(values: ArrayLike<number>, count: number): Float64Array {
  const newest = new Float64Array(count);
  for (let i = 0; i < count; i++) newest[i] = at(values, values.length - count + i);
  return newest;
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? Number.NaN;
}

function last(values: ArrayLike<number>): number {
  return at(values, values.length - 1);
}

/** A ratio that may be undefined (0/0) or 0, made safe for a logarithm. */
function orOne(ratio: number): number {
  return ratio > 0 && ratio < Infinity ? ratio : 1;
}

function clamp(value: number): number {
  return Math.max(-3, Math.min(3, value));
}
