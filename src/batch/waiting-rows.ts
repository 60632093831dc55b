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
  /** Whether a row's number is not enough to tell it from those of other lanes and runs. */
  readonly hasIdentities: boolean;
  /** Whether rows have a deadline. */
  readonly hasDeadline: boolean;
}

/** The clocks of a writer. */
interface WaitingClocks {
  /** Time of ages. */
  readonly now: () => number;
  /** Time of deadlines. */
  readonly ioNow: () => number;
}

/** A row that was given up before it was sent. */
interface DroppedRow {
  /** What tells it from all others. */
  readonly identity: number;
  /** Who waits for it. */
  readonly settlers: readonly Settler[];
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
  readonly #clocks: WaitingClocks;
  readonly #places: Map<unknown, Place<T>> | undefined;
  #first: WaitingBatch<T> | undefined;
  #last: WaitingBatch<T> | undefined;
  /** Rows of the batch that takes rows now. */
  #items: T[] = [];
  /** Rows that it takes before anything has to be looked at. */
  #free = 0;
  /** Number of the newest row of those batches that have left. */
  #sequence = 0;
  /** Rows of all batches but the last. */
  #sizeBefore = 0;

  constructor(limits: WaitingLimits, clocks: WaitingClocks) {
    this.#limits = limits;
    this.#maxItems = limits.maxItems;
    this.#clocks = clocks;
    if (limits.hasKeys) this.#places = new Map();
  }

  /** The oldest batch, which is the next to be sent. */
  get first(): WaitingBatch<T> | undefined {
    return this.#first;
  }

  /** Rows waiting. */
  get size(): number {
    return this.#sizeBefore + (this.#last?.size ?? 0);
  }

