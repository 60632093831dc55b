/**
 * One side of an order book: levels sorted by price, best last, in the middle of an array with room at
 * both ends.
 *
 * The sort key is the price for bids and the price negated for asks, so that both sides are ascending
 * and share the code. Inserting or removing moves whichever end is nearer: the levels close to the
 * market and those far off it both cost a few moves, and cutting off the worst levels costs none.
 * A Map with a sort per read, and a tree, were rejected: features read the top of the book far more
 * often than it changes shape, and most changes touch one of the ten best prices.
 *
 * Hot path: no allocation except when the array grows.
 */
import type { BookLevel } from './event.js';

const SMALLEST = 64;

/** One side of an order book. Position 0 is the best level. */
export class BookSide {
  readonly #sign: 1 | -1;
  #keys = new Float64Array(SMALLEST);
  #levels: (BookLevel | undefined)[] = emptySlots(SMALLEST);
  #start = SMALLEST / 2;
  #end = SMALLEST / 2;

  constructor(side: 'bid' | 'ask') {
    this.#sign = side === 'bid' ? 1 : -1;
  }

  /** Levels held now; positions run from 0 to one less. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** The level at a position from the best one, undefined outside. */
  at(position: number): BookLevel | undefined {
    return position >= 0 && position < this.length ? this.#levels[this.#end - 1 - position] : undefined;
  }

  /** The quantities of the best `depth` levels together. */
  sizeOf(depth: number): number {
    const levels = this.#levels;
    let size = 0;
    const last = Math.max(this.#start, this.#end - Math.floor(depth));
    for (let index = this.#end - 1; index >= last; index--) {
      const level = levels[index];
      // Not `?.size ?? 0`: between the two each size would be an object of 16 bytes.
      if (level !== undefined) size += level.size;
    }
    return size;
  }

  /** Adds, replaces or (size 0) removes a level. */
  set(level: BookLevel): void {
    const key = this.#sign * level.price;
    const index = this.#find(key);
    const isHeld = index < this.#end && this.#keys[index] === key;
    if (level.size === 0) {
      if (isHeld) this.#remove(index);
    } else if (isHeld) this.#levels[index] = level;
    else this.#insert(index, key, level);
  }

  /** Drops the worst levels beyond `depth` and returns how many. */
  truncate(depth: number): number {
    const excess = this.length - depth;
    if (excess <= 0) return 0;
    this.#levels.fill(undefined, this.#start, this.#start + excess);
    this.#start += excess;
    return excess;
  }

  /** Drops all levels and keeps the array's size, for the snapshot that follows. */
  clear(): void {
    this.#levels.fill(undefined, this.#start, this.#end);
    this.#start = this.#keys.length >> 1;
    this.#end = this.#start;
  }

  /** Index of the first key that is not below `key`. */
  #find(key: number): number {
    const keys = this.#keys;
    let low = this.#start;
    let high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      // Within bounds by construction; the fallback only satisfies the compiler.
      if ((keys[middle] ?? 0) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #insert(index: number, key: number, level: BookLevel): void {
    const isNearerToStart = index - this.#start < this.#end - index;
    if (isNearerToStart ? this.#start === 0 : this.#end === this.#keys.length) {
      const offset = index - this.#start;
      this.#regrow();
      index = this.#start + offset;
    }
    if (isNearerToStart) {
      this.#move(this.#start, index, -1);
      this.#start--;
      index--;
    } else {
      this.#move(index, this.#end, 1);
      this.#end++;
    }
    this.#keys[index] = key;
    this.#levels[index] = level;
  }

  #remove(index: number): void {
    if (index - this.#start < this.#end - index) {
      this.#move(this.#start, index, 1);
      this.#levels[this.#start++] = undefined;
    } else {
      this.#move(index + 1, this.#end, -1);
      this.#levels[--this.#end] = undefined;
    }
  }

  /** Moves the entries from `from` up to `to` by one place. */
  #move(from: number, to: number, step: 1 | -1): void {
    this.#keys.copyWithin(from + step, from, to);
    const levels = this.#levels;
    if (step === 1) for (let index = to; index > from; index--) levels[index] = levels[index - 1];
    else for (let index = from; index < to; index++) levels[index - 1] = levels[index];
  }

  /** Moves everything to the middle of an array of at least twice the length. */
  #regrow(): void {
    const length = this.length;
    const keys = new Float64Array(Math.max(SMALLEST, length * 2 + 2));
    const levels = emptySlots(keys.length);
    const start = (keys.length - length) >> 1;
    keys.set(this.#keys.subarray(this.#start, this.#end), start);
    for (let offset = 0; offset < length; offset++) levels[start + offset] = this.#levels[this.#start + offset];
    this.#keys = keys;
    this.#levels = levels;
    this.#start = start;
    this.#end = start + length;
  }
}

function emptySlots(count: number): (BookLevel | undefined)[] {
  return Array.from({ length: count }, () => undefined);
}
