import { RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { distance, exactCorrelation, seeded, tickCorrelation } from './naive.js';

const WINDOW = 10;

function tickBars(count: number, seed = 1): number[][] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => [
    Math.round(60_000 + random() * 100) / 100,
    Math.round(3_000 + random() * 100) / 100,
    Math.round(5_000 + random() * 100) / 100,
  ]);
}

function inTicks(bars: readonly (readonly number[])[], symbol: number): number[] {
  return bars.slice(-WINDOW).map((bar) => Math.round((bar[symbol] ?? NaN) / 0.01));
}

function column(bars: readonly (readonly number[])[], symbol: number): number[] {
  return bars.slice(-WINDOW).map((bar) => bar[symbol] ?? NaN);
}

describe('a symbol with a value off its grid', () => {
  const symbols = ['A', 'B', 'C'];

  it('is kept as floats while the value is in the window, and as ticks again afterwards', () => {
    const rolling = new RollingCorrelation({ symbols, window: WINDOW, tickSize: 0.01 });
    const bars = tickBars(40);
    bars[15] = [600.12345, 30.5, 50.5];

    bars.forEach((bar, index) => {
      rolling.push(bar);
      const seen = bars.slice(0, index + 1);
      const isIn = index >= 15 && index < 15 + WINDOW;
      if (index < 2) return;

      expect(rolling.reason('A', 'B')).toBe(isIn ? 'off-grid' : undefined);
      expect(rolling.reason('B', 'C')).toBeUndefined();
      expect(rolling.correlation('B', 'C')).toBe(tickCorrelation(inTicks(seen, 1), inTicks(seen, 2)));
      const expected = isIn
        ? exactCorrelation(column(seen, 0), column(seen, 1))
        : tickCorrelation(inTicks(seen, 0), inTicks(seen, 1));
      const limit = isIn ? rolling.errorBound() : 0;
      expect(distance(rolling.correlation('A', 'B'), expected)).toBeLessThanOrEqual(limit);
    });

    expect(rolling.stats()).toMatchObject({ offGridValues: 1, floatFallbacks: 1, exactSymbols: 3 });
  });

  it('returns to ticks at once when the value is amended to one on the grid', () => {
    const rolling = new RollingCorrelation({ symbols, window: WINDOW, tickSize: 0.01 });
    const bars = tickBars(12);
    for (const bar of bars) rolling.push(bar);

    rolling.amend('B', 30.123_456);
    const during = rolling.reason('A', 'B');
    rolling.amend('B', 30.12);
    (bars[11] ?? [])[1] = 30.12;

    expect(during).toBe('off-grid');
    expect(rolling.correlation('A', 'B')).toBe(tickCorrelation(inTicks(bars, 0), inTicks(bars, 1)));
    expect(rolling.stats()).toMatchObject({ offGridValues: 1, floatFallbacks: 1, exactSymbols: 3 });
  });

  it('is told from one within 1e-6 tick of the grid', () => {
    const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window: 3, tickSize: 1 });

    rolling.push([5 + 9e-7, 1]);
    rolling.push([6 - 9e-7, 2]);
    const close = rolling.stats();
    rolling.push([7 + 2e-6, 3]);

    expect(close).toMatchObject({ offGridValues: 0, exactSymbols: 2 });
    expect(rolling.stats()).toMatchObject({ offGridValues: 1, exactSymbols: 1 });
  });

  it('does not make the others inexact, however many bars it lasts', () => {
    const rolling = new RollingCorrelation({ symbols, window: WINDOW, tickSize: { A: 7, B: 0.01, C: 0.01 } });
    const bars = tickBars(200);

    for (const bar of bars) rolling.push(bar);

    expect(rolling.reason('A', 'C')).toBe('off-grid');
    expect(rolling.correlation('B', 'C')).toBe(tickCorrelation(inTicks(bars, 1), inTicks(bars, 2)));
    const expected = exactCorrelation(column(bars, 0), column(bars, 1));
    expect(Math.abs(rolling.correlation('A', 'B') - expected)).toBeLessThanOrEqual(rolling.errorBound());
    expect(rolling.stats().floatFallbacks).toBe(1);
  });

  it('shares pairs with symbols that have no tick', () => {
    const rolling = new RollingCorrelation({ symbols, window: WINDOW, tickSize: { A: 0.01 } });
    const bars = tickBars(50);

    for (const bar of bars) rolling.push(bar);

    expect(rolling.reason('A', 'B')).toBe('no-tick-size');
    expect(rolling.reason('A', 'A')).toBeUndefined();
    for (const [left, right] of [
      [0, 1],
      [1, 2],
      [2, 0],
    ] as const) {
      const expected = exactCorrelation(column(bars, left), column(bars, right));
      const found = rolling.correlation(symbols[left] ?? '', symbols[right] ?? '');
      expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-10);
    }
    expect(rolling.covariance('A', 'B')).toBeCloseTo(rolling.covariance('B', 'A'), 15);
  });
});

