/** Folders of values at most: what is given up at once is one of them. */
export const GENERATIONS = 8;

/** What files are counted in, in bytes: a disk gives no less. */
export const BLOCK = 4_096;

/** Bytes that a file of this size takes up. */
export function bytesOnDisk(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
