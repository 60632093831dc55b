/** Where new entries wait until it is known how often they are asked for. */
export const WINDOW = 0;
/** Where entries are from which the next to go is taken. */
export const PROBATION = 1;
/** Where entries are that were used since they came into probation. */
export const PROTECTED = 2;

/** One of the three queues. */
export type Queue = typeof WINDOW | typeof PROBATION | typeof PROTECTED;

/** Slots that stand for the ends of the queues; entries have the slots after them. */
export const FIRST_SLOT = 3;

/**
 * Three queues of slots, oldest use first, and the sum of the bytes in each. Hot path: numbers in typed arrays, no
 * objects. A queue is a ring through its own slot, 0 to 2.
 */
export class SlotQueues {
  /** Slots in each queue. */
  readonly counts: [number, number, number] = [0, 0, 0];
  /** Bytes in each queue. */
  readonly bytes: [number, number, number] = [0, 0, 0];
  #older: Uint32Array;
  #newer: Uint32Array;
  #queues: Uint8Array;
  readonly #isSized: boolean;
  #sizes: Float64Array;

  /** Makes empty queues for slots below `capacity`. Bytes are 0 unless `isSized`. */
  constructor(capacity: number, isSized: boolean) {
    this.#older = new Uint32Array(capacity);
    this.#newer = new Uint32Array(capacity);
    this.#queues = new Uint8Array(capacity);
    this.#isSized = isSized;
    this.#sizes = new Float64Array(isSized ? capacity : 0);
    for (let end = 0; end < FIRST_SLOT; end++) this.#older[end] = this.#newer[end] = end;
  }

  /** Makes room for slots below `capacity`. */
  grow(capacity: number): void {
    this.#older = enlarge(this.#older, new Uint32Array(capacity));
    this.#newer = enlarge(this.#newer, new Uint32Array(capacity));
    this.#queues = enlarge(this.#queues, new Uint8Array(capacity));
    if (this.#isSized) this.#sizes = enlarge(this.#sizes, new Float64Array(capacity));
  }

  /** The queue that a slot is in. */
  queueOf(slot: number): Queue {
    // Only `place` writes it.
    return (this.#queues[slot] ?? WINDOW) as Queue;
  }

  /** Bytes of a slot. */
  sizeOf(slot: number): number {
    return this.#isSized ? (this.#sizes[slot] ?? 0) : 0;
  }

  /** The slot in a queue whose use is longest ago; below FIRST_SLOT when there is none. */
  oldest(queue: Queue): number {
    return this.#newer[queue] ?? 0;
  }

  /** The slot after this one in its queue; below FIRST_SLOT when there is none. */
  newerThan(slot: number): number {
    return this.#newer[slot] ?? 0;
  }

  /** The slots of a queue, the one used last first. */
  *newestFirst(queue: Queue): Generator<number> {
    for (let slot = this.#older[queue] ?? 0; slot >= FIRST_SLOT; slot = this.#older[slot] ?? 0) yield slot;
  }

  /** Puts a slot that is in no queue at the newest end of one. */
  add(slot: number, queue: Queue, size: number): void {
    if (this.#isSized) this.#sizes[slot] = size;
    this.#place(slot, queue, this.#older[queue] ?? 0);
  }

  /** Puts a slot that is in no queue at the oldest end of one. */
  addOldest(slot: number, queue: Queue, size: number): void {
    if (this.#isSized) this.#sizes[slot] = size;
    this.#place(slot, queue, queue);
  }

  /** Moves a slot to the newest end of a queue. */
  move(slot: number, queue: Queue): void {
    // Nothing to do for what is used again and again.
    if (this.#older[queue] === slot) return;
    this.remove(slot);
    this.#place(slot, queue, this.#older[queue] ?? 0);
  }

  /** Takes a slot out of its queue. */
  remove(slot: number): void {
    const older = this.#older[slot] ?? 0;
    const newer = this.#newer[slot] ?? 0;
    this.#newer[older] = newer;
    this.#older[newer] = older;
    const queue = this.queueOf(slot);
    this.counts[queue]--;
    this.bytes[queue] -= this.sizeOf(slot);
  }

  #place(slot: number, queue: Queue, older: number): void {
    const newer = this.#newer[older] ?? 0;
    this.#older[slot] = older;
    this.#newer[slot] = newer;
    this.#newer[older] = slot;
    this.#older[newer] = slot;
    this.#queues[slot] = queue;
    this.counts[queue]++;
    this.bytes[queue] += this.sizeOf(slot);
  }
}

function enlarge<T extends Uint8Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
