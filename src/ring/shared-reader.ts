import { ArgumentError, ClosedError } from '../core/errors.js';
import { show } from '../core/show.js';
import {
  ANNOUNCED,
  ENDED,
  HEAD,
  READER_SEAT,
  READERS_BELL,
  type SharedMemory,
  TAIL,
  WRITER_BELL,
} from './shared-memory.js';
import type { SharedShape } from './shared-options.js';
import { block, doze } from './shared-wait.js';

/**
 * Receives records that lie side by side: `values[from]` is the first field of the first of them, the next record
 * begins one record's length further, the last one ends before `to`. `missed` records were overwritten unread
 * right before the first; always 0 in a `single` ring.
 *
 * The values are valid until the function returns. It must not be asynchronous, nor write to them.
 */
export type RecordVisitor = (values: Float64Array, from: number, to: number, missed: number) => void;

/** What a {@link SharedReader} did: `published = start + read + lapped + pending`. */
export interface SharedReaderStats {
  /** Records published before the first that this reader could see. */
  readonly start: number;
  /** Records handed out. */
  readonly read: number;
  /** Records that the writer overwrote before this reader came to them; 0 in a `single` ring. */
  readonly lapped: number;
  /** Records published and not read yet, those included that are about to be found lapped. */
  readonly pending: number;
}

/** Numbers copied at a time, 16 kB: a copy small enough for the first cache, where the visitor finds it. */
const COPIED = 2_048;

/**
 * A reading end of a `SharedRing`, for one thread. `SharedRing.reader()` makes it.
 *
 * `poll` hands out what is there. Three ways to wait for more answer alike: `true` when there are records to
 * poll, `false` when the writer has ended and everything is read, a TimeoutError when neither came in time,
 * which is how the death of the writer's thread shows. Timeouts are real time: they watch a thread, not the market.
 *
 * Cost: in a `single` ring `poll` copies and allocates nothing. In a `broadcast` ring it copies each record once and
 * makes one view per 16 kB.
 *
 * @example
 * while (await reader.ready(5_000))
 *   reader.poll((values, from, to) => {
 *     for (let at = from; at < to; at += 2) model.update(values[at], values[at + 1]);
 *   });
 */
