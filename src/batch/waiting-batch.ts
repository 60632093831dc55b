import type { Settler } from './settler.js';

/** A row's place, for finding the one that a newer row of the same key replaces. */
export interface Place<T> {
  /** The batch it waits in. */
  readonly batch: WaitingBatch<T>;
  /** Index in `items` of that batch. */
  readonly index: number;
}

/** Per-row facts that only some options need; absent ones cost nothing. */
export interface RowFacts {
  /** Bytes of the row, with `maxBytes`. */
  readonly size: number;
  /** What `key` returned for the row; undefined without that option. */
  readonly key: unknown;
  /** What `partition` returned for the row; undefined without that option. */
  readonly partition: unknown;
  /** Whether the row's batch is due at once. */
  readonly isUrgent: boolean;
  /** Who waits for the row; undefined for one that came by `add`. */
  readonly settler: Settler | undefined;
}

/**
 * Rows that wait together and will be sent together.
 *
 * Time is read once per batch, when its first row comes: a clock call costs more than everything else
 * that adding a row does. Only where the oldest row can be dropped does each row
 * keep its own time, so that the age stays exact.
 */
export class WaitingBatch<T> {
  /** Rows in the order they came, dropped ones included. */
  readonly items: T[] = [];
  /** Number of the row at index 0. */
  readonly firstSequence: number;
  /** Rows before this index were dropped. */
  head = 0;
  /** Sizes of the rows from `head` on, added up; 0 while sizes are not kept. */
  bytes = 0;
  /** No row is added any more: the batch is due. */
  isSealed = false;
  /** When the oldest row came. */
  oldestAt: number;
  /** The batch that is sent after this one. */
  next: WaitingBatch<T> | undefined;
  /** When each row came, where the oldest can be dropped. */
  times: number[] | undefined;
  /** Bytes of each row, with `maxBytes`. */
  sizes: number[] | undefined;
  /** Key of each row, where rows have keys. */
  keys: unknown[] | undefined;
  /** What tells each row from all others, where that is not its number. */
  identities: number[] | undefined;
  /** When each row came by `ioClock`, where rows have a deadline. */
  arrivals: number[] | undefined;
  /** Who waits for a row, by its index; made with the first of them. */
  settlers: Map<number, Settler[]> | undefined;

  constructor(firstSequence: number, oldestAt: number) {
    this.firstSequence = firstSequence;
    this.oldestAt = oldestAt;
  }

  /** Rows waiting, dropped ones left out. */
  get size(): number {
    return this.items.length - this.head;
  }

  /** Number of the newest row; one below `firstSequence` without any. */
  get lastSequence(): number {
    return this.firstSequence + this.items.length - 1;
  }

  /** Lets somebody wait for the row at `index`, beside those who do already. */
  addSettler(index: number, settler: Settler): void {
    this.settlers ??= new Map();
    const there = this.settlers.get(index);
    if (there === undefined) this.settlers.set(index, [settler]);
    else there.push(settler);
  }

  /** Notes the bytes of a new row, or of one that took the place of another. */
  resize(index: number, size: number): void {
    if (this.sizes === undefined) return;
    this.bytes += size - (this.sizes[index] ?? 0);
    this.sizes[index] = size;
  }

  /** Gives up the oldest row and returns its index. */
  drop(): number {
    const index = this.head++;
    this.bytes -= this.sizes?.[index] ?? 0;
    this.oldestAt = this.times?.[this.head] ?? this.oldestAt;
    return index;
  }

  /** Rows from the front that fit into `maxBytes`, at least one. */
  countWithin(maxBytes: number): number {
    if (this.bytes <= maxBytes || this.sizes === undefined) return this.size;
    let bytes = 0;
    let index = this.head;
    do bytes += this.sizes[index++] ?? 0;
    while (index < this.items.length && bytes + (this.sizes[index] ?? 0) <= maxBytes);
    return index - this.head;
  }
}
