import { RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';

const refused = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

/** Bars of every second minute, in ticks, so that results are exact. */
function fed(count: number, options: object = {}): RollingCorrelation {
  const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window: 4, tickSize: 1, ...options });
  for (let bar = 0; bar < count; bar++) rolling.push([bar * bar, 10 - bar], bar * 120_000);
  return rolling;
}

describe('bars with times', () => {
  it('replace the bar of their time while that is in the window', () => {
    const rolling = fed(6);
    const direct = new RollingCorrelation({ symbols: ['A', 'B'], window: 4, tickSize: 1 });

    const isTaken = rolling.push([70, 3], 3 * 120_000);

    for (const [a, b] of [
      [4, 8],
      [70, 3],
      [16, 6],
      [25, 5],
    ])
      direct.push([a ?? 0, b ?? 0]);
    expect(isTaken).toBe(true);
    expect(rolling.matrix()).toEqual(direct.matrix());
    expect(rolling.stats()).toMatchObject({ pushes: 6, replacedBars: 1, lateDropped: 0, bars: 4 });
  });

  it('are dropped and counted when they are older than the window', () => {
    const rolling = fed(6);
    const before = rolling.matrix();

    const isTaken = rolling.push([1, 1], 120_000);

    expect(isTaken).toBe(false);
    expect(rolling.matrix()).toEqual(before);
    expect(rolling.stats()).toMatchObject({ pushes: 6, replacedBars: 0, lateDropped: 1 });
  });

  it('are dropped and counted when no bar of their time was there', () => {
    const rolling = fed(6);

    expect(rolling.push([1, 1], 4 * 120_000 + 1)).toBe(false);
    expect(rolling.amend('A', 1, 4 * 120_000 - 60_000)).toBe(false);
    expect(rolling.stats()).toMatchObject({ pushes: 6, amends: 0, lateDropped: 2 });
  });

  it('replace the newest bar when they come with its time', () => {
    const rolling = fed(6);

    rolling.push({ A: 9, B: 9 }, 5 * 120_000);
    const direct = fed(5);
    direct.push([9, 9], 5 * 120_000);

    expect(rolling.matrix()).toEqual(direct.matrix());
  });

  it('take a late value of one symbol', () => {
    const rolling = fed(6);
    const direct = fed(6);

    expect(rolling.amend('B', 2, 4 * 120_000)).toBe(true);
    direct.push([16, 2], 4 * 120_000);

    expect(rolling.matrix()).toEqual(direct.matrix());
    expect(rolling.stats().amends).toBe(1);
  });

  it('fill a gap that was pushed as one', () => {
    const rolling = fed(4);
    rolling.push({ A: 5 }, 480_000);
    rolling.push([6, 6], 600_000);
    const during = rolling.covariance('A', 'B');

    rolling.amend('B', 7, 480_000);

    const direct = fed(4);
    direct.push([5, 7], 480_000);
    direct.push([6, 6], 600_000);
    expect(rolling.matrix()).toEqual(direct.matrix());
    expect(rolling.covariance('A', 'B')).not.toBe(during);
  });

  it.each(['returns', 'log-returns'] as const)('change both %s that a late price is part of', (input) => {
    const rolling = new RollingCorrelation({ symbols: ['A', 'B'], window: 5, input });
    const direct = new RollingCorrelation({ symbols: ['A', 'B'], window: 5, input });
    const prices = [1, 2, 4, 3, 6, 5];

    prices.forEach((price, bar) => rolling.push([price, 10 - price], bar));
    rolling.push([7, 2], 3);
    prices.forEach((price, bar) => direct.push(bar === 3 ? [7, 2] : [price, 10 - price]));

    expect(rolling.correlation('A', 'B')).toBeCloseTo(direct.correlation('A', 'B'), 13);
    expect(rolling.mean('A')).toBeCloseTo(direct.mean('A'), 14);
  });

  it('find the price before the first return, and not the one before that', () => {
    const rolling = new RollingCorrelation({ symbols: ['A'], window: 2, input: 'returns' });
    [1, 2, 4, 8].forEach((price, bar) => rolling.push([price], bar));

    expect(rolling.amend('A', 1, 1)).toBe(true);
    expect(rolling.amend('A', 1, 0)).toBe(false);
    expect(rolling.mean('A')).toBe((3 + 1) / 2);
  });

  it.each([NaN, Infinity, '5', null, new Date(0)])('refuse the time %o', (ts) => {
    expect(() => fed(2).push([1, 2], ts as number)).toThrow(refused);
    expect(() => fed(2).amend('A', 1, ts as number)).toThrow(refused);
  });

  it('are for all bars or for none', () => {
    const timed = fed(2);
    const plain = new RollingCorrelation({ symbols: ['A', 'B'], window: 4 });
    plain.push([1, 2]);

    expect(() => timed.push([1, 2])).toThrow(/ts must be given for all bars or for none/);
    expect(() => plain.push([1, 2], 5)).toThrow(/ts must be given for all bars or for none/);
    expect(() => plain.amend('A', 1, 5)).toThrow(/ts must be left out/);
    expect([timed.stats().pushes, plain.stats().pushes]).toEqual([2, 1]);
  });
});
