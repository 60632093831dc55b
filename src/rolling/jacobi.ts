/*
 * Eigenvalues of a symmetric matrix by cyclic Jacobi rotations: slow for large matrices (cubic, some ten sweeps),
 * and as accurate as doubles allow. Source: Golub and Van Loan, Matrix Computations, section 8.5.
 *
 * Matrices are row-major; indices are within bounds, so that the casts drop an `undefined` that cannot occur.
 */

const MOST_SWEEPS = 60;

/**
 * Turns `matrix` into a diagonal one with the eigenvalues, and the rows of `vectors`, given as the identity, into
 * the eigenvectors.
 */
export function diagonalise(matrix: Float64Array, vectors: Float64Array, size: number): void {
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let hasRotated = false;
    for (let row = 0; row < size; row++) {
      for (let column = row + 1; column < size; column++) {
        const value = matrix[row * size + column] as number;
        const least = Math.abs((matrix[row * size + row] as number) * (matrix[column * size + column] as number));
        if (Math.abs(value) <= 2 ** -54 * Math.sqrt(least) || Math.abs(value) < 1e-300) continue;
        hasRotated = true;
        rotate(matrix, vectors, size, row, column);
      }
    }
    if (!hasRotated) return;
  }
}

function rotate(matrix: Float64Array, vectors: Float64Array, size: number, row: number, column: number): void {
  const value = matrix[row * size + column] as number;
  const first = matrix[row * size + row] as number;
  const second = matrix[column * size + column] as number;
  const ratio = (second - first) / (2 * value);
  const tangent = Math.sign(ratio || 1) / (Math.abs(ratio) + Math.hypot(1, ratio));
  const cosine = 1 / Math.hypot(1, tangent);
  const sine = tangent * cosine;
  rotateRows(matrix, size, row, column, cosine, sine);
  for (let index = 0; index < size; index++) {
    matrix[index * size + row] = matrix[row * size + index] as number;
    matrix[index * size + column] = matrix[column * size + index] as number;
  }
  matrix[row * size + row] = first - tangent * value;
  matrix[column * size + column] = second + tangent * value;
  matrix[row * size + column] = matrix[column * size + row] = 0;
  rotateRows(vectors, size, row, column, cosine, sine);
}

function rotateRows(
  matrix: Float64Array,
  size: number,
  row: number,
  column: number,
  cosine: number,
  sine: number,
): void {
  let upper = row * size;
  let lower = column * size;
  for (let index = 0; index < size; index++) {
    const one = matrix[upper] as number;
    const other = matrix[lower] as number;
    matrix[upper++] = cosine * one - sine * other;
    matrix[lower++] = sine * one + cosine * other;
  }
}
