/**
 * An order book that gets its own snapshots.
 *
 * A change that reveals a gap asks for a resync of this book and no other. While it runs the book keeps the deltas that
 * come, as its sequence allows, and joins them to the snapshot. At most one resync is under way; two start at least
 * `minDelay` apart, so that a venue whose checksums never agree is not stormed, and failures back off up to `maxDelay`.
 * A resync is over when the book is ready, when it failed, or when no snapshot came within `timeout`.
 */
import { backOffDelay } from '../core/back-off.js';
import type { Clock, Timer } from '../core/clock.js';
import { ClosedError, ConfigError, CorruptDataError, TimeoutError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { registerClosable } from '../core/life-cycle.js';
import { readOptions } from '../core/options.js';
import { systemClock } from '../core/system-clock.js';
import type { BookChange } from './event.js';
import { OrderBook } from './order-book.js';
import type { BookStatus } from './order-book-options.js';
import {
  type SyncedBookErrorContext,
  type SyncedBookExplanation,
  type SyncedBookOptions,
  syncedBookSchema,
  type SyncedBookStats,
} from './synced-book-options.js';

/** A resync under way. */
interface Resync {
  readonly controller: AbortController;
  readonly limit: Timer;
}

/**
 * Keeps an {@link OrderBook} in step with its venue; see the notes above.
 *
 * @example
 * const book = new SyncedBook({
 *   book: protocol.book('btcusdt@depth@100ms'),
 *   resync: async (signal) => binanceDepthSnapshot(await (await fetch(depthUrl, { signal })).json()),
 * });
 * await pool.subscribe('btcusdt@depth@100ms', ({ items }) => items.forEach((change) => book.apply(change)));
 */
export class SyncedBook {
  /** The book. Read it; changes go through `apply`. */
  readonly book: OrderBook;
  readonly #resync: SyncedBookOptions['resync'];
  readonly #onStatus: SyncedBookOptions['onStatus'];
  readonly #minDelay: number;
  readonly #maxDelay: number;
  readonly #timeout: number;
  readonly #ioClock: Clock;
  readonly #random: () => number;
  readonly #failures: FailureReporter<SyncedBookErrorContext>;
  #status: BookStatus = 'empty';
  #running: Resync | undefined;
  #planned: Timer | undefined;
  #startedAt = -Infinity;
  /** Resyncs that failed since the book was ready. */
  #failed = 0;
  #lastError: unknown;
  #resyncs = 0;
  #resyncFailures = 0;
  #isClosed = false;

  /** @throws ConfigError when an option is unknown or has a wrong value. */
  constructor(options: SyncedBookOptions) {
    const read = readOptions('SyncedBook', syncedBookSchema, options);
    const { minDelay = 1_000, maxDelay = 30_000 } = read;
    if (minDelay > maxDelay) {
      throw new ConfigError(`SyncedBook: maxDelay must be at least minDelay (${minDelay}), got ${maxDelay}`);
    }
    this.book = new OrderBook(read.book);
    this.#resync = read.resync;
    this.#onStatus = read.onStatus;
    this.#minDelay = minDelay;
    this.#maxDelay = maxDelay;
    this.#timeout = read.timeout ?? 10_000;
    this.#ioClock = read.ioClock ?? systemClock;
    this.#random = read.random ?? Math.random;
    this.#failures = new FailureReporter('SyncedBook', read.onError);
    registerClosable('feed', this);
  }

  /**
   * Takes the next change of the stream, in the order received, and returns the status after it.
   * @throws ArgumentError as `OrderBook.apply`. @throws ClosedError after `close`.
   */
  apply(change: BookChange): BookStatus {
    if (this.#isClosed) throw new ClosedError('the SyncedBook is closed');
    this.book.apply(change);
    return this.#settle();
  }

  /**
   * Drops the book after changes were lost, as when the feed reports a gap, and gets a snapshot.
   * @throws ClosedError after `close`.
   */
  restart(): void {
    if (this.#isClosed) throw new ClosedError('the SyncedBook is closed');
    this.book.reset();
    this.#settle();
    this.#plan();
  }

  /** Counters and sizes, as plain data. */
  stats(): SyncedBookStats {
    const { count: errors } = this.#failures;
    return { ...this.book.stats(), resyncs: this.#resyncs, resyncFailures: this.#resyncFailures, errors };
  }

  /** Says why the book stands where it does. */
  explain(): SyncedBookExplanation {
    const planned = this.#planned === undefined ? 'none' : 'planned';
    const resync = this.#running === undefined ? planned : 'running';
    return { ...this.book.explain(), resync, lastError: this.#lastError };
  }

  /** Ends the resync under way and takes no more changes; the book stays as it is. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#planned?.cancel();
    this.#planned = undefined;
    this.#end(new ClosedError('the SyncedBook was closed'));
    return Promise.resolve();
  }

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Deals with what the book became. */
  #settle(): BookStatus {
    const { status } = this.book;
    if (status === 'ready') this.#succeed();
    else if (this.book.needsSnapshot) this.#plan();
    if (status !== this.#status) this.#tell(status);
    return this.book.status;
  }

  #succeed(): void {
    this.#failed = 0;
    this.#lastError = undefined;
    this.#planned?.cancel();
    this.#planned = undefined;
    this.#end(new ClosedError('the book is ready'));
  }

  #tell(status: BookStatus): void {
    this.#status = status;
    try {
      this.#failures.watch(this.#onStatus?.(status), { where: 'handler' });
    } catch (error) {
      this.#failures.report(error, { where: 'handler' });
    }
  }

  #plan(): void {
    if (this.#running !== undefined || this.#planned !== undefined || this.#isClosed) return;
    const pause = this.#startedAt + this.#minDelay - this.#ioClock.now();
    const bounds = { minDelay: this.#minDelay, maxDelay: this.#maxDelay };
    const delay = this.#failed === 0 ? pause : Math.max(pause, backOffDelay(this.#failed, bounds, this.#random));
    if (delay <= 0) {
      this.#start();
      return;
    }
    this.#planned = this.#ioClock.setTimeout(() => {
      this.#planned = undefined;
      this.#start();
    }, delay);
    this.#planned.unref();
  }

  #start(): void {
    const controller = new AbortController();
    const message = `no snapshot came within ${this.#timeout} ms`;
    const limit = this.#ioClock.setTimeout(() => this.#fail(resync, new TimeoutError(message)), this.#timeout);
    limit.unref();
    const resync: Resync = { controller, limit };
    this.#running = resync;
    this.#startedAt = this.#ioClock.now();
    this.#resyncs++;
    this.#ask(controller.signal).then(
      (snapshot) => this.#take(resync, snapshot),
      (error: unknown) => this.#fail(resync, error),
    );
  }

  /** What it throws is a rejection. */
  async #ask(signal: AbortSignal): Promise<BookChange | undefined> {
    return await this.#resync(signal);
  }

  #take(resync: Resync, snapshot: BookChange | undefined): void {
    // Without a snapshot it is to come in the stream, and the resync goes on until then.
    if (this.#running !== resync || snapshot === undefined) return;
    try {
      this.book.applySnapshot(snapshot);
    } catch (error) {
      this.#fail(resync, error);
      return;
    }
    if (this.book.needsSnapshot) this.#fail(resync, new CorruptDataError(this.book.explain().reason));
    else {
      // Ready, or about to be with the next change.
      this.#end(new ClosedError('the snapshot was taken'));
      this.#settle();
    }
  }

  #fail(resync: Resync, error: unknown): void {
    if (this.#running !== resync) return;
    this.#end(error);
    this.#failed++;
    this.#resyncFailures++;
    this.#lastError = error;
    this.#failures.report(error, { where: 'resync' });
    this.#plan();
  }

  #end(reason: unknown): void {
    const resync = this.#running;
    this.#running = undefined;
    resync?.limit.cancel();
    resync?.controller.abort(reason);
  }
}
