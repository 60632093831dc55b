import { describe, expect, it } from 'vitest';
import { type DriftKind, measureDrift } from './drift.js';
import { exactCorrelation, tickCorrelation } from './naive.js';

/** Anchored at the first value: every sum is exact for these prices but the outliers. */
const exact = {
  ofTicks: (x: readonly number[], y: readonly number[]) => tickCorrelation(x, y, x[0], y[0]),
  ofDoubles: exactCorrelation,
};

// Most of the limits in ticks of 'big' and 'spike' is the rounding of a decimal price to a double, which a two-pass
// formula suffers too.
const limits: readonly (readonly [DriftKind, number])[] = [
  ['big', 5e-10],
  ['walk', 2e-12],
  ['spike', 5e-10],
];

describe('drift over 100 000 updates of a window of 200', () => {
  it.each(limits)('stays within its bound: %s', (kind, limit) => {
    const report = measureDrift(kind, 100_000, 200, 9_973, exact);

    expect(report.checks).toBeGreaterThan(9);
    expect(report).toMatchObject({ beyondBound: 0, notFinite: 0, inexactTicks: 0 });
    expect(report.worst).toBeLessThanOrEqual(limit);
    expect(report.worstOfDoubles).toBeLessThanOrEqual(1e-10);
  });
});
