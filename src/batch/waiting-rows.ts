import { Delivery } from './delivery.js';
import type { Settler } from './settler.js';
import { type Place, type RowFacts, WaitingBatch } from './waiting-batch.js';

/** What shapes the batches. */
interface WaitingLimits {
  /** Rows that fill a batch. */
  readonly maxItems: number;
  /** Infinity without a limit; then sizes are not kept. */
  readonly maxBytes: number;
  /** Whether a row may replace a waiting one of its key. */
  readonly hasKeys: boolean;
  /** Whether the oldest row may be dropped. */
  readonly keepsTimes: boolean;
}

/**
 * The rows not yet sent, oldest first, as a chain of batches of which the last is open.
 *
 * A batch is sealed when it is full, and a sealed batch is due. Sequence numbers rise by one per row that
 * takes a place; a row that replaces another keeps that one's number, as it was never sent.
 */
export class WaitingRows<T> {
  readonly #limits: WaitingLimits;
  readonly #maxItems: number;
  readonly #now: () => number;
  readonly #places: Map<unknown, Place<T>> | undefined;
  #first: WaitingBatch<T> | undefined;
  #last: WaitingBatch<T> | undefined;
  #sequence = 0;
  #size = 0;

  constructor(limits: WaitingLimits, now: () => number) {
    this.#limits = limits;
    this.#maxItems = limits.maxItems;
    this.#now = now;
    if (limits.hasKeys) this.#places = new Map();
  }

  /** The oldest batch, which is the next to be sent. */
  get first(): WaitingBatch<T> | undefined {
    return this.#first;
  }

  /** Rows waiting. */
  get size(): number {
    return this.#size;
  }

  /** Number of the newest row that took a place. 0 before the first. */
  get lastSequence(): number {
    return this.#sequence;
  }

  // Hot path: once per row; allocates only with the first row of a batch.
  /** Adds a row and returns whether the chain has something new to be sent: a first row, or a full batch. */
  push(item: T): boolean {
    const batch = this.#open ?? this.#begin();
    const length = batch.items.push(item);
    this.#sequence++;
    this.#size++;
    // Dropped rows count: a batch that only ever lost and gained rows would grow without end.
    if (length >= this.#maxItems) batch.isSealed = true;
    return length === 1 || batch.isSealed;
  }

  /** As `push`, for a row with a size, a key or somebody who waits for it. */
  pushWith(item: T, facts: RowFacts): boolean {
    const isDue = this.#sealUnlessFits(facts.size);
    const isNew = this.push(item);
    const batch = this.#last;
    if (batch === undefined) return isNew;
    this.#keep(batch, batch.items.length - 1, facts);
    return isNew || isDue || batch.isSealed;
  }

  /** Puts a row in the place of the one of the same key that waits. Returns whether there is one. */
  replace(item: T, { size, key, settler }: RowFacts): boolean {
    const place = this.#places?.get(key);
    if (place === undefined) return false;
    const { batch, index } = place;
    batch.items[index] = item;
    batch.resize(index, size);
    if (batch.bytes >= this.#limits.maxBytes) batch.isSealed = true;
    if (settler !== undefined) batch.addSettler(index, settler);
    return true;
  }

  /** Lets the waiting row of a key stand for an older one, and whoever waited for that. Returns whether there is one. */
  succeed(key: unknown, settlers: readonly Settler[]): boolean {
    const place = this.#places?.get(key);
    if (place === undefined) return false;
    for (const settler of settlers) place.batch.addSettler(place.index, settler);
    return true;
  }

  /** Gives up the oldest waiting row. Returns who waits for it, or undefined when no row waits. */
  dropOldest(): readonly Settler[] | undefined {
    const batch = this.#first;
    if (batch === undefined) return undefined;
    const index = batch.drop();
    this.#size--;
    this.#places?.delete(batch.keys?.[index]);
    if (batch.size === 0) this.#unlink(batch);
    const settlers = batch.settlers?.get(index) ?? [];
    batch.settlers?.delete(index);
    return settlers;
  }

  /** Makes everything that waits due. */
  seal(): void {
    if (this.#last !== undefined) this.#last.isSealed = true;
  }

  /** Takes the oldest batch, or its front as far as it fits into `maxBytes`; the rest stays first and is due. */
  take(): Delivery<T> | undefined {
    const batch = this.#first;
    if (batch === undefined) return undefined;
    const count = batch.countWithin(this.#limits.maxBytes);
    const isWhole = count === batch.size;
    const delivery = new Delivery(batch, count);
    if (!isWhole || this.#places !== undefined) this.#release(batch, count);
    this.#size -= count;
    if (isWhole) this.#unlink(batch);
    else batch.isSealed = true;
    return delivery;
  }

  get #open(): WaitingBatch<T> | undefined {
    return this.#last?.isSealed === false ? this.#last : undefined;
  }

  #begin(): WaitingBatch<T> {
    const batch = new WaitingBatch<T>(this.#sequence + 1, this.#now());
    if (this.#limits.keepsTimes) batch.times = [];
    if (this.#limits.maxBytes !== Infinity) batch.sizes = [];
    if (this.#places !== undefined) batch.keys = [];
    if (this.#last === undefined) this.#first = batch;
    else this.#last.next = batch;
    this.#last = batch;
    return batch;
  }

  #sealUnlessFits(size: number): boolean {
    const batch = this.#open;
    if (batch === undefined || batch.size === 0 || batch.bytes + size <= this.#limits.maxBytes) return false;
    batch.isSealed = true;
    return true;
  }

  #keep(batch: WaitingBatch<T>, index: number, { size, key, settler }: RowFacts): void {
    batch.times?.push(this.#now());
    if (batch.keys !== undefined) {
      batch.keys.push(key);
      this.#places?.set(key, { batch, index });
    }
    batch.resize(index, size);
    if (batch.bytes >= this.#limits.maxBytes) batch.isSealed = true;
    if (settler !== undefined) batch.addSettler(index, settler);
  }

  #release(batch: WaitingBatch<T>, count: number): void {
    for (let released = 0; released < count; released++) {
      const index = batch.drop();
      this.#places?.delete(batch.keys?.[index]);
    }
  }

  #unlink(batch: WaitingBatch<T>): void {
    this.#first = batch.next;
    if (this.#first === undefined) this.#last = undefined;
  }
}
