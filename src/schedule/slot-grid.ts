/**
 * The times at which one job is to run: `origin + index * period` for every whole `index`.
 *
 * Each time is computed from its index, never from the time before, so that no error adds up.
 */
export class SlotGrid {
  readonly #origin: number;
  readonly #period: number;

  /** Both in milliseconds. */
  constructor(origin: number, period: number) {
    this.#origin = origin;
    this.#period = period;
  }

  /** Time of a slot. */
  timeOf(index: number): number {
    return this.#origin + index * this.#period;
  }

  /** The last slot at `time` or before. */
  lastUntil(time: number): number {
    let index = Math.floor((time - this.#origin) / this.#period);
    // The division may be off by one where the period is a fraction.
    while (this.timeOf(index) > time) index--;
    while (this.timeOf(index + 1) <= time) index++;
    return index;
  }

  /** The first slot at `time` or after. */
  firstFrom(time: number): number {
    const index = this.lastUntil(time);
    return this.timeOf(index) === time ? index : index + 1;
  }
}
