import { clamp } from './co-moment-kernels.js';
import { diagonalise } from './jacobi.js';

/** What is done about a matrix of correlations that has a negative eigenvalue. */
export type PsdPolicy = 'none' | 'clip' | 'shrink';

/** An eigenvalue from here on counts as rounding of 0. */
const NEARLY_ZERO = 1e-13;

/**
 * Makes a matrix of correlations positive semidefinite, in place; one that is stays as it is, to the bit.
 *
 * Symbols without a variance, NaN on the diagonal, are left out. Pairs without a correlation count as 0 and stay NaN.
 *
 * Matrices are row-major; indices are within bounds, so that the casts drop an `undefined` that cannot occur.
 */
export function repairPsd(matrix: Float64Array, size: number, policy: PsdPolicy): void {
  if (policy === 'none') return;
  const known: number[] = [];
  for (let symbol = 0; symbol < size; symbol++) {
    if (!Number.isNaN(matrix[symbol * size + symbol])) known.push(symbol);
  }
  const part = new Float64Array(known.length ** 2);
  known.forEach((row, i) => {
    known.forEach((column, j) => (part[i * known.length + j] = matrix[row * size + column] || 0));
  });
  if (hasCholesky(part, known.length)) return;
  if (policy === 'clip') clip(part, known.length);
  else shrink(part, known.length);
  known.forEach((row, i) => {
    known.forEach((column, j) => {
      const at = row * size + column;
      if (row !== column && !Number.isNaN(matrix[at])) matrix[at] = clamp(part[i * known.length + j] as number);
    });
  });
}

// The smallest eigenvalue is above -NEARLY_ZERO exactly when the matrix with so much more on its diagonal has a root.
function hasCholesky(matrix: Float64Array, size: number): boolean {
  const root = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column] as number;
      for (let k = 0; k < column; k++) sum -= (root[row * size + k] as number) * (root[column * size + k] as number);
      if (row !== column) root[row * size + column] = sum / (root[column * size + column] as number);
      else if (sum + NEARLY_ZERO > 0) root[row * size + row] = Math.sqrt(sum + NEARLY_ZERO);
      else return false;
    }
  }
  return true;
}

// Sets negative eigenvalues to 0 and scales the diagonal back to 1.
function clip(matrix: Float64Array, size: number): void {
  const { values, vectors } = decompose(matrix, size);
  for (let k = 0; k < size; k++) {
    const root = Math.sqrt(Math.max(0, values[k] as number));
    for (let index = 0; index < size; index++) vectors[k * size + index] = (vectors[k * size + index] as number) * root;
  }
  matrix.fill(0);
  for (let k = 0; k < size; k++) addSquare(matrix, vectors.subarray(k * size, (k + 1) * size));
  const scales = values.map((_, symbol) => 1 / Math.sqrt(matrix[symbol * size + symbol] as number));
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const scale = (scales[row] as number) * (scales[column] as number);
      matrix[row * size + column] = (matrix[row * size + column] as number) * scale;
    }
  }
}

// Mixes in as much of the identity as brings the smallest eigenvalue to 0.
function shrink(matrix: Float64Array, size: number): void {
  const smallest = Math.min(...decompose(matrix, size).values);
  const kept = 1 / (1 - smallest);
  for (let index = 0; index < matrix.length; index++) matrix[index] = (matrix[index] as number) * kept;
}

function addSquare(matrix: Float64Array, vector: Float64Array): void {
  const size = vector.length;
  for (let row = 0; row < size; row++) {
    const factor = vector[row] as number;
    for (let column = 0; column < size; column++) {
      matrix[row * size + column] = (matrix[row * size + column] as number) + factor * (vector[column] as number);
    }
  }
}

function decompose(matrix: Float64Array, size: number): { values: Float64Array; vectors: Float64Array } {
  const work = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let index = 0; index < size; index++) vectors[index * size + index] = 1;
  diagonalise(work, vectors, size);
  return { values: Float64Array.from({ length: size }, (_, index) => work[index * size + index] as number), vectors };
}
