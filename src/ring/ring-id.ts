import { LOCAL_MARK } from '../core/cache-key.js';

// One counter per process, shared by the ESM and CJS copies of this package: equal ids would merge the
// cache keys of two different rings.
const COUNTER: unique symbol = Symbol.for('tickwise.ringIds');

/** The cache keys of one ring: a text per version, made when it is first asked for. */
export class RingKey {
  readonly #head = `SeriesRing#${nextRingId()}${LOCAL_MARK}@`;
  #version = -1;
  #text = '';

  /** The key of the ring at a version. Asked again, it is the same string: no allocation, no hash to be computed. */
  at(version: number): string {
    if (version !== this.#version) {
      this.#version = version;
      this.#text = this.#head + version;
    }
    return this.#text;
  }
}

/** A number that no other ring of this process has. */
export function nextRingId(): number {
  // The symbol is ours alone, so nobody else can have put another type there.
  const holder = globalThis as { [COUNTER]?: number };
  const id = (holder[COUNTER] ?? 0) + 1;
  holder[COUNTER] = id;
  return id;
}
