/** What was made, and the memory it holds. */
export interface Held<T> {
  readonly held: T;
  /** Bytes of the heap and of buffers outside of it. */
  readonly bytes: number;
}

/**
 * Makes something and measures what it holds, with garbage collected before and after. Once for practice first, so that
 * code and caches of the machine are not counted.
 */
export function heldBytes<T>(make: () => T): Held<T> {
  make();
  const before = bytesInUse();
  const held = make();
  return { held, bytes: bytesInUse() - before };
}

function bytesInUse(): number {
  if (global.gc === undefined) throw new Error('memory is measured with --expose-gc, as the runner starts this');
  global.gc();
  global.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
