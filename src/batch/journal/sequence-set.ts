/** A set of whole numbers, kept as ranges. Cheap where numbers come more or less in their order. */
export class SequenceSet {
  /** Ends of the ranges, both included, in rising order; no two ranges touch. */
  readonly #from: number[] = [];
  readonly #to: number[] = [];

  /** How many ranges there are. */
  get rangeCount(): number {
    return this.#from.length;
  }

  /** The ranges, both ends included, in rising order. */
  ranges(): [from: number, to: number][] {
    return this.#from.map((from, index) => [from, this.#to[index] ?? from]);
  }

  /** Adds the numbers from `from` to `to`, both included. */
  add(from: number, to = from): void {
    const last = this.#to.length - 1;
    // The usual case: right behind the last range.
    if (last >= 0 && (this.#to[last] ?? 0) + 1 === from) {
      this.#to[last] = to;
      return;
    }
    const begin = this.#firstEndingFrom(from - 1);
    const end = this.#firstStartingAfter(to + 1);
    const low = begin < end ? Math.min(from, this.#from[begin] ?? from) : from;
    const high = begin < end ? Math.max(to, this.#to[end - 1] ?? to) : to;
    this.#from.splice(begin, end - begin, low);
    this.#to.splice(begin, end - begin, high);
  }

  /** Whether a number is in the set. */
  has(value: number): boolean {
    const index = this.#firstEndingFrom(value);
    return index < this.#from.length && (this.#from[index] ?? Infinity) <= value;
  }

  /** Forgets all numbers below `value`. */
  removeBelow(value: number): void {
    const index = this.#firstEndingFrom(value);
    this.#from.splice(0, index);
    this.#to.splice(0, index);
    if ((this.#from[0] ?? Infinity) < value) this.#from[0] = value;
  }

  /** Forgets all numbers. @returns the ranges as they were. */
  takeAll(): [from: number, to: number][] {
    const ranges = this.ranges();
    this.#from.length = 0;
    this.#to.length = 0;
    return ranges;
  }

  /** Index of the first range whose end is `value` or higher. */
  #firstEndingFrom(value: number): number {
    return lowerBound(this.#to, value);
  }

  /** Index of the first range whose start is higher than `value`. */
  #firstStartingAfter(value: number): number {
    return lowerBound(this.#from, value + 1);
  }
}

function lowerBound(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
