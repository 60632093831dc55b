import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';

const OWNER = 'RollingCorrelation';

/**
 * The times of the newest bars, by which a late bar finds its place. Either all bars have one or none.
 *
 * Arrays are indexed within bounds: the casts drop an `undefined` that cannot occur.
 */
export class BarTimes {
  readonly #times: Float64Array;
  #count = 0;
  #slot = -1;
  #isUsed: boolean | undefined;

  /** `depth` is the number of bars that can be found. */
  constructor(depth: number) {
    this.#times = new Float64Array(depth);
  }

  /** What a snapshot has to keep. */
  get kept(): readonly Float64Array[] {
    return [this.#times];
  }

  /** The state in numbers, for a snapshot: bars with a place, the newest one's, and whether they have times. */
  get marks(): readonly [count: number, slot: number, isUsed: boolean | null] {
    return [this.#count, this.#slot, this.#isUsed ?? null];
  }

  /** Takes over the numbers of a snapshot. */
  restore([count, slot, isUsed]: BarTimes['marks']): void {
    this.#count = count;
    this.#slot = slot;
    this.#isUsed = isUsed ?? undefined;
  }

  /**
   * Whether a bar of this time is newer than all before. Bars without times are.
   * @throws ArgumentError when the time is not a finite number, or bars before had one and this has none, or the
   * other way round.
   */
  isNewer(ts: number | undefined): boolean {
    if (ts !== undefined) requireTime(ts);
    if (this.#isUsed !== undefined && this.#isUsed !== (ts !== undefined)) {
      throw new ArgumentError(`${OWNER}: ts must be given for all bars or for none, got ${show(ts)}`);
    }
    return ts === undefined || this.#count === 0 || ts > (this.#times[this.#slot] as number);
  }

  /** Adds the newest bar. */
  push(ts: number | undefined): void {
    this.#isUsed = ts !== undefined;
    this.#slot = this.#slot + 1 === this.#times.length ? 0 : this.#slot + 1;
    if (this.#count < this.#times.length) this.#count++;
    this.#times[this.#slot] = ts ?? NaN;
  }

  /**
   * How many bars back the bar of a time is; undefined when there is none.
   * @throws ArgumentError when the time is not a finite number, or bars have no times.
   */
  ageOf(ts: number): number | undefined {
    requireTime(ts);
    if (this.#isUsed !== true) throw new ArgumentError(`${OWNER}: ts must be left out, since bars have none`);
    let low = 0;
    let high = this.#count - 1;
    while (low <= high) {
      const age = (low + high) >>> 1;
      const time = this.#at(age);
      if (time === ts) return age;
      if (time > ts) low = age + 1;
      else high = age - 1;
    }
    return undefined;
  }

  #at(age: number): number {
    const slot = this.#slot >= age ? this.#slot - age : this.#slot - age + this.#times.length;
    return this.#times[slot] as number;
  }
}

function requireTime(ts: unknown): void {
  if (!Number.isFinite(ts)) throw new ArgumentError(`${OWNER}: ts must be a finite number, got ${show(ts)}`);
}