export class SharedReader implements Disposable {
  readonly #memory: SharedMemory;
  readonly #capacity: number;
  /** Where a broadcast's records are read from; undefined in a `single` ring. */
  readonly #copy: Float64Array | undefined;
  readonly #look = (): boolean | undefined => {
    this.#requireOpen();
    // In this order: a writer publishes before it ends.
    const isLast = Atomics.load(this.#memory.words, ENDED) === 1;
    if (this.#memory.count(HEAD) !== this.#position) return true;
    return isLast ? false : undefined;
  };
  /** The record to be read next. */
  #position: number;
  readonly #start: number;
  #lapped = 0;
  /** Of `#lapped`, what the visitor has not been told yet. */
  #missed = 0;
  #isPolling = false;
  #isEnded = false;

  /** @param memory Of which, in a `single` ring, this is the only reader. */
  constructor(memory: SharedMemory, { capacity, mode }: SharedShape) {
    const { stride } = memory;
    this.#memory = memory;
    this.#capacity = capacity;
    if (mode === 'broadcast')
      this.#copy = new Float64Array(Math.max(1, Math.min(capacity, Math.floor(COPIED / stride))) * stride);
    this.#start = this.#position = mode === 'broadcast' ? memory.count(HEAD) : memory.tail();
  }

  /**
   * Hands all records published by now to `visit`, oldest first, in as few calls as they lie in. Answers how many.
   *
   * A run counts as read once it is handed out: when `visit` throws, its error passes through, and the next poll
   * goes on behind that run. In a `single` ring the writer gets the room back as each call returns.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when `visit` is no function, or polls this reader itself.
   * @throws ClosedError (ERR_CLOSED) after `end()`.
   */
  poll(visit: RecordVisitor): number {
    this.#requireOpen();
    if (typeof visit !== 'function' || this.#isPolling)
      throw new ArgumentError(`SharedRing: poll takes a function, and not within itself, got ${show(visit)}`);
    this.#isPolling = true;
    try {
      return this.#copy === undefined ? this.#visitInPlace(visit) : this.#visitCopies(visit, this.#copy);
    } finally {
      this.#isPolling = false;
      if (this.#isEnded) this.#leave();
    }
  }

  /**
   * Waits while the event loop goes on, without using the processor, and at least one turn of it. Keeps the
   * thread alive meanwhile.
   *
   * @param timeout In milliseconds; Infinity waits for ever.
   * @returns Whether there are records to poll; false when there will be none any more.
   * @throws TimeoutError (ERR_TIMEOUT) when nothing comes. ClosedError (ERR_CLOSED) after `end()`, also when called
   * before. ArgumentError (ERR_INVALID_ARGUMENT) when `timeout` is no number. The promise rejects with them.
   */
  ready(timeout: number): Promise<boolean> {
    return doze(this.#memory, READERS_BELL, this.#look, timeout);
  }

  /** Waits by blocking the thread, event loop included. Otherwise as {@link ready}. */
  wait(timeout: number): boolean {
    return block(this.#memory, READERS_BELL, this.#look, timeout);
  }

  /** Waits by looking all the time: soonest to notice, at the price of a whole core. Otherwise as {@link wait}. */
  spin(timeout: number): boolean {
    return block(this.#memory, READERS_BELL, this.#look, timeout, true);
  }

  /**
   * Ends this reader; a `single` ring can then get another one, which goes on where this one stopped. Until
   * then such a ring fills up. Ending again does nothing.
   */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (!this.#isPolling) this.#leave();
  }

  /** Same as {@link end}. */
  [Symbol.dispose](): void {
    this.end();
  }

  /** What happened so far, as a plain object. */
  stats(): SharedReaderStats {
    const read = this.#position - this.#start - this.#lapped;
    const pending = this.#memory.count(HEAD) - this.#position;
    return { start: this.#start, read, lapped: this.#lapped, pending };
  }

  /** Runs end where the memory does, so there are at most two. */
  #visitInPlace(visit: RecordVisitor): number {
    const memory = this.#memory;
    const { words, values, stride } = memory;
    const end = memory.count(HEAD);
    const before = this.#position;
    while (this.#position < end && !this.#isEnded) {
      const from = memory.indexOf(this.#position);
      const to = Math.min(from + (end - this.#position) * stride, values.length);
      this.#position += (to - from) / stride;
      try {
        visit(values, from, to, 0);
      } finally {
        Atomics.store(words, TAIL, this.#position | 0);
        memory.ring(WRITER_BELL);
      }
    }
    return this.#position - before;
  }

  #visitCopies(visit: RecordVisitor, copy: Float64Array): number {
    const memory = this.#memory;
    const { stride } = memory;
    const end = memory.count(HEAD);
    let read = 0;
    while (this.#position < end && !this.#isEnded) {
      this.#skipTo(memory.count(HEAD) - this.#capacity);
      const records = Math.min(end - this.#position, copy.length / stride);
      if (records > 0 && this.#copyOut(copy, records)) {
        const missed = this.#missed;
        this.#missed = 0;
        this.#position += records;
        read += records;
        visit(copy, 0, records * stride, missed);
      }
    }
    return read;
  }

  /** Whether the copy is whole. If not, the writer is here: goes on half a ring away from it. */
  #copyOut(copy: Float64Array, records: number): boolean {
    const { values, words, slots, stride } = this.#memory;
    const from = this.#memory.indexOf(this.#position);
    const length = records * stride;
    const first = Math.min(length, values.length - from);
    copy.set(values.subarray(from, from + first));
    if (first < length) copy.set(values.subarray(0, length - first), first);
    // Not a load: see the notes on memory.
    Atomics.add(words, ANNOUNCED, 0);
    if (this.#memory.count(ANNOUNCED) - slots <= this.#position) return true;
    this.#skipTo(this.#memory.count(HEAD) - Math.floor(this.#capacity / 2));
    return false;
  }

  /** Counts the records before `position` as lapped. */
  #skipTo(position: number): void {
    const records = Math.max(position - this.#position, 0);
    this.#position += records;
    this.#lapped += records;
    this.#missed += records;
  }

  #leave(): void {
    if (this.#copy === undefined) Atomics.store(this.#memory.words, READER_SEAT, 0);
    // Wakes the `ready` of this reader, if one waits.
    this.#memory.ring(READERS_BELL);
  }

  #requireOpen(): void {
    if (this.#isEnded) throw new ClosedError('SharedRing: the reader has ended');
  }
}
