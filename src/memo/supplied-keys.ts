import { ENCODED } from './call-key.js';
import { encodeSupplied } from './structural-key.js';

/** Most keys kept. A ring that changes leaves one behind per change that it was asked at. */
const MOST = 1_024;

/** What stands for an object with a [cacheKey] method in a call: one of these per key that it returned. */
export class SuppliedKey {
  /** Its piece of key text. */
  readonly piece: string;
  /** The key of a call with it alone. */
  readonly key: string;
  /** A number from 0 to 2^31 - 1 that is mostly different for others. */
  readonly spread: number;

  constructor(supplied: string | number, spread: number) {
    this.piece = encodeSupplied(supplied);
    this.key = ENCODED + this.piece;
    this.spread = spread;
  }
}

/**
 * Keys of objects with a [cacheKey] method, by what it returned: an unchanged ring returns the same string, so
 * that finding its key costs a look into a Map, and neither writing nor hashing a text.
 */
export class SuppliedKeys {
  readonly #keys = new Map<string | number, SuppliedKey>();
  #made = 0;

  /** The key for what a [cacheKey] returned. Hot path. */
  of(supplied: string | number): SuppliedKey {
    return this.#keys.get(supplied) ?? this.#add(supplied);
  }

  #add(supplied: string | number): SuppliedKey {
    const key = new SuppliedKey(supplied, this.#made++ & 0x7f_ff_ff_ff);
    // A Map takes -0 for 0.
    if (supplied === 0) return key;
    if (this.#keys.size === MOST) this.#keys.clear();
    this.#keys.set(supplied, key);
    return key;
  }
}
