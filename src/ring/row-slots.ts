/** Time of a value that a row does not have. */
const NEVER = -Infinity;

/**
 * The rows of the last few periods: a value per symbol, and the time of the update it came with.
 *
 * A row is named by the number of its period and kept in slot number modulo slots, until a row that is `slots`
 * periods away takes the slot. Its owner never asks for two rows that far apart.
 */
export class RowSlots {
  readonly #width: number;
  readonly #mask: number;
  readonly #values: Float64Array;
  readonly #times: Float64Array;
  /** Which row is in a slot. */
  readonly #periods: Float64Array;
  /** How many symbols of the row in a slot have an update of their own. */
  readonly #updated: Int32Array;

  /** `slots` is a power of two. */
  constructor(slots: number, width: number) {
    this.#width = width;
    this.#mask = slots - 1;
    this.#values = new Float64Array(slots * width);
    this.#times = new Float64Array(slots * width);
    this.#periods = new Float64Array(slots).fill(NaN);
    this.#updated = new Int32Array(slots);
  }

  /** How many symbols of a row have an update of their own; -1 when there is no row of this period. */
  updated(period: number): number {
    // Bitwise operators take a number modulo 2^32, which keeps its lowest bits, also of a negative one.
    const slot = period & this.#mask;
    // Casts here and below: positions are within the arrays.
    return this.#periods[slot] === period ? (this.#updated[slot] as number) : -1;
  }

  /** Takes an update, unless the row has a newer one of that symbol: then false. Hot path. */
  put(period: number, column: number, time: number, value: number): boolean {
    this.open(period);
    const at = this.#at(period, column);
    const before = this.#times[at] as number;
    if (time < before) return false;
    if (before === NEVER) this.#updated[period & this.#mask] = this.updated(period) + 1;
    this.#times[at] = time;
    this.#values[at] = value;
    return true;
  }

  /** Makes an empty row of a period that has none. */
  open(period: number): void {
    if (this.updated(period) >= 0) return;
    const slot = period & this.#mask;
    this.#periods[slot] = period;
    this.#updated[slot] = 0;
    this.#times.fill(NEVER, slot * this.#width, (slot + 1) * this.#width);
  }

  /** Carries a value into a row, unless its symbol has an update there: then false. */
  carry(period: number, column: number, value: number): boolean {
    const at = this.#at(period, column);
    if (this.#times[at] !== NEVER) return false;
    this.#values[at] = value;
    return true;
  }

  /** One value of a row. */
  value(period: number, column: number): number {
    return this.#values[this.#at(period, column)] as number;
  }

  /** The values of a row, in an array of its own. */
  copy(period: number): Float64Array {
    const from = this.#at(period, 0);
    return this.#values.slice(from, from + this.#width);
  }

  #at(period: number, column: number): number {
    return (period & this.#mask) * this.#width + column;
  }
}
