import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backOffDelay } from '../../src/core/back-off.js';

const BOUNDS = { minDelay: 1_000, maxDelay: 30_000 };

describe('a back-off delay', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [4, 8_000],
    [5, 16_000],
    [6, 30_000],
    [7, 30_000],
    [1_000, 30_000],
    [100_000, 30_000],
  ])('after failure %i is at most %i ms', (failures, bound) => {
    expect(backOffDelay(failures, BOUNDS, () => 1)).toBe(bound);
    expect(backOffDelay(failures, BOUNDS, () => 0.5)).toBe(bound / 2);
    expect(backOffDelay(failures, BOUNDS, () => 0)).toBe(0);
  });

  it('lies within its bound whatever the random source gives', () => {
    const bounds = fc.record({ minDelay: fc.nat(1_000), maxDelay: fc.nat(100_000) });

    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), bounds, fc.double(), (failures, { minDelay, maxDelay }, part) => {
        const delay = backOffDelay(failures, { minDelay, maxDelay }, () => part);

        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(Math.min(maxDelay, minDelay * 2 ** Math.min(failures - 1, 52)));
      }),
    );
  });

  it.each([NaN, -1, 2, Infinity])('is the whole bound when the random source gives %d', (part) => {
    expect(backOffDelay(1, BOUNDS, () => part)).toBe(1_000);
  });

  it('takes maxDelay as the bound when that is below minDelay', () => {
    expect(backOffDelay(1, { minDelay: 500, maxDelay: 100 }, () => 1)).toBe(100);
  });

  it('of no length stays so after any number of failures', () => {
    expect(backOffDelay(5_000, { minDelay: 0, maxDelay: 100 }, () => 1)).toBe(0);
  });
});
