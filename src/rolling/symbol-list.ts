import type * as z from 'zod/mini';
import { ArgumentError } from '../core/errors.js';
import { claim } from '../core/options.js';
import { show } from '../core/show.js';

/** Most symbols of one instance: a matrix of 512 MB. */
const MOST = 8_192;

/** The names an instance keeps figures of, and their places. */
export class SymbolList {
  /** The names, in the order of arrays and matrices. */
  readonly names: readonly string[];
  readonly #owner: string;
  readonly #places: ReadonlyMap<string, number>;

  constructor(owner: string, names: readonly string[]) {
    this.#owner = owner;
    this.names = Object.freeze([...names]);
    this.#places = new Map(names.map((name, place) => [name, place]));
  }

  /**
   * Gives the place of a symbol.
   * @throws ArgumentError when it is unknown.
   */
  placeOf(symbol: string): number {
    const place = this.#places.get(symbol);
    if (place === undefined) {
      throw new ArgumentError(`${this.#owner}: symbol must be a known symbol, got ${show(symbol)}`);
    }
    return place;
  }

  /**
   * Gives an array for a matrix of all symbols: `out`, or a new one.
   * @throws ArgumentError when `out` is not a Float64Array of the number of symbols squared.
   */
  matrix(out?: Float64Array): Float64Array {
    const length = this.names.length ** 2;
    const matrix = out ?? new Float64Array(length);
    if (!(matrix instanceof Float64Array) || matrix.length !== length) {
      throw new ArgumentError(`${this.#owner}: out must be a Float64Array of length ${length}, got ${show(out)}`);
    }
    return matrix;
  }
}

/** An option that is a list of different names. */
export function symbolNames(): z.ZodMiniType<readonly string[], readonly string[]> {
  return claim(
    `a list of 1 to ${MOST} different texts of at least one character`,
    (value) =>
      Array.isArray(value) &&
      value.length >= 1 &&
      value.length <= MOST &&
      value.every((name) => typeof name === 'string' && name.length > 0) &&
      new Set(value).size === value.length,
  );
}

/** Correlation of which these are covariance and variances; NaN when one of the variances is not above 0. */
export function correlationOf(covariance: number, left: number, right: number): number {
  // Not the root of the product, which may overflow or vanish.
  const value = left > 0 && right > 0 ? covariance / (Math.sqrt(left) * Math.sqrt(right)) : NaN;
  return Math.max(-1, Math.min(1, value));
}
