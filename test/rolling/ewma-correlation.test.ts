import * as fc from 'fast-check';
import { EwmaCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { readTable } from './reference.js';

const misuse = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
const setting = expect.objectContaining({ code: 'ERR_CONFIG' });
const isGap = (value: number): boolean => !(Math.abs(value) <= 1e150);

interface Moments {
  readonly mean: number[];
  readonly covariance: number[][];
  readonly count: number[];
}

/** The recursion over whole matrices, one bar after the other. */
function recursion(bars: readonly (readonly number[])[], size: number, halfLife: number): Moments {
  const weight = 1 - 0.5 ** (1 / halfLife);
  const mean = Array.from({ length: size }, () => 0);
  const count = Array.from({ length: size }, () => 0);
  let covariance = mean.map(() => [...mean]);
  for (const bar of bars) {
    const distance = bar.map((value, place) => (count[place] === 0 ? 0 : value - (mean[place] ?? 0)));
    covariance = covariance.map((row, left) =>
      row.map((entry, right) => {
        const missing = [left, right].filter((place) => isGap(bar[place] ?? NaN)).length;
        if (missing === 2) return entry;
        if (missing === 1) return entry * Math.sqrt(1 - weight);
        return (1 - weight) * (entry + weight * (distance[left] ?? 0) * (distance[right] ?? 0));
      }),
    );
    bar.forEach((value, place) => {
      if (isGap(value)) return;
      mean[place] = count[place] === 0 ? value : (mean[place] ?? 0) + weight * (distance[place] ?? 0);
      count[place] = (count[place] ?? 0) + 1;
    });
  }
  return { mean, covariance, count };
}

/** Whether a symmetric matrix has no eigenvalue clearly below 0: Cholesky with a small ridge. */
function isSemidefinite(matrix: readonly (readonly number[])[]): boolean {
  const size = matrix.length;
  const root = matrix.map((row) => row.map(() => 0));
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = (matrix[i]?.[j] ?? 0) + (i === j ? 1e-9 : 0);
      for (let k = 0; k < j; k++) rest -= (root[i]?.[k] ?? 0) * (root[j]?.[k] ?? 0);
      if (i === j && rest < 0) return false;
      const row = root[i];
      if (row !== undefined) row[j] = i === j ? Math.sqrt(rest) : rest / (root[j]?.[j] ?? NaN);
    }
  }
  return true;
}

const NAMES = ['A', 'B', 'C'];
const value = fc.oneof(
  { weight: 10, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) },
  { weight: 2, arbitrary: fc.constantFrom(NaN, Infinity, 1e200) },
);
const bar = fc.tuple(value, value, value);
const halfLife = fc.double({ min: 0.1, max: 50, noNaN: true });

