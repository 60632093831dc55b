import type { RejectedRow } from '../../batch/index.js';

/** A batch, apart by whether its rows can be written. */
export interface SortedOut<R> {
  /** What was made of the rows that can. */
  readonly taken: R[];
  /** Position in the batch of each of those. */
  readonly positions: number[];
  /** The rows that cannot, with the reason. */
  readonly rejected: RejectedRow[];
}

/** Reads each row of a batch; one whose reading throws is rejected with what was thrown. */
export function sortOut<T, R>(batch: readonly T[], read: (row: T, index: number) => R): SortedOut<R> {
  const sorted: SortedOut<R> = { taken: [], positions: [], rejected: [] };
  // Hot path: once per row.
  for (let index = 0; index < batch.length; index++) {
    try {
      sorted.taken.push(read(batch[index] as T, index)); // every position exists
      sorted.positions.push(index);
    } catch (error) {
      sorted.rejected.push({ index, error });
    }
  }
  return sorted;
}
