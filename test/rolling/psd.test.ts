import * as fc from 'fast-check';
import { RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { diagonalise } from '../../src/rolling/jacobi.js';
import { repairPsd } from '../../src/rolling/psd.js';
import { readTable } from './reference.js';

interface NotPsd {
  readonly rows: readonly (readonly (number | null)[])[];
  readonly pairwiseCorr: readonly (readonly number[])[];
  readonly minEigenvalue: number;
}

const table = readTable('pairwise-not-psd.json') as NotPsd | undefined; // as the table documents

function eigenvalues(matrix: Float64Array, size: number): number[] {
  const work = matrix.slice();
  diagonalise(work, new Float64Array(size * size), size);
  return Array.from({ length: size }, (_, index) => work[index * size + index] ?? NaN);
}

function filled({ rows }: NotPsd, psd: 'none' | 'clip' | 'shrink'): RollingCorrelation {
  const rolling = new RollingCorrelation({ symbols: ['a', 'b', 'c', 'd'], window: rows.length, psd });
  for (const row of rows) rolling.push(row.map((value) => value ?? NaN));
  return rolling;
}

/** A symmetric matrix with a unit diagonal, as pairs over different bars may give. */
const anyMatrix = fc.integer({ min: 1, max: 9 }).chain((size) =>
  fc
    .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: size * size, maxLength: size * size })
    .map((all) => {
      const matrix = new Float64Array(size * size);
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
          const [low, high] = [Math.min(row, column), Math.max(row, column)];
          matrix[row * size + column] = row === column ? 1 : (all[low * size + high] ?? 0);
        }
      }
      return { size, matrix };
    }),
);

describe.runIf(table !== undefined)('the reference matrix that is not positive semidefinite', () => {
  const known = table ?? { rows: [], pairwiseCorr: [], minEigenvalue: 0 };

  it('is given as it is by default', () => {
    const matrix = filled(known, 'none').matrix();

    known.pairwiseCorr.flat().forEach((value, index) => expect(matrix[index]).toBeCloseTo(value, 12));
    expect(Math.min(...eigenvalues(matrix, 4))).toBeCloseTo(known.minEigenvalue, 10);
  });

  it.each(['clip', 'shrink'] as const)('has no negative eigenvalue and a unit diagonal with psd %s', (psd) => {
    const rolling = filled(known, psd);
    const matrix = rolling.matrix();

    expect(Math.min(...eigenvalues(matrix, 4))).toBeGreaterThanOrEqual(-1e-12);
    for (let symbol = 0; symbol < 4; symbol++) expect(matrix[symbol * 5]).toBe(1);
    expect(rolling.correlation('a', 'b')).toBeCloseTo(known.pairwiseCorr[0]?.[1] ?? NaN, 12);
  });

  it('keeps the pattern when it shrinks: all pairs by one factor', () => {
    const plain = filled(known, 'none').matrix();
    const shrunk = filled(known, 'shrink').matrix();

    const factors = [...plain]
      .map((value, index) => (shrunk[index] ?? NaN) / value)
      .filter((_, index) => index % 5 > 0);

    for (const factor of factors) expect(factor).toBeCloseTo(factors[0] ?? NaN, 12);
    expect(factors[0]).toBeLessThan(1);
  });
});

describe('repair of a matrix', () => {
  it.each(['clip', 'shrink'] as const)('leaves no negative eigenvalue, whatever the matrix, by %s', (psd) => {
    fc.assert(
      fc.property(anyMatrix, ({ size, matrix }) => {
        repairPsd(matrix, size, psd);

        expect(Math.min(...eigenvalues(matrix, size))).toBeGreaterThanOrEqual(-1e-12);
        for (let row = 0; row < size; row++) {
          expect(matrix[row * size + row]).toBe(1);
          for (let column = 0; column < size; column++) {
            expect(Math.abs(matrix[row * size + column] ?? NaN)).toBeLessThanOrEqual(1);
            expect(Math.abs((matrix[row * size + column] ?? 0) - (matrix[column * size + row] ?? 0))).toBeLessThan(
              1e-14,
            );
          }
        }
      }),
    );
  });

  it('does not touch a matrix without a negative eigenvalue', () => {
    const matrix = Float64Array.of(1, 0.5, 0.25, 0.5, 1, 0.5, 0.25, 0.5, 1);
    const before = matrix.slice();

    repairPsd(matrix, 3, 'clip');
    repairPsd(matrix, 3, 'shrink');

    expect(matrix).toEqual(before);
  });

  it('keeps what is undefined: a symbol without variance, and a pair without common bars', () => {
    const matrix = Float64Array.of(1, 0.9, NaN, 0.9, 0.9, 1, NaN, NaN, NaN, NaN, NaN, NaN, 0.9, NaN, NaN, 1);

    repairPsd(matrix, 4, 'clip');

    const isNaNAt = [...matrix].map((value) => Number.isNaN(value));
    expect(isNaNAt.filter(Boolean)).toHaveLength(9);
    expect(matrix[0]).toBe(1);
    expect(matrix[1]).toBeLessThan(0.9);
    expect(matrix[1]).toBeCloseTo(matrix[3] ?? NaN, 12);
  });

  it('finds eigenvalues that are known', () => {
    const found = eigenvalues(Float64Array.of(2, 1, 0, 1, 2, 1, 0, 1, 2), 3).toSorted((a, b) => a - b);

    expect(found[0]).toBeCloseTo(2 - Math.SQRT2, 14);
    expect(found[1]).toBeCloseTo(2, 14);
    expect(found[2]).toBeCloseTo(2 + Math.SQRT2, 14);
  });
});
