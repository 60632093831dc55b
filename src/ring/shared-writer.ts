import { ArgumentError, ClosedError, OverflowError } from '../core/errors.js';
import { show } from '../core/show.js';
import {
  ANNOUNCED,
  ENDED,
  ERA,
  HEAD,
  READERS_BELL,
  RECORDS_PER_ERA,
  type SharedMemory,
  TAIL,
  WRITER_BELL,
} from './shared-memory.js';
import type { SharedShape } from './shared-options.js';
import { block } from './shared-wait.js';

/** What a {@link SharedWriter} did: every record offered is in `written` or in `dropped`. */
export interface SharedWriterStats {
  /** Records ever written to the ring, by this writer or one before it. */
  readonly written: number;
  /** Those of them that readers can see; the others wait for their batch. */
  readonly published: number;
  /** Records not taken, because the ring was full and its policy gave them up. */
  readonly dropped: number;
  /** Times the writer found the ring full and waited for the reader. */
  readonly waits: number;
}

/**
 * The writing end of a `SharedRing`, for one thread. `SharedRing.writer()` makes it.
 *
 * Records become visible to readers in batches: when `batch` of them are written, on `flush()`, and once the code
 * that wrote them lets its event loop go on. Code that never does so, such as a loop that blocks, has to flush.
 *
 * Cost: no allocation per record by `claim` and `commit`. `write` is a little slower, and where V8 does not inline
 * it, the call boxes each fraction.
 *
 * @example
 * const { price } = ring.offsets;
 * const at = writer.claim();
 * writer.values[at + price] = 60_000.5;
 * writer.commit();
 */
