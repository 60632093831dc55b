import { ClosedError, ConfigError } from '../core/errors.js';
import { show } from '../core/show.js';
import { ENDED, HEAD, READER_SEAT, SharedMemory, WRITER_SEAT } from './shared-memory.js';
import {
  readSharedOptions,
  type SharedRingHandle,
  type SharedRingOptions,
  type SharedShape,
} from './shared-options.js';
import { SharedReader } from './shared-reader.js';
import { SharedWriter } from './shared-writer.js';

/** What went through a {@link SharedRing}, as any thread sees it. */
export interface SharedRingStats {
  /** Records that readers can see, or could. */
  readonly published: number;
  /** Records that the readers of a `single` ring are done with; absent in `broadcast`, where each reader counts. */
  readonly read?: number;
  /** Most records kept. */
  readonly capacity: number;
}

/**
 * Moves records of numbers between worker threads through memory they share, without a message per record.
 *
 * For the threads of one process, not for processes: shared memory cannot be sent to another one.
 *
 * One thread makes the ring and sends its `handle` to others, which `attach`. One of all threads takes the
 * writer. In mode `single` one takes the reader and gets every record; in `broadcast` each thread may take
 * readers, and a slow one is told exactly how many records it missed. Records never arrive torn, twice or out of order.
 *
 * A record is a row of doubles and nothing else: one array is then enough for a batch to be read where it
 * lies, and a double holds prices, sizes, times in milliseconds and integers up to 2^53. Send symbols as numbers.
 *
 * Counters are exact up to 2^53 records. A thread that dies does not stop the others for longer than their timeouts
 * and policies say. What it had not published is lost, and its end of the ring stays taken: make a new ring then.
 *
 * @example
 * const ring = new SharedRing({ capacity: 4_096, fields: ['ts', 'price', 'size'] });
 * const worker = new Worker('./model.js', { workerData: { trades: ring.handle } });
 * const writer = ring.writer();
 * writer.write(Date.now(), 60_000.5, 0.1);
 *
 * // model.js
 * const trades = SharedRing.attach(workerData.trades);
 * const reader = trades.reader();
 * while (await reader.ready(60_000))
 *   reader.poll((values, from, to) => {
 *     for (let at = from; at < to; at += 3) model.update(values[at + trades.offsets.price]);
 *   });
 */
export class SharedRing<const Fields extends readonly string[] = readonly string[]> {
  /** What another thread needs to `attach`. Can be sent in `workerData` and messages. */
  readonly handle: SharedRingHandle<Fields>;
  /** Where each field is within a record: 0 for the first, 1 for the next. */
  readonly offsets: { readonly [Name in Fields[number]]: number };
  readonly #memory: SharedMemory;
  readonly #shape: SharedShape;

  /**
   * Makes a ring, or given a handle, joins one.
   * @throws ConfigError (ERR_CONFIG) that names the option and what it must be.
   */
  constructor(options: SharedRingOptions<Fields> | SharedRingHandle<Fields>) {
    const { shape, memory } = readSharedOptions(options);
    this.#shape = shape;
    this.#memory = new SharedMemory(shape, memory);
    // The names are those of the options, which is what Fields says of them.
    this.handle = Object.freeze({ ...shape, memory: this.#memory.buffer }) as unknown as SharedRingHandle<Fields>;
    this.offsets = Object.fromEntries(shape.fields.map((name, i) => [name, i])) as typeof this.offsets;
  }

  /**
   * Joins the ring of a handle that another thread sent.
   *
   * Which fields it has is known at run time only: `Fields` is the caller's claim.
   * @throws ConfigError (ERR_CONFIG) when `handle` is none, or is altered so that it does not fit its memory.
   */
  static attach<const Fields extends readonly string[]>(handle: SharedRingHandle<Fields>): SharedRing<Fields> {
    const { memory } = Object(handle) as Partial<typeof handle>; // what it is not, it has not
    if (memory === undefined)
      throw new ConfigError(`SharedRing: attach takes the handle of a ring, got ${show(handle)}`);
    return new SharedRing({ ...handle, memory });
  }

  /**
   * Takes the writing end.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when it was taken before, by any thread.
   * @throws ClosedError (ERR_CLOSED) when the writer has ended.
   */
  writer(): SharedWriter {
    if (Atomics.load(this.#memory.words, ENDED) === 1) throw new ClosedError('SharedRing: the writer has ended');
    this.#memory.sit(WRITER_SEAT, 'writer');
    return new SharedWriter(this.#memory, this.#shape);
  }

  /**
   * Takes a reading end. In mode `single` it begins with the oldest record that was not read; in `broadcast` it
   * sees what is published from now on.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) in mode `single`, when a reader was taken and has not ended.
   */
  reader(): SharedReader {
    if (this.#shape.mode === 'single') this.#memory.sit(READER_SEAT, 'reader');
    return new SharedReader(this.#memory, this.#shape);
  }

  /** What happened so far, as a plain object. */
  stats(): SharedRingStats {
    const { capacity, mode } = this.#shape;
    const counts = mode === 'single' ? { read: this.#memory.tail() } : {};
    return { published: this.#memory.count(HEAD), ...counts, capacity };
  }
}
