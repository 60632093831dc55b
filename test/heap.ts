import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void; // exposed by the flag

/** Bytes held, heap and buffers, after a full collection. */
export function heldBytes(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/**
 * Bytes that one run of `block` puts on the heap, garbage included, once it is compiled: the least of up to 2 000 runs,
 * ended by one that takes less than `enough`. On a busy machine the compiler needs many, and it uses the same heap. A
 * block in which garbage was collected seems to take less than nothing, and does not count.
 */
export function allocatedBytes(block: () => void, enough: number): number {
  let least = Infinity;
  for (let run = 0; run < 2_000 && least >= enough; run++) {
    const before = process.memoryUsage().heapUsed;
    block();
    const taken = process.memoryUsage().heapUsed - before;
    if (taken >= 0) least = Math.min(least, taken);
  }
  return least;
}
