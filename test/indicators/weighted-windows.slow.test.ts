import { vwap, wma } from 'tickwise/indicators';
import { describe, expect, it } from 'vitest';
import { seeded } from '../rolling/naive.js';

const LENGTH = 3_000;
const PERIODS = [1, 2, 7, 20, 200] as const;

/** Series on which running sums fail: a large mean, wrong prints, numbers around 0. */
function series(kind: 'big' | 'spike' | 'zero'): number[] {
  const random = seeded(11);
  return Array.from({ length: LENGTH }, (_, index) => {
    const noise = random() - 0.5;
    if (kind === 'big') return 1e9 + noise;
    if (kind === 'spike') return index % 457 === 300 ? 1e12 : 100 + noise;
    return noise;
  });
}

/** Sum of value times weight over the window, by the definition. */
function weigh(window: readonly number[], weights: readonly number[]): number {
  const sum = (items: readonly number[]): number => items.reduce((total, item) => total + item, 0);
  return sum(window.map((value, index) => value * (weights[index] ?? NaN))) / sum(weights);
}

const CASES = (['big', 'spike', 'zero'] as const).flatMap((kind) => PERIODS.map((period) => [kind, period] as const));

describe('weighted averages over a long series', () => {
  it.each(CASES)('wma equals its definition over the window alone: %s, period %i', (kind, period) => {
    const values = series(kind);
    const ranks = Array.from({ length: period }, (_, index) => index + 1);

    wma(values, period).forEach((found, end) => {
      const window = values.slice(Math.max(0, end + 1 - period), end + 1);
      if (window.length < period) expect(found).toBeNaN();
      else
        expect(Math.abs(found - weigh(window, ranks))).toBeLessThanOrEqual(2e-14 * Math.max(...window.map(Math.abs)));
    });
  });

  it.each(CASES)('vwap equals its definition over the window alone: %s, period %i', (kind, period) => {
    const price = series(kind);
    const volume = price.map((_, index) => (index * 7) % 13);

    vwap({ price, volume }, period).forEach((found, end) => {
      const from = Math.max(0, end + 1 - period);
      const window = price.slice(from, end + 1);
      const weights = volume.slice(from, end + 1);
      if (window.length < period || weights.every((one) => one === 0)) expect(found).toBeNaN();
      else
        expect(Math.abs(found - weigh(window, weights))).toBeLessThanOrEqual(2e-14 * Math.max(...window.map(Math.abs)));
    });
  });

  it.each([0.1, 61_800.05, 1e149, -3e-300])('wma of equal values is that value exactly: %d', (constant) => {
    for (const period of PERIODS) {
      const values = [7, -1e12, ...Array.from({ length: 2 * period }, () => constant)];

      expect([...wma(values, period)].slice(period + 1)).toEqual(Array.from({ length: period + 1 }, () => constant));
    }
  });
});
