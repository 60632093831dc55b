import { hasRoom, type LimitWindow } from './window-limit.js';

/** Slots of a new log; it doubles as needed. */
const FIRST_SLOTS = 8;

/**
 * Most slots of a log, 1 MiB. What starts while it is full joins the newest slot and counts as long as that one does,
 * so that the limit holds and only the exact time is lost.
 */
const MOST_SLOTS = 65_536;

/**
 * At most `limit` within any stretch of `interval` milliseconds: what starts at t counts until t + interval.
 *
 * A log of what started, as a ring: exact for any weights, unlike a bucket that fills evenly.
 */
export class RollingWindow implements LimitWindow {
  readonly #interval: number;
  #limit: number;
  /** When each slot stops counting, oldest first from `#head`. */
  #ends = new Float64Array(FIRST_SLOTS);
  #amounts = new Float64Array(FIRST_SLOTS);
  #head = 0;
  #size = 0;
  #used = 0;

  constructor(limit: number, interval: number) {
    this.#limit = limit;
    this.#interval = interval;
  }

  /** What may start within a window. */
  get limit(): number {
    return this.#limit;
  }

  /** Another limit holds from now on; what has started stays counted. */
  setLimit(limit: number): void {
    this.#limit = limit;
  }

  /** What has started within the interval before `now`. */
  usedAt(now: number): number {
    this.#expire(now);
    return this.#used;
  }

  /** The earliest time from `now` on when `amount` fits; Infinity when it is above the limit. */
  freeAt(now: number, amount: number): number {
    if (!hasRoom(0, amount, this.#limit)) return Infinity;
    this.#expire(now);
    let used = this.#used;
    let end = now;
    for (let index = 0; index < this.#size && !hasRoom(used, amount, this.#limit); index++) {
      const slot = this.#slotOf(index);
      used -= this.#amounts[slot] ?? 0;
      end = this.#ends[slot] ?? now;
    }
    return end;
  }

  /** Counts a start until the interval is over. */
  take(now: number, amount: number): void {
    this.#expire(now);
    this.#add(now + this.#interval, amount);
  }

  /** Adds what the venue counts beyond what is known here, until `until` or for an interval. */
  settle(now: number, used: number, until = Infinity): void {
    const missing = used - this.usedAt(now);
    // Whatever the venue says, nothing counts for longer than an interval.
    if (missing > 0) this.#add(Math.min(until, now + this.#interval), missing);
  }

  #expire(now: number): void {
    for (; this.#size > 0 && (this.#ends[this.#head] ?? 0) <= now; this.#size--) {
      this.#used -= this.#amounts[this.#head] ?? 0;
      this.#head = this.#slotOf(1);
    }
    // Rounding does not outlive the log.
    if (this.#size === 0) this.#used = 0;
  }

  #add(until: number, amount: number): void {
    if (amount === 0) return;
    this.#used += amount;
    const newest = this.#slotOf(this.#size - 1);
    // Slots end in order, so that the head is always the first to end.
    const end = this.#size === 0 ? until : Math.max(until, this.#ends[newest] ?? 0);
    if (this.#size > 0 && (end === this.#ends[newest] || this.#size === MOST_SLOTS)) {
      this.#ends[newest] = end;
      this.#amounts[newest] = (this.#amounts[newest] ?? 0) + amount;
      return;
    }
    if (this.#size === this.#ends.length) this.#grow();
    const slot = this.#slotOf(this.#size++);
    this.#ends[slot] = end;
    this.#amounts[slot] = amount;
  }

  #slotOf(index: number): number {
    return (this.#head + index) & (this.#ends.length - 1);
  }

  #grow(): void {
    this.#ends = this.#unrolled(this.#ends);
    this.#amounts = this.#unrolled(this.#amounts);
    this.#head = 0;
  }

  /** A copy of twice the length with the oldest slot first. */
  #unrolled(values: Float64Array): Float64Array<ArrayBuffer> {
    const longer = new Float64Array(values.length * 2);
    longer.set(values.subarray(this.#head));
    longer.set(values.subarray(0, this.#head), values.length - this.#head);
    return longer;
  }
}
