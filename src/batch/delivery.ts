import type { Settler } from './settler.js';
import type { WaitingBatch } from './waiting-batch.js';

const NOBODY: readonly Settler[] = [];

/** What is known of a row before those in front of it are settled. */
type Fate = { readonly isStored: true } | { readonly isStored: false; readonly error: unknown };

/** The rows of one send. */
export interface Parcel<T> {
  /** Rows to send, oldest first. */
  readonly items: readonly T[];
  /** Index in the delivery of each, where they do not follow one another. */
  readonly indices: readonly number[] | undefined;
  /** Index in the delivery of the first row that the send settles. */
  readonly from: number;
}

/**
 * The rows of one batch on their way, and how far they have come.
 *
 * Rows before `done` are settled. The next send takes the rows up to `end`, the top of a stack of
 * ends: splitting pushes a nearer end, and when the rows up to it are settled the next end is the
 * one below. So halves, quarters and so on are always sent oldest first. A row whose fate is known is left out of
 * later sends, and settled in its turn.
 */
export class Delivery<T> {
  /** Rows of the delivery, oldest first; settled ones stay, so that indices hold. */
  readonly items: readonly T[];
  /** When the oldest row came, in monotonic milliseconds of `clock`. */
  readonly oldestAt: number;
  readonly #firstSequence: number;
  readonly #settlers: Map<number, Settler[]> | undefined;
  readonly #keys: readonly unknown[] | undefined;
  readonly #identities: readonly number[] | undefined;
  readonly #arrivals: readonly number[] | undefined;
  /** Position of the first row in the batch, which settlers, keys and so on count from. */
  readonly #offset: number;
  #fates: Map<number, Fate> | undefined;
  #ends: number[];
  #done = 0;
  /** Sends so far. */
  attempts = 0;
  /** Neighbours that failed as well, since a row was last settled. */
  deadEnds = 0;
  /** Neighbours that passed while the first row failed, since a row was last settled. */
  passes = 0;
  /** Whether some rows were written after the batch had failed. */
  hasPassed = false;

  /** Takes the first `count` rows of a batch, which is not added to any more. */
  constructor(batch: WaitingBatch<T>, count: number) {
    const { head, items } = batch;
    this.items = count === items.length ? items : items.slice(head, head + count);
    this.oldestAt = batch.oldestAt;
    this.#firstSequence = batch.firstSequence + head;
    this.#settlers = batch.settlers;
    this.#keys = batch.keys;
    this.#identities = batch.identities;
    this.#arrivals = batch.arrivals;
    this.#offset = head;
    this.#ends = [count];
  }

  /** Index of the first row that is not settled. */
  get done(): number {
    return this.#done;
  }

  /** Index after the last row of the next send. */
  get end(): number {
    return this.#ends.at(-1) ?? this.items.length;
  }

  /** Rows not settled. */
  get left(): number {
    return this.items.length - this.#done;
  }

  /** Number in its lane of the oldest row that is not settled. */
  get sequence(): number {
    return this.sequenceAt(this.#done);
  }

  /** Number in its lane of the row at `index`. */
  sequenceAt(index: number): number {
    return this.#firstSequence + index;
  }

  /** What tells the row from all others, the same in every send of it. */
  identityAt(index: number): number {
    return this.#identities?.[index + this.#offset] ?? this.sequenceAt(index);
  }

  /** Calls back with the first and last identity of each run of rows before `end`, not settled, that follow one another. */
  eachRange(end: number, callback: (from: number, to: number) => void): void {
    for (let index = this.#done; index < end;) {
      const from = this.identityAt(index++);
      let to = from;
      while (index < end && this.identityAt(index) === to + 1) {
        to++;
        index++;
      }
      callback(from, to);
    }
  }

  /** Key of a row, where rows have keys. */
  keyAt(index: number): unknown {
    return this.#keys?.[index + this.#offset];
  }

  /** When a row came, in milliseconds of `ioClock`; Infinity where rows have no deadline. */
  arrivalAt(index: number): number {
    return this.#arrivals?.[index + this.#offset] ?? Infinity;
  }

  /** Rows to send of those from `from` to below `end`. */
  parcel(from: number, end: number): Parcel<T> {
    const isWhole = from === 0 && end === this.items.length;
    if (this.#fates === undefined) {
      return { items: isWhole ? this.items : this.items.slice(from, end), indices: undefined, from };
    }
    const items: T[] = [];
    const indices: number[] = [];
    for (const [offset, item] of this.items.slice(from, end).entries()) {
      if (this.#fates.has(from + offset)) continue;
      items.push(item);
      indices.push(from + offset);
    }
    return { items, indices, from };
  }

  /** Settles a row ahead of its turn. */
  decide(index: number, fate: Fate): void {
    this.#fates ??= new Map();
    this.#fates.set(index, fate);
  }

  /** Errors, by index, of rows before `end` that were decided upon. */
  decidedErrors(end: number): [index: number, error: unknown][] {
    const errors: [number, unknown][] = [];
    for (const [index, fate] of this.#fates ?? []) {
      if (!fate.isStored && index >= this.#done && index < end) errors.push([index, fate.error]);
    }
    return errors;
  }

  /** Whether the fate of a row is known. */
  isDecided(index: number): boolean {
    return this.#fates?.has(index) === true;
  }

  /** Whether a row was stored ahead of its turn. */
  isStoredAt(index: number): boolean {
    return this.#fates?.get(index)?.isStored === true;
  }

  /** Identities of the rows not settled in their turn that were stored ahead of it. */
  get storedAhead(): number[] {
    return this.#left((index) => this.isStoredAt(index));
  }

  /** Identities of the rows not settled, but for those stored ahead of their turn. */
  get identitiesLeft(): number[] {
    return this.#left((index) => !this.isStoredAt(index));
  }

  #left(isMeant: (index: number) => boolean): number[] {
    const identities: number[] = [];
    for (let index = this.#done; index < this.items.length; index++) {
      if (isMeant(index)) identities.push(this.identityAt(index));
    }
    return identities;
  }

  /** Counts the rows before `index` as settled. */
  advance(index: number): void {
    this.#done = index;
    this.deadEnds = 0;
    this.passes = 0;
    while (this.#ends.length > 1 && this.end <= index) this.#ends.pop();
  }

  /** Halves the next send. Returns false when it is a single row. */
  split(): boolean {
    const width = this.end - this.#done;
    if (width < 2) return false;
    this.#ends.push(this.#done + (width >> 1));
    return true;
  }

  /** Takes all splits back: the next send has all rows that are left. */
  widen(): void {
    this.#ends = [this.items.length];
  }

  /** Who waits for a row. */
  settlersOf(index: number): readonly Settler[] {
    return this.#settlers?.get(index + this.#offset) ?? NOBODY;
  }

  /** Whether anybody waits for a row. */
  get hasSettlers(): boolean {
    return this.#settlers !== undefined;
  }
}