describe('a symbol whose range is too wide for exact sums', () => {
  it('is re-anchored and stays exact when it only drifts far from where it began', () => {
    const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window: WINDOW, tickSize: 0.01 });
    const random = seeded(9);
    const a: number[] = [];
    const b: number[] = [];

    for (let bar = 0; bar < 4_000; bar++) {
      a.push(1_000_000 + bar * 100_000 + Math.round(random() * 50));
      b.push(5_000 + Math.round(random() * 50));
      rolling.push([(a.at(-1) ?? NaN) / 100, (b.at(-1) ?? NaN) / 100]);
    }

    const [x, y] = [a.slice(-WINDOW), b.slice(-WINDOW)];
    expect(rolling.correlation('A', 'B')).toBe(tickCorrelation(x, y, x[0], y[0]));
    expect(rolling.reason('A', 'B')).toBeUndefined();
    expect(rolling.stats().floatFallbacks).toBe(0);
    expect(rolling.stats().rowRecomputes).toBeGreaterThan(0);
  });

  it('is kept as floats, flagged and within 1e-10, until the outlier leaves', () => {
    const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window: WINDOW, tickSize: 1e-4 });
    const random = seeded(10);
    const bars: number[][] = [];

    for (let bar = 0; bar < 60; bar++) {
      const isSpike = bar % 20 === 5;
      bars.push([
        isSpike ? 1e9 : Math.round(1e9 + random() * 200) / 1e4,
        isSpike ? 3e8 : Math.round(1e9 + random() * 200) / 1e4,
      ]);
      rolling.push(bars.at(-1) ?? []);
      if (bar < 2) continue;
      const hasSpike = bar >= 5 && bar % 20 >= 5 && bar % 20 < 5 + WINDOW;
      const found = rolling.correlation('A', 'B');

      expect(rolling.reason('A', 'B')).toBe(hasSpike ? 'range-too-wide' : undefined);
      const [x, y] = [0, 1].map((symbol) => column(bars, symbol).map((price) => Math.round(price * 1e4) - 1e9));
      const expected = hasSpike
        ? exactCorrelation(column(bars, 0), column(bars, 1))
        : tickCorrelation(x ?? [], y ?? []);
      expect(distance(found, expected)).toBeLessThanOrEqual(hasSpike ? 1e-10 : 0);
    }
    expect(rolling.stats()).toMatchObject({ floatFallbacks: 6, exactSymbols: 2, offGridValues: 0 });
  });

  it('is kept as floats when a price is too many ticks to be counted', () => {
    const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window: 3, tickSize: 1e-8 });

    for (const step of [1, 2, 4]) rolling.push([1e12 + step, step]);

    expect(rolling.reason('A', 'B')).toBe('off-grid');
    expect(rolling.correlation('A', 'B')).toBeCloseTo(1, 12);
  });

  it('survives a tick so small that the quotient overflows', () => {
    const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window: 3, tickSize: 1e-300 });

    for (const step of [1, 2, 4, 5]) rolling.push([1e20 * step, step]);

    expect(rolling.reason('A', 'B')).toBe('off-grid');
    expect(rolling.correlation('A', 'B')).toBeCloseTo(1, 12);
  });
});