  /** Number of the newest row that took a place. 0 before the first. */
  get lastSequence(): number {
    return Math.max(this.#sequence, this.#last?.lastSequence ?? this.#sequence);
  }

  // Hot path: once per row; no allocation but the array's growth.
  /** Adds a row to the batch that takes rows. Returns false, and adds nothing, when that needs `push`. */
  pushFreely(item: T): boolean {
    if (this.#free === 0) return false;
    this.#free--;
    this.#items.push(item);
    return true;
  }

  /** Lets `pushFreely` add rows as long as the batch has room: at most `most`, and not the one that fills it. */
  allow(most: number): void {
    const batch = this.#open;
    if (batch === undefined) return;
    this.#items = batch.items;
    this.#free = Math.max(Math.min(most, this.#maxItems - 1 - batch.items.length), 0);
  }

  /** Adds a row and returns whether the chain has something new to be sent: a first row, or a full batch. */
  push(item: T): boolean {
    const batch = this.#open ?? this.#begin();
    const length = batch.items.push(item);
    this.#free = 0;
    // Dropped rows count: a batch that only ever lost and gained rows would grow without end.
    if (length >= this.#maxItems) batch.isSealed = true;
    return length === 1 || batch.isSealed;
  }

  /** As `push`, for a row with a size, a key or somebody who waits for it. */
  pushWith(item: T, facts: RowFacts, identity: number): boolean {
    const isDue = this.#sealUnlessFits(facts.size);
    const isNew = this.push(item);
    const batch = this.#last;
    if (batch === undefined) return isNew;
    batch.identities?.push(identity);
    this.#keep(batch, batch.items.length - 1, facts);
    return isNew || isDue || batch.isSealed;
  }

  /** Whether a row of this key waits. */
  hasKey(key: unknown): boolean {
    return this.#places?.has(key) === true;
  }

  /**
   * Puts a row in the place of the one of the same key that waits.
   * @returns the identity of the replaced row; undefined when there is none.
   */
  replace(item: T, { size, key, settler, isUrgent }: RowFacts, identity: number): number | undefined {
    const place = this.#places?.get(key);
    if (place === undefined) return undefined;
    const { batch, index } = place;
    const replaced = batch.identities?.[index] ?? batch.firstSequence + index;
    batch.items[index] = item;
    // Its own identity: the replaced row may have been stored under the old one, by a run before this.
    if (batch.identities !== undefined) batch.identities[index] = identity;
    if (batch.arrivals !== undefined) batch.arrivals[index] = this.#clocks.ioNow();
    batch.resize(index, size);
    if (isUrgent || batch.bytes >= this.#limits.maxBytes) batch.isSealed = true;
    if (settler !== undefined) batch.addSettler(index, settler);
    return replaced;
  }

  /** Puts the rows of another chain before all others. Their numbers have to be lower, and no key may be in both. */
  prepend(other: WaitingRows<T>): void {
    if (other.#last === undefined) return;
    other.#last.isSealed ||= this.#first !== undefined;
    other.#last.next = this.#first;
    this.#first = other.#first;
    this.#sizeBefore += this.#last === undefined ? other.#sizeBefore : other.size;
    this.#last ??= other.#last;
    for (const [key, place] of other.#places ?? []) this.#places?.set(key, place);
  }

  /** An empty chain of the same kind whose `count` rows will have the numbers up to 0. */
  emptyBefore(count: number): WaitingRows<T> {
    const chain = new WaitingRows<T>(this.#limits, this.#clocks);
    chain.#sequence = -count;
    return chain;
  }

  /** Lets the waiting row of a key stand for an older one, and whoever waited for that. Returns whether there is one. */
  succeed(key: unknown, settlers: readonly Settler[]): boolean {
    const place = this.#places?.get(key);
    if (place === undefined) return false;
    for (const settler of settlers) place.batch.addSettler(place.index, settler);
    return true;
  }

  /** Gives up the oldest waiting row. Returns undefined when no row waits. */
  dropOldest(): DroppedRow | undefined {
    const batch = this.#first;
    if (batch === undefined) return undefined;
    const index = batch.drop();
    const identity = batch.identities?.[index] ?? batch.firstSequence + index;
    if (batch !== this.#last) this.#sizeBefore--;
    this.#places?.delete(batch.keys?.[index]);
    if (batch.size === 0) this.#unlink(batch);
    const settlers = batch.settlers?.get(index) ?? [];
    batch.settlers?.delete(index);
    return { identity, settlers };
  }

  /** Makes everything that waits due. */
  seal(): void {
    this.#free = 0;
    if (this.#last !== undefined) this.#last.isSealed = true;
  }

  /** Takes the oldest batch, or its front as far as it fits into `maxBytes`; the rest stays first and is due. */
  take(): Delivery<T> | undefined {
    const batch = this.#first;
    if (batch === undefined) return undefined;
    const count = batch.countWithin(this.#limits.maxBytes);
    const isWhole = count === batch.size;
    const delivery = new Delivery(batch, count);
    this.#free = 0;
    // Rows that were sent are the sink's: nothing here keeps them.
    this.#items = [];
    if (batch !== this.#last) this.#sizeBefore -= count;
    if (!isWhole || this.#places !== undefined) this.#release(batch, count);
    if (isWhole) this.#unlink(batch);
    else batch.isSealed = true;
    return delivery;
  }

  get #open(): WaitingBatch<T> | undefined {
    return this.#last?.isSealed === false ? this.#last : undefined;
  }

  #begin(): WaitingBatch<T> {
    const batch = new WaitingBatch<T>(this.lastSequence + 1, this.#clocks.now());
    if (this.#limits.keepsTimes) batch.times = [];
    if (this.#limits.maxBytes !== Infinity) batch.sizes = [];
    if (this.#places !== undefined) batch.keys = [];
    if (this.#limits.hasIdentities) batch.identities = [];
    if (this.#limits.hasDeadline) batch.arrivals = [];
    if (this.#last === undefined) this.#first = batch;
    else {
      this.#sizeBefore += this.#last.size;
      this.#last.next = batch;
    }
    this.#last = batch;
    return batch;
  }

  #sealUnlessFits(size: number): boolean {
    const batch = this.#open;
    if (batch === undefined || batch.size === 0 || batch.bytes + size <= this.#limits.maxBytes) return false;
    batch.isSealed = true;
    return true;
  }

  #keep(batch: WaitingBatch<T>, index: number, { size, key, settler, isUrgent }: RowFacts): void {
    batch.times?.push(this.#clocks.now());
    batch.arrivals?.push(this.#clocks.ioNow());
    if (batch.keys !== undefined) {
      batch.keys.push(key);
      if (key !== undefined) this.#places?.set(key, { batch, index });
    }
    batch.resize(index, size);
    if (isUrgent || batch.bytes >= this.#limits.maxBytes) batch.isSealed = true;
    if (settler !== undefined) batch.addSettler(index, settler);
  }

  #release(batch: WaitingBatch<T>, count: number): void {
    for (let released = 0; released < count; released++) {
      const index = batch.drop();
      this.#places?.delete(batch.keys?.[index]);
    }
  }

  #unlink(batch: WaitingBatch<T>): void {
    this.#sequence = Math.max(this.#sequence, batch.lastSequence);
    this.#first = batch.next;
    if (this.#first === undefined) this.#last = undefined;
  }
}
