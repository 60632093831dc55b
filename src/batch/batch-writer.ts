import { ClosedError, TimeoutError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { show } from '../core/show.js';
import type { BatchExplanation, BatchStats } from './batch-stats.js';
import {
  type BatchErrorContext,
  type BatchSettings,
  type BatchWriterOptions,
  readBatchOptions,
} from './batch-writer-options.js';
import { DeadLetters } from './dead-letters.js';
import { DelaySamples } from './delay-samples.js';
import type { Delivery } from './delivery.js';
import { Dispatch } from './dispatch.js';
import { FlushMarks } from './flush-marks.js';
import { Intake } from './intake.js';
import { quiet } from './settler.js';
import { settlesWithin } from './settles-within.js';
import { newTally } from './tally.js';
import { UnwrittenError } from './unwritten-error.js';
import { WaitingRows } from './waiting-rows.js';

/**
 * Collects rows and sends them to a sink in batches, one send at a time and in order.
 *
 * A batch is due when it has `maxItems` rows or `maxBytes` bytes, when its oldest row is `maxDelay` old, or on
 * `flush` and `close`. A failed batch is sent again; rows behind it wait. A row that makes its batch fail
 * is found, given up and handed to `deadLetter`; a sink that is down costs no rows. Before a row is given up for an
 * error that looks temporary, it is sent once more after a row behind it has passed: one that passes only then
 * is stored after that one. With no row behind it, the last row of a batch is judged by those before it: a sink
 * that takes them and then fails for all `attempts` costs that row.
 *
 * Each accepted row ends in exactly one count: accepted = written + pending + deadLettered + dropped + coalesced.
 * After a send that was cut off or whose reply was lost the sink gets rows again, with the same `ids`.
 *
 * The process stays alive while rows are pending, and not otherwise.
 *
 * Cost: `add` makes no promise and no timer per row; one timer, a few clock calls and one promise chain per batch.
 * With `key`, `maxBytes` or 'drop-oldest' also a small object per row, and under 'drop-oldest' a clock call.
 *
 * @example
 * const writer = new BatchWriter<Trade>({ sink: async (rows) => void (await insert(rows)), maxDelay: 500 });
 * writer.add(trade);
 * await writer.close();
 */
export class BatchWriter<T> implements AsyncDisposable {
  readonly #settings: BatchSettings<T>;
  readonly #reporter: FailureReporter<BatchErrorContext>;
  readonly #rows: WaitingRows<T>;
  readonly #intake: Intake<T>;
  readonly #dispatch: Dispatch<T>;
  readonly #deadLetters: DeadLetters<T>;
  readonly #flushes: FlushMarks;
  readonly #delays = new DelaySamples();
  readonly #tally = newTally();
  /** Rows need nothing but their place: no key, no size, no time of their own. */
  readonly #isPlain: boolean;
  #closing: Promise<void> | undefined;

  /** @throws ConfigError when an option is unknown or has a wrong value. */
  constructor(options: BatchWriterOptions<T>) {
    const settings = readBatchOptions(options);
    const { name, key, maxBytes, overflow } = settings;
    this.#settings = settings;
    this.#isPlain = key === undefined && maxBytes === undefined && overflow !== 'drop-oldest';
    this.#reporter = new FailureReporter(name, settings.onError);
    this.#flushes = new FlushMarks(name);
    this.#deadLetters = new DeadLetters(settings, this.#reporter, this.#flushes);
    this.#rows = waitingRows(settings);
    this.#intake = new Intake(settings, this.#rows, this.#tally, {
      onDue: () => this.#dispatch.schedule(),
      onDropped: () => this.#settleFlushes(),
      onFirstRefusal: (error) => this.#report(error, 'overflow', 1),
    });
    this.#dispatch = new Dispatch(settings, this.#rows, {
      onStored: (delivery, end, rejected) => this.#store(delivery, end, rejected),
      onGivenUp: (delivery, end, error) => this.#giveUp(delivery, end, error),
      onFailure: (error, operation, rows) => this.#report(error, operation, rows),
      supersede: (delivery) => this.#supersede(delivery),
      isUrgent: () => this.#intake.room.size > 0,
    });
  }

  // Hot path: once per row; no allocation but the array's growth.
  /**
   * Takes a row. Returns false when there is no room and `overflow` is 'wait' or 'reject'; the row is then the caller's.
   *
   * The sink is never called before this returns.
   * @throws ClosedError after `close`.
   * @throws ArgumentError when `sizeOf` returns something else than a number from 0 up; what `sizeOf` and `key` throw.
   */
  add(item: T): boolean {
    if (this.#closing !== undefined) throw this.#closedError();
    if (!this.#isPlain || !this.#intake.hasRoom) return this.#intake.accept(item, undefined);
    this.#tally.accepted++;
    this.#tally.pending++;
    if (this.#rows.push(item)) this.#dispatch.schedule();
    return true;
  }

  /**
   * Takes a row and resolves when the sink has it. Under `overflow: 'wait'` it waits for room, after earlier calls.
   *
   * Nobody has to listen: a rejection without a listener harms nothing, as it is counted and reported besides.
   * Replaced by a newer row of its key, it settles as that one does.
   *
   * Rejects with the reason when the row is given up, with OverflowError when it is dropped or there is no
   * room (under 'wait': not even to wait), with ClosedError after `close`.
   */
  write(item: T): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      // What is thrown here becomes the rejection.
      if (this.#closing !== undefined) throw this.#closedError();
      this.#intake.accept(item, { resolve, reject });
    });
    return quiet(promise);
  }

  /**
   * Resolves when `add` will find room, unless another caller takes it first. For loops of `add` and `await ready()`.
   *
   * Rejects with ClosedError when the writer is closed.
   */
  ready(): Promise<void> {
    if (this.#closing !== undefined) return quiet(Promise.reject(this.#closedError()));
    return this.#intake.hasRoom ? Promise.resolve() : this.#intake.room.whenReady();
  }

  /**
   * Sends all rows taken so far without regard to their age, and resolves when each is stored or given up.
   *
   * Rows whose `write` waits for room are waited for too, as are retries.
   * Rejects with an AggregateError when rows were given up and there is no `deadLetter`, with ClosedError after `close`.
   */
  flush(): Promise<void> {
    if (this.#closing !== undefined) return quiet(Promise.reject(this.#closedError()));
    return this.#mark();
  }

  /**
   * Takes no more rows, sends those held, and then closes the sink.
   *
   * A wait for a retry is cut short. Rows not stored after `closeTimeout` go to `deadLetter`. Idempotent.
   * Rejects with UnwrittenError (which holds those rows), else as `flush` does, else with the sink's error.
   */
  close(): Promise<void> {
    this.#closing ??= quiet(this.#shutDown());
    return this.#closing;
  }

  /** As {@link BatchWriter.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Counters as they are now. */
  stats(): BatchStats {
    return {
      ...this.#tally,
      batches: this.#dispatch.courier.batches,
      retries: this.#dispatch.courier.retries,
      failures: this.#reporter.count,
      delayP50: this.#delays.percentile(0.5),
      delayP99: this.#delays.percentile(0.99),
    };
  }

  /** Says why rows are still held, and how the sink last failed. */
  explain(): BatchExplanation {
    const { current, courier } = this.#dispatch;
    const oldest = current?.oldestAt ?? this.#rows.first?.oldestAt;
    return {
      state: this.#state,
      waiting: this.#rows.size,
      inFlight: this.#tally.pending - this.#rows.size,
      waitingForRoom: this.#intake.room.size,
      oldestAge: oldest === undefined ? 0 : this.#settings.clock.now() - oldest,
      attempts: current?.attempts ?? 0,
      lastError: courier.lastError === undefined ? undefined : messageOf(courier.lastError),
    };
  }

  get #state(): BatchExplanation['state'] {
    if (this.#dispatch.courier.isPausing) return 'retrying';
    if (this.#dispatch.current !== undefined) return 'sending';
    if (this.#tally.pending > 0) return 'collecting';
    return this.#closing === undefined ? 'idle' : 'closed';
  }

  #store(delivery: Delivery<T>, end: number, rejected: ReadonlyMap<number, unknown>): void {
    const from = delivery.done;
    this.#settle(delivery, end, rejected.size);
    this.#delays.add(this.#settings.clock.now() - delivery.oldestAt);
    if (delivery.hasSettlers || rejected.size > 0) {
      for (let index = from; index < end; index++) {
        if (rejected.has(index - from)) this.#deadLetters.bury(delivery, index, rejected.get(index - from));
        else for (const settler of delivery.settlersOf(index)) settler.resolve();
      }
    }
    this.#goOn();
  }

  #giveUp(delivery: Delivery<T>, end: number, error: unknown): void {
    const from = delivery.done;
    this.#settle(delivery, end, end - from);
    for (let index = from; index < end; index++) this.#deadLetters.bury(delivery, index, error);
    this.#goOn();
  }

  #supersede(delivery: Delivery<T>): boolean {
    const { done } = delivery;
    if (!this.#rows.succeed(delivery.keyAt(done), delivery.settlersOf(done))) return false;
    delivery.advance(done + 1);
    this.#tally.pending--;
    this.#tally.coalesced++;
    this.#goOn();
    return true;
  }

  /** Moves rows from pending to their end. Before any callback, so that the counts agree whenever somebody looks. */
  #settle(delivery: Delivery<T>, end: number, failed: number): void {
    const count = end - delivery.done;
    delivery.advance(end);
    this.#tally.pending -= count;
    this.#tally.written += count - failed;
    this.#tally.deadLettered += failed;
  }

  #goOn(): void {
    this.#intake.admit();
    this.#settleFlushes();
  }

  #mark(): Promise<void> {
    const promise = this.#flushes.add(this.#intake.room.entered);
    this.#settleFlushes();
    return promise;
  }

  #settleFlushes(): void {
    if (this.#flushes.isEmpty) return;
    if (this.#flushes.set(this.#intake.room.left, this.#rows.lastSequence)) {
      this.#rows.seal();
      this.#dispatch.schedule();
    }
    this.#flushes.settle(this.#dispatch.oldestPending);
  }

  async #shutDown(): Promise<void> {
    const { ioClock, closeTimeout } = this.#settings;
    const flushed = this.#mark();
    this.#dispatch.courier.hurry();
    this.#intake.room.announce(this.#closedError());
    if (!(await settlesWithin(flushed, ioClock, closeTimeout))) await this.#abandon();
    try {
      await this.#closeSink();
    } finally {
      // Lost rows weigh more than a sink that does not end well: this rejection replaces the other.
      await flushed;
    }
  }

  /** Gives up everything that is left. */
  async #abandon(): Promise<void> {
    const { name, closeTimeout } = this.#settings;
    const cause = this.#dispatch.courier.lastError;
    const reason = new TimeoutError(`${name}: not written within ${closeTimeout} ms of close`, { cause });
    this.#intake.close(this.#closedError());
    const rest = await this.#dispatch.stop(reason);
    const count = this.#tally.pending;
    this.#tally.pending = 0;
    this.#tally.deadLettered += count;
    const items = this.#deadLetters.buryRest(rest, reason);
    if (count === 0) return this.#flushes.settle(Infinity);
    this.#flushes.abandon(
      new UnwrittenError(`${name}: ${count} rows were not written within ${closeTimeout} ms of close`, items, {
        cause,
      }),
    );
  }

  async #closeSink(): Promise<void> {
    const { sink, ioClock, closeTimeout, name } = this.#settings;
    if (typeof sink === 'function' || sink.close === undefined) return;
    try {
      const closed = Promise.resolve(sink.close());
      if (await settlesWithin(closed, ioClock, closeTimeout)) return await closed;
      throw new TimeoutError(`${name}: the sink was not closed within ${closeTimeout} ms`);
    } catch (error) {
      this.#report(error, 'close', 0);
      throw error;
    }
  }

  #report(error: unknown, operation: BatchErrorContext['operation'], rows: number): void {
    this.#reporter.report(error, { name: this.#settings.name, operation, rows });
  }

  #closedError(): ClosedError {
    return new ClosedError(`${this.#settings.name} is closed`);
  }
}

function waitingRows<T>({ clock, key, maxBytes, maxItems, maxPending, overflow }: BatchSettings<T>): WaitingRows<T> {
  const limits = {
    // Full means due: rows that take all the room must not wait for more rows.
    maxItems: Math.min(maxItems, maxPending),
    maxBytes: maxBytes ?? Infinity,
    hasKeys: key !== undefined,
    keepsTimes: overflow === 'drop-oldest',
  };
  return new WaitingRows(limits, () => clock.now());
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : show(error);
}
