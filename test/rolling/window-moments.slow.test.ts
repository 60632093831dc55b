import * as fc from 'fast-check';
import { rollingStd, sma } from 'tickwise/indicators';
import { RollingStats } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { WindowExtreme } from '../../src/rolling/window-extreme.js';
import { WindowMoments } from '../../src/rolling/window-moments.js';
import { seeded, twoPass } from './naive.js';

type Kind = 'big' | 'walk' | 'spike' | 'quiet' | 'ramp';

/** Series on which plain running sums fail, each in its own way. */
function series(kind: Kind, count: number, seed: number): Float64Array {
  const random = seeded(seed);
  let level = 30_000;
  return Float64Array.from({ length: count }, (_, index) => {
    const noise = random() - 0.5;
    if (kind === 'big') return 1e9 + Math.round(noise * 200) / 1e2;
    if (kind === 'spike') return index % 997 === 500 ? 1e15 * noise : 100 + noise;
    if (kind === 'quiet') return 100 + noise * (Math.floor(index / 700) % 2 === 0 ? 1e3 : 1e-6);
    if (kind === 'ramp') return index * 3 + noise * 1e-3;
    return Math.round((level += noise * 20) * 100) / 100;
  });
}

const KINDS = ['big', 'walk', 'spike', 'quiet', 'ramp'] as const;

describe('mean and spread after many updates', () => {
  it.each(KINDS.flatMap((kind) => [2, 20, 200].map((period) => [kind, period] as const)))(
    'equal two passes over the window: %s, period %i',
    (kind, period) => {
      const values = series(kind, 30_000, 9);
      const means = sma(values, period);
      const deviations = rollingStd(values, period);

      for (let end = period - 1; end < values.length; end += 7) {
        const window = [...values.subarray(end + 1 - period, end + 1)];
        const shift = window[0] ?? 0;
        const { mean, variance } = twoPass(
          window.map((value) => value - shift),
          1,
        );
        const deviation = Math.sqrt(variance);
        expect(Math.abs((deviations[end] ?? NaN) - deviation)).toBeLessThanOrEqual(1e-10 * deviation);
        const slack = 1e-12 * deviation + 4e-16 * Math.max(...window.map(Math.abs));
        expect(Math.abs((means[end] ?? NaN) - shift - mean)).toBeLessThanOrEqual(slack);
      }
    },
  );

  it('have no trace of an outlier once it has left', () => {
    const stats = new RollingStats({ window: 20 });
    for (let index = 0; index < 100; index++) stats.push(index === 50 ? 1e140 : 100 + (index % 5));

    expect([stats.mean, stats.variance]).toEqual([
      102,
      twoPass([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4], 1).variance,
    ]);
  });

  it.each([0.1, 1e-7, 61_800.05, 1e149])(
    'are the value and 0 when the window is flat, whatever was before: %d',
    (constant) => {
      fc.assert(
        fc.property(
          fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 40 }),
          fc.integer({ min: 2, max: 12 }),
          (before, window) => {
            const moments = new WindowMoments(window);
            for (const value of before) moments.push(value);
            for (let index = 0; index < window; index++) moments.push(constant);

            expect([moments.mean, moments.spread]).toEqual([constant, 0]);
          },
        ),
      );
    },
  );

  it('tell values apart that differ in the last bit', () => {
    const next = 1 + Number.EPSILON;
    for (let period = 2; period < 40; period++) {
      const moments = new WindowMoments(period);
      for (let index = 0; index < 3 * period; index++) moments.push(index % period === 1 ? next : 1);

      expect(moments.spread).toBeGreaterThan(0);
    }
  });

  it('of a nearly constant series are not computed afresh again and again', () => {
    const values = Float64Array.from({ length: 5_000 }, (_, index) => (index % 50 === 0 ? 1 + Number.EPSILON : 1));

    const deviations = rollingStd(values, 100, { ddof: 0 });

    // Two of a hundred values are one step away.
    const expected = Number.EPSILON * Math.sqrt(0.02 * 0.98);
    expect(deviations.subarray(99).every((value) => Math.abs(value / expected - 1) < 1e-9)).toBe(true);
  });
});

describe('the two drivers', () => {
  const value = fc.oneof(
    { weight: 12, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
    { weight: 2, arbitrary: fc.constantFrom(1e12, -1e140, 0, -0, 7) },
    { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -1e200) },
  );

  it('of mean and spread agree to the bit, however the values are cut into runs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(value, { maxLength: 90 }), { maxLength: 9 }),
        fc.integer({ min: 1, max: 30 }),
        (runs, period) => {
          const [batch, live] = [new WindowMoments(period), new WindowMoments(period)];
          for (const run of runs) {
            const [means, roots] = [new Float64Array(run.length), new Float64Array(run.length)];
            batch.run(Float64Array.from(run), means, roots, 3);
            run.forEach((one, index) => {
              live.push(one);
              expect(means[index]).toBe(live.isWhole ? live.mean : NaN);
              expect(roots[index]).toBe(live.isWhole ? Math.sqrt(live.spread / 3) : NaN);
            });
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('agree over 20 000 values with outliers, past every kind of recompute', () => {
    for (const kind of KINDS) {
      const values = series(kind, 20_000, 4);
      const moments = new WindowMoments(20);
      const batch = rollingStd(values, 20, { ddof: 0 });
      const different = values.filter((one, index) => {
        moments.push(one);
        const live = moments.isWhole ? Math.sqrt(moments.spread / 20) : NaN;
        return !Object.is(live, batch[index]);
      });

      expect(different).toHaveLength(0);
    }
  });

  it('of an extreme agree to the bit, and with a search', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(value, { maxLength: 50 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(1 as const, -1 as const),
        (runs, period, sign) => {
          const [batch, live] = [new WindowExtreme(period, sign), new WindowExtreme(period, sign)];
          const seen: number[] = [];
          for (const run of runs) {
            const line = new Float64Array(run.length);
            batch.run(Float64Array.from(run), line);
            run.forEach((one, index) => {
              live.push(one);
              seen.push(one);
              const window = seen.slice(-period);
              const isWhole = window.length === period && window.every((each) => Math.abs(each) <= 1e150);
              const found = sign === 1 ? Math.min(...window) : Math.max(...window);
              expect(line[index]).toBe(isWhole ? found + 0 : NaN);
              expect(live.value).toBe(line[index]);
            });
          }
        },
      ),
    );
  });

  it('forget everything on reset', () => {
    const moments = new WindowMoments(3);
    const extreme = new WindowExtreme(3, 1);
    for (const one of [1e140, NaN, 5, 6]) {
      moments.push(one);
      extreme.push(one);
    }

    moments.reset();
    extreme.reset();

    expect([moments.count, moments.mean, moments.spread, moments.newest]).toEqual([0, 0, 0, NaN]);
    expect([extreme.extreme, extreme.value]).toEqual([Infinity, NaN]);
  });
});