export class SharedWriter implements Disposable {
  /** All records side by side. Write only between `claim()` and `commit()`, and only to the record claimed. */
  readonly values: Float64Array;
  readonly #memory: SharedMemory;
  readonly #shape: SharedShape;
  readonly #stride: number;
  /** Length of `values`. */
  readonly #end: number;
  readonly #publishLater = (): void => {
    this.#isScheduled = false;
    this.#publishAll();
  };
  /** Where the next record goes. */
  #at: number;
  /** Records that may be claimed before the next look at the other side. */
  #left = 0;
  /** Records written once `#left` are and none is claimed. */
  #limit: number;
  #isClaimed = false;
  #isScheduled = false;
  #isEnded = false;
  #published: number;
  /** The reader's progress when it was last asked for. */
  #tail: number;
  #dropped = 0;
  #waits = 0;

  /** @param memory Of which this is the only writer. */
  constructor(memory: SharedMemory, shape: SharedShape) {
    this.#memory = memory;
    this.#shape = shape;
    this.#stride = memory.stride;
    this.values = memory.values;
    this.#end = memory.values.length;
    this.#published = this.#limit = memory.count(HEAD);
    this.#at = memory.indexOf(this.#limit);
    // As if full: the first batch asks.
    this.#tail = (this.#limit - shape.capacity) | 0;
  }

  /**
   * Writes a record, one number per field in their order. Answers whether it was taken: `false` comes only from a
   * full ring under `overflow: 'drop-newest'`.
   *
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when there are more or fewer values than fields, or one is
   * no number. NaN and the infinities are numbers.
   * @throws TimeoutError (ERR_TIMEOUT) when the ring stayed full for `timeout`, under `overflow: 'wait'`.
   * @throws OverflowError (ERR_OVERFLOW) when it is full, under `overflow: 'fail'`.
   * @throws ClosedError (ERR_CLOSED) after `end()`.
   */
  write(...record: readonly number[]): boolean;
  write(
    a?: unknown,
    b?: unknown,
    c?: unknown,
    d?: unknown,
    e?: unknown,
    f?: unknown,
    g?: unknown,
    h?: unknown,
  ): boolean {
    // Hot path. Fixed parameters, because a rest parameter is an array per call: 45 ns instead of 12 for eight.
    const stride = this.#stride;
    if (arguments.length !== stride) throw wrongRecord(`${arguments.length} values for ${stride} fields`);
    const at = this.claim();
    if (at < 0) return false;
    const { values } = this;
    put(values, at, a);
    if (stride > 1) put(values, at + 1, b);
    if (stride > 2) put(values, at + 2, c);
    if (stride > 3) put(values, at + 3, d);
    if (stride > 4) put(values, at + 4, e);
    if (stride > 5) put(values, at + 5, f);
    if (stride > 6) put(values, at + 6, g);
    if (stride > 7) put(values, at + 7, h);
    for (let i = 8; i < stride; i++) put(values, at + i, arguments[i]);
    this.commit();
    return true;
  }

  /**
   * Where the next record begins in `values`, to be filled in place and then committed. What the fields hold
   * before is old. Claimed twice without a commit, it is the same record.
   *
   * @returns The index of its first field, or -1 when a full ring drops it.
   * @throws As `write` does.
   */
  claim(): number {
    // Hot path.
    if (!this.#isClaimed) {
      if (this.#left === 0 && !this.#begin()) return -1;
      this.#left--;
      this.#isClaimed = true;
    }
    return this.#at;
  }

  /** Ends the record that was claimed. @throws ArgumentError (ERR_INVALID_ARGUMENT) when none is. */
  commit(): void {
    // Hot path.
    if (!this.#isClaimed) throw new ArgumentError('SharedRing: commit needs a claimed record, got none');
    this.#isClaimed = false;
    const next = this.#at + this.#stride;
    this.#at = next === this.#end ? 0 : next;
    if (this.#left === 0) this.#publish();
  }

  /** Lets readers see all that is written. @throws ClosedError (ERR_CLOSED) after `end()`. */
  flush(): void {
    this.#requireOpen();
    this.#publishAll();
  }

  /**
   * Ends the stream for ever: publishes what is written, gives up what is claimed. Readers see the end
   * once they have read everything. Ending again does nothing.
   */
  end(): void {
    if (this.#isClaimed) this.#left++;
    this.#isClaimed = false;
    this.#publishAll();
    this.#isEnded = true;
    Atomics.store(this.#memory.words, ENDED, 1);
    this.#memory.ring(READERS_BELL);
  }

  /** Same as {@link end}. */
  [Symbol.dispose](): void {
    this.end();
  }

  /** What happened so far, as a plain object. */
  stats(): SharedWriterStats {
    return { written: this.#written(), published: this.#published, dropped: this.#dropped, waits: this.#waits };
  }

  #written(): number {
    return this.#limit - this.#left - Number(this.#isClaimed);
  }

  /** Once per batch: finds out how far to write. False when the next record is dropped. */
  #begin(): boolean {
    this.#requireOpen();
    const { batch, mode } = this.#shape;
    const room = mode === 'single' ? Math.min(this.#room() || this.#makeRoom(), batch) : batch;
    if (room === 0) return false;
    this.#limit += room;
    this.#left = room;
    if (mode === 'broadcast') Atomics.exchange(this.#memory.words, ANNOUNCED, this.#limit | 0);
    if (batch > 1 && !this.#isScheduled) {
      this.#isScheduled = true;
      queueMicrotask(this.#publishLater);
    }
    return true;
  }

  /** Free records, asking for the reader's progress only when there seem to be too few for a batch. */
  #room(): number {
    const { capacity, batch } = this.#shape;
    const written = this.#limit;
    const room = capacity - ((written - this.#tail) | 0);
    if (room >= batch) return room;
    this.#tail = Atomics.load(this.#memory.words, TAIL);
    return capacity - ((written - this.#tail) | 0);
  }

  /** A full ring's policy. Answers how many records are free then, 0 to drop one. */
  #makeRoom(): number {
    const { overflow, timeout = 0 } = this.#shape;
    this.#dropped++;
    if (overflow === 'fail') throw new OverflowError('SharedRing: the ring is full');
    if (overflow === 'drop-newest') return 0;
    this.#waits++;
    const room = block(this.#memory, WRITER_BELL, () => this.#room() || undefined, timeout);
    this.#dropped--;
    return room;
  }

  #publishAll(): void {
    this.#publish();
    // The rest of the batch begins anew, so that what it will hold gets a microtask too.
    this.#limit -= this.#left;
    this.#left = 0;
  }

  #publish(): void {
    const written = this.#written();
    if (written === this.#published) return;
    this.#published = written;
    const memory = this.#memory;
    Atomics.store(memory.words, HEAD, written | 0);
    // The first batch in a new era ends at most a batch behind its beginning. Masked, since `%` takes 20 ns.
    if ((written & (RECORDS_PER_ERA - 1)) <= this.#shape.batch)
      Atomics.store(memory.words, ERA, written / RECORDS_PER_ERA);
    memory.ring(READERS_BELL);
  }

  #requireOpen(): void {
    if (this.#isEnded) throw new ClosedError('SharedRing: the writer has ended');
  }
}

/** Small enough for V8 to inline it eight times into a `write` that is inlined itself: up to 27 bytes of bytecode. */
function put(values: Float64Array, at: number, value: unknown): void {
  if (typeof value !== 'number') refuse(value);
  values[at] = value;
}

function refuse(value: unknown): never {
  throw wrongRecord(show(value));
}

function wrongRecord(got: string): ArgumentError {
  return new ArgumentError(`SharedRing: write takes one number per field, got ${got}`);
}
