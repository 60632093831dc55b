import type { CallKey } from './call-key.js';

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

/**
 * 32 well-mixed bits of a key. Which keys collide depends on the seed, so that nobody outside can choose some that do.
 * Not for finding values: two keys may share their bits.
 *
 * Cost: about a nanosecond per character.
 */
export function hashOf(key: CallKey, seed: number): number {
  if (typeof key === 'number') {
    double[0] = key;
    return mix(Math.imul((halves[0] ?? 0) ^ seed, 0x9e3779b1) ^ mix((halves[1] ?? 0) + seed));
  }
  let hash = seed ^ key.length;
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return mix(hash);
}

/** Spreads every bit over all 32: the finalizer of MurmurHash3. */
export function mix(bits: number): number {
  let hash = bits ^ (bits >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