describe('EwmaCorrelation', () => {
  it('runs its example', () => {
    const live = new EwmaCorrelation({ symbols: ['BTC', 'ETH'], halfLife: 1 });

    for (const prices of [
      [1, 10],
      [3, 20],
      [5, 25],
    ])
      live.push(prices);

    expect(live.variance('BTC')).toBe(2.75);
  });

  it('has the means and variances of River', () => {
    const table = readTable('ewm-river.json') as { x: number[]; ewmean: number[]; ewvar: number[] } | undefined;
    if (table === undefined) return;
    const live = new EwmaCorrelation({ symbols: ['x'], halfLife: 1, minPeriods: 1 });

    table.x.forEach((one, index) => {
      live.push([one]);

      expect(live.mean('x')).toBeCloseTo(table.ewmean[index] ?? NaN, 12);
      expect(live.variance('x')).toBeCloseTo(table.ewvar[index] ?? NaN, 12);
    });
  });

  it('equals the recursion over whole matrices, gaps and amended values included', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ bar, drafts: fc.array(bar, { maxLength: 2 }) }), { maxLength: 25 }),
        halfLife,
        (steps, life) => {
          const live = new EwmaCorrelation({ symbols: NAMES, halfLife: life, minPeriods: 1 });
          for (const step of steps) {
            live.push(step.drafts[0] ?? step.bar);
            for (const draft of [...step.drafts, step.bar])
              NAMES.forEach((name, place) => live.amend(name, draft[place] ?? NaN));
          }

          const expected = recursion(
            steps.map((step) => step.bar),
            3,
            life,
          );
          NAMES.forEach((left, i) => {
            if ((expected.count[i] ?? 0) === 0) expect(live.mean(left)).toBeNaN();
            else expect(live.mean(left)).toBeCloseTo(expected.mean[i] ?? NaN, 9);
            NAMES.forEach((right, j) => {
              const isKnown = (expected.count[i] ?? 0) > 0 && (expected.count[j] ?? 0) > 0;
              if (isKnown) expect(live.covariance(left, right)).toBeCloseTo(expected.covariance[i]?.[j] ?? NaN, 8);
              else expect(live.covariance(left, right)).toBeNaN();
            });
          });
        },
      ),
    );
  });

  it('gives after amends what the last values alone give, to the bit', () => {
    fc.assert(
      fc.property(fc.array(bar, { minLength: 1, maxLength: 20 }), fc.array(bar, { maxLength: 4 }), (bars, drafts) => {
        const amended = new EwmaCorrelation({ symbols: NAMES, halfLife: 5 });
        const direct = new EwmaCorrelation({ symbols: NAMES, halfLife: 5 });
        for (const one of bars) {
          amended.push(drafts[0] ?? one);
          for (const draft of drafts) NAMES.forEach((name, place) => amended.amend(name, draft[place] ?? NaN));
          NAMES.forEach((name, place) => amended.amend(name, one[place] ?? NaN));
          direct.push(one);

          expect([...amended.matrix()]).toEqual([...direct.matrix()]);
          expect(NAMES.map((name) => amended.mean(name))).toEqual(NAMES.map((name) => direct.mean(name)));
        }
      }),
    );
  });

  it('has a positive semidefinite covariance whatever is missing, and correlations within -1 and 1', () => {
    fc.assert(
      fc.property(fc.array(bar, { minLength: 3, maxLength: 30 }), halfLife, (bars, life) => {
        const live = new EwmaCorrelation({ symbols: NAMES, halfLife: life, minPeriods: 1 });
        for (const one of bars) live.push(one);

        const scale = Math.max(1, ...NAMES.map((name) => live.variance(name) || 0));
        const matrix = NAMES.map((a) => NAMES.map((b) => (live.covariance(a, b) || 0) / scale));
        expect(isSemidefinite(matrix)).toBe(true);
        expect([...live.matrix()].some((one) => Math.abs(one) > 1)).toBe(false);
      }),
    );
  });

  it('forgets: after many half-lives only the recent regime is left', () => {
    const live = new EwmaCorrelation({ symbols: ['A', 'B'], halfLife: 10 });
    const noise = (index: number): number => Math.sin(index * index);

    for (let index = 0; index < 500; index++) live.push([noise(index), noise(index)]);
    const together = live.correlation('A', 'B');
    for (let index = 0; index < 500; index++) live.push([noise(index), -noise(index)]);

    expect(together).toBeCloseTo(1, 9);
    expect(live.correlation('A', 'B')).toBeCloseTo(-1, 9);
  });

  it('is NaN below minPeriods and for what has not varied, and 1 of a symbol with itself', () => {
    const live = new EwmaCorrelation({ symbols: ['A', 'B'], halfLife: 10 });

    live.push([1, 5]);
    const first = [live.correlation('A', 'A'), live.mean('A'), live.covariance('A', 'B')];
    live.push([2, 5]);

    expect(first).toEqual([NaN, NaN, NaN]);
    expect([...live.matrix()]).toEqual([1, NaN, NaN, NaN]);
    expect(live.variance('B')).toBe(0);
  });

  it('writes the matrix into out, in the order of symbols', () => {
    const live = new EwmaCorrelation({ symbols: NAMES, halfLife: 3 });
    for (let index = 0; index < 9; index++) live.push([index, Math.sin(index), -index]);
    const out = new Float64Array(9);

    expect(live.matrix(out)).toBe(out);

    expect(out[1]).toBe(live.correlation('A', 'B'));
    expect(out[5]).toBe(live.correlation('C', 'B'));
    expect(out[2]).toBeCloseTo(-1, 12);
    expect(live.symbols).toEqual(NAMES);
  });

  it('counts what it was given', () => {
    const live = new EwmaCorrelation({ symbols: ['A', 'B'], halfLife: 3 });

    live.push([1, NaN]);
    live.amend('B', Infinity);
    live.amend('B', 2);

    expect(live.stats()).toEqual({ symbols: 2, pushes: 1, amends: 2, gaps: 2 });
  });

  it('refuses wrong bars and names, and changes nothing', () => {
    const live = new EwmaCorrelation({ symbols: ['A', 'B'], halfLife: 3 });

    expect(() => live.amend('A', 1)).toThrow(misuse);
    live.push([1, 2]);
    for (const wrong of [[1], [1, 2, 3], [1, '2'], null, 5]) expect(() => live.push(wrong as never)).toThrow(misuse);
    expect(() => live.amend('Z', 1)).toThrow(/symbol must be a known symbol, got 'Z'/);
    expect(() => live.amend('A', '1' as never)).toThrow(misuse);
    expect(() => live.correlation('A', 'Z')).toThrow(misuse);
    expect(() => live.matrix(new Float64Array(3))).toThrow(/out must be a Float64Array of length 4/);

    expect(live.stats()).toMatchObject({ pushes: 1, amends: 0 });
  });

  it.each([
    [{ symbols: ['A'] }, /halfLife must be a number above 0/],
    [{ symbols: ['A'], halfLife: 0 }, /halfLife must be/],
    [{ symbols: ['A'], halfLife: Infinity }, /halfLife must be/],
    [{ symbols: [], halfLife: 1 }, /symbols must be a list of 1 to 8192 different texts/],
    [{ symbols: ['A', 'A'], halfLife: 1 }, /symbols must be/],
    [{ symbols: ['A', ''], halfLife: 1 }, /symbols must be/],
    [{ symbols: ['A'], halfLife: 1, minPeriods: 0 }, /minPeriods must be/],
    [{ symbols: ['A'], halfLife: 1, alpha: 0.1 }, /unknown option 'alpha'/],
  ])('refuses the options %o', (options, message) => {
    expect(() => new EwmaCorrelation(options as never)).toThrow(setting);
    expect(() => new EwmaCorrelation(options as never)).toThrow(message);
  });
});
