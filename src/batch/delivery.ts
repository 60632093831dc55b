import type { Settler } from './settler.js';
import type { WaitingBatch } from './waiting-batch.js';

const NOBODY: readonly Settler[] = [];

/**
 * The rows of one batch on their way, and how far they have come.
 *
 * Rows before `done` are settled. The next send takes the rows up to `end`, the top of a stack of
 * ends: splitting pushes a nearer end, and when the rows up to it are settled the next end is the
 * one below. So halves, quarters and so on are always sent oldest first.
 */
export class Delivery<T> {
  /** Rows of the delivery, oldest first; settled ones stay, so that indices hold. */
  readonly items: readonly T[];
  /** When the oldest row came, in monotonic milliseconds. */
  readonly oldestAt: number;
  readonly #firstSequence: number;
  readonly #settlers: Map<number, Settler[]> | undefined;
  readonly #keys: readonly unknown[] | undefined;
  /** Position of the first row in the batch, which settlers and keys count from. */
  readonly #offset: number;
  #ends: number[];
  #done = 0;
  /** Sends so far. */
  attempts = 0;
  /** Searches for a part that passes, in vain, since a row was last settled. */
  searches = 0;
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

  /** Number of the oldest row that is not settled. */
  get sequence(): number {
    return this.sequenceAt(this.#done);
  }

  /** Number of the row at `index`, the same in every send of it. */
  sequenceAt(index: number): number {
    return this.#firstSequence + index;
  }

  /** Key of a row, where rows have keys. */
  keyAt(index: number): unknown {
    return this.#keys?.[index + this.#offset];
  }

  /** Counts the rows before `index` as settled. */
  advance(index: number): void {
    this.#done = index;
    this.searches = 0;
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
