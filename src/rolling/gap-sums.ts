/** Of the bars in which one symbol has a gap, per other symbol what it has there. */
interface GapRow {
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

const EPSILON = 2 ** -52;

/**
 * What has to be taken off a symbol's sums to have them over the bars that another symbol shares.
 *
 * A pair covers the bars in which both have a value. Its sum of products needs no care, since a gap's deviation is 0.
 * Count, sum and square of one symbol over those bars are the ones over all its bars less those over the bars in
 * which the other has a gap. Only symbols with gaps have a row here, and only bars with gaps change one: without
 * gaps this costs nothing, with them O(symbols) for each.
 *
 * Deviations are of one bar, by symbol, NaN for a gap. Hot paths: no allocation but for a symbol's first gap. All
 * indices are symbols, so that casts drop an `undefined` that cannot occur.
 */
export class GapSums {
  /** Bound of the rounding error in any square of a symbol here. */
  readonly error: Float64Array;
  readonly #squares: Float64Array;
  readonly #rows: (GapRow | undefined)[];
  readonly #spare: GapRow[] = [];
  #used = 0;

  /** `squares` holds each symbol's sum of squares over all its bars; only read. */
  constructor(squares: Float64Array) {
    this.#squares = squares;
    this.error = new Float64Array(squares.length);
    this.#rows = Array.from(squares, () => undefined);
  }

  /** Whether any symbol has a gap. */
  get isUsed(): boolean {
    return this.#used > 0;
  }

  /** Symbols that have a row. */
  get symbols(): number[] {
    return this.#rows.flatMap((row, symbol) => (row === undefined ? [] : [symbol]));
  }

  /** The arrays of a symbol's row, made if there is none. */
  rowOf(symbol: number): readonly [counts: Float64Array, sums: Float64Array, squares: Float64Array] {
    const { counts, sums, squares } = this.#open(symbol);
    return [counts, sums, squares];
  }

  /** Takes over another one's symbols of these indices, in this order. */
  takeOver(other: GapSums, kept: readonly number[]): void {
    kept.forEach((from, to) => {
      this.error[to] = other.error[from] as number;
      const theirs = other.#rows[from];
      if (theirs === undefined) return;
      const { counts, sums, squares } = this.#open(to);
      kept.forEach((source, target) => {
        counts[target] = theirs.counts[source] as number;
        sums[target] = theirs.sums[source] as number;
        squares[target] = theirs.squares[source] as number;
      });
    });
  }

  /** Bars in which `symbol` has a value and `other` has none. */
  countBeside(symbol: number, other: number): number {
    return this.#rows[other]?.counts[symbol] ?? 0;
  }

  /** Sum of the deviations of `symbol` over those bars. */
  sumBeside(symbol: number, other: number): number {
    return this.#rows[other]?.sums[symbol] ?? 0;
  }

  /** Sum of their squares. */
  squareBeside(symbol: number, other: number): number {
    return this.#rows[other]?.squares[symbol] ?? 0;
  }

  /** Adds a bar that enters (`sign` 1) or takes off one that leaves (-1). */
  slide(deviations: Float64Array, size: number, sign: 1 | -1): void {
    for (let symbol = 0; symbol < size; symbol++) {
      if (Number.isNaN(deviations[symbol])) this.#addRow(symbol, deviations, size, sign);
    }
    for (let symbol = 0; symbol < size; symbol++) this.#widen(symbol, deviations[symbol] as number);
  }

  /** Changes one symbol's deviation in a bar. `deviations` are those of the bar; its own entry is not read. */
  replace(symbol: number, before: number, after: number, deviations: Float64Array, size: number): void {
    for (let other = 0; other < size; other++) {
      if (other === symbol || !Number.isNaN(deviations[other])) continue;
      const row = this.#open(other);
      this.#add(row, symbol, before, -1);
      this.#add(row, symbol, after, 1);
    }
    this.#widen(symbol, before);
    this.#widen(symbol, after);
    if (Number.isNaN(before) === Number.isNaN(after)) return;
    this.#addRow(symbol, deviations, size, Number.isNaN(after) ? 1 : -1, symbol);
    for (let other = 0; other < size; other++) this.#widen(other, deviations[other] as number);
  }

  /** Ends the row of a symbol without gaps. */
  close(symbol: number): void {
    const row = this.#rows[symbol];
    if (row === undefined) return;
    this.#rows[symbol] = undefined;
    this.#spare.push(row);
    this.#used--;
    if (this.#used === 0) this.error.fill(0);
  }

  /** Sets to nothing what all rows have of a symbol. */
  clearColumn(symbol: number): void {
    this.error[symbol] = 0;
    for (const row of this.#rows) {
      if (row === undefined) continue;
      row.counts[symbol] = row.sums[symbol] = row.squares[symbol] = 0;
    }
  }

  /** Adds one symbol's deviation in a bar in which `other` has a gap. */
  addCell(other: number, symbol: number, deviation: number): void {
    this.#add(this.#open(other), symbol, deviation, 1);
    this.#widen(symbol, deviation);
  }

  #addRow(symbol: number, deviations: Float64Array, size: number, sign: 1 | -1, without = -1): void {
    const row = this.#open(symbol);
    for (let other = 0; other < size; other++) {
      if (other !== without) this.#add(row, other, deviations[other] as number, sign);
    }
  }

  #add({ counts, sums, squares }: GapRow, symbol: number, deviation: number, sign: 1 | -1): void {
    if (Number.isNaN(deviation)) return;
    counts[symbol] = (counts[symbol] as number) + sign;
    sums[symbol] = (sums[symbol] as number) + sign * deviation;
    squares[symbol] = (squares[symbol] as number) + sign * (deviation * deviation);
  }

  // No square here is larger than the one over all bars.
  #widen(symbol: number, deviation: number): void {
    if (Number.isNaN(deviation)) return;
    const largest = Math.abs(this.#squares[symbol] as number) + deviation * deviation;
    this.error[symbol] = (this.error[symbol] as number) + 2 * EPSILON * largest;
  }

  #open(symbol: number): GapRow {
    const found = this.#rows[symbol];
    if (found !== undefined) return found;
    const row = this.#spare.pop() ?? this.#makeRow();
    row.counts.fill(0);
    row.sums.fill(0);
    row.squares.fill(0);
    this.#rows[symbol] = row;
    this.#used++;
    return row;
  }

  #makeRow(): GapRow {
    const array = (): Float64Array => new Float64Array(this.#squares.length);
    return { counts: array(), sums: array(), squares: array() };
  }
}
