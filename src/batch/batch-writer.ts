import { ClosedError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { registerClosable } from '../core/life-cycle.js';
import { show } from '../core/show.js';
import type { BatchExplanation, BatchStats } from './batch-stats.js';
import {
  type BatchErrorContext,
  type BatchSettings,
  type BatchWriterOptions,
  readBatchOptions,
} from './batch-writer-options.js';
import { DeadLetters } from './dead-letters.js';
import { FlushMarks } from './flush-marks.js';
import { journalIdentities, memoryIdentities, newRunName } from './identities.js';
import { Intake } from './intake.js';
import { Journal } from './journal/journal.js';
import type { Lane } from './lane.js';
import { Lanes } from './lanes.js';
import { closeOnSignals } from './process-hooks.js';
import { Settlement } from './settlement.js';
import { quiet } from './settler.js';
import { Shutdown } from './shutdown.js';
import { newTally } from './tally.js';
import type { WaitingRows } from './waiting-rows.js';

/**
 * Collects rows and sends them to a sink in batches: one send at a time and in order, or with `partition` in a lane
 * per partition, each in its own order and `concurrency` sends at once.
 *
 * A batch is due when it has `maxItems` rows or `maxBytes` bytes, when its oldest row is `maxDelay` old, when it has
 * an `urgent` row, or on `flush` and `close`. A failed batch is sent again; rows behind it wait. A row that makes its
 * batch fail is found, given up and handed to `deadLetter`; a sink that is down costs no rows. Before a row is given up for an
 * error that looks temporary, it is sent once more after a row behind it has passed: one that passes only then
 * is stored after that one. With no row behind it, the last row of a batch is judged by those before it: a sink
 * that takes them and then fails for all `attempts` costs that row.
 *
 * Each accepted row ends in exactly one count: accepted = written + pending + deadLettered + dropped + coalesced.
 * After a send that was cut off or whose reply was lost the sink gets rows again, with the same `ids`. With `journal`
 * that holds across runs: rows that a process leaves, however it ends, the next one sends before its own, with their
 * `ids`. A sink that refuses identities it has (`isIdempotent`) then has every row once; any other may have some twice.
 *
 * The process stays alive while rows are pending, and not otherwise.
 *
 * Cost: `add` makes no promise and no timer per row; one timer, a few clock calls and one promise chain per batch.
 * With other options than sizes and times also a small object per row, with `retry.deadline` and under 'drop-oldest' a
 * clock call, and with `journal` the encoding.
 *
 * @example
 * const writer = new BatchWriter<Trade>({ sink: async (rows) => void (await insert(rows)), maxDelay: 500 });
 * writer.add(trade);
 * await writer.close();
 */
export class BatchWriter<T> implements AsyncDisposable {
  readonly #settings: BatchSettings<T>;
  readonly #reporter: FailureReporter<BatchErrorContext>;
  readonly #lanes: Lanes<T>;
  readonly #intake: Intake<T>;
  readonly #flushes: FlushMarks;
  readonly #settlement: Settlement<T>;
  readonly #journal: Journal<T> | undefined;
  readonly #shutdown: Shutdown<T>;
  readonly #tally = newTally();
  /** The only lane, when rows need nothing but their place: no key, no size, no time, no identity of their own. */
  readonly #plainLane: Lane<T> | undefined;
  #plainRows: WaitingRows<T> | undefined;
  readonly #signals: Disposable | undefined;
  /** Resolves, never rejects, when the journal is open or has failed to. */
  readonly #opening: Promise<void>;
  #isOpen: boolean;
  #openError: unknown;
  #closing: Promise<void> | undefined;

  /** @throws ConfigError when an option is unknown or has a wrong value. */
  constructor(options: BatchWriterOptions<T>) {
    const settings = readBatchOptions(options);
    const { name, clock, ioClock: io, closeTimeout, handleSignals } = settings;
    this.#settings = settings;
    this.#reporter = new FailureReporter(name, settings.onError);
    this.#flushes = new FlushMarks(name);
    const deadLetters = new DeadLetters<T>(settings, this.#reporter, this.#flushes);
    const journal = (this.#journal = this.#newJournal());
    const identities = journal === undefined ? memoryIdentities() : journalIdentities(journal);
    this.#settlement = new Settlement({
      clock,
      tally: this.#tally,
      deadLetters,
      onSettled: journal === undefined ? undefined : (from, to) => journal.settle(from, to),
      onProgress: (lane) => this.#goOn(lane),
    });
    this.#lanes = new Lanes(settings, (identity) => identities.textOf(identity), {
      onStored: (lane, delivery, end, rejected) => this.#settlement.store(lane, delivery, end, rejected),
      onGivenUp: (lane, delivery, end, error) => this.#settlement.giveUp(lane, delivery, end, error),
      supersede: (lane, delivery) => this.#settlement.supersede(lane, delivery),
      onFailure: (error, operation, rows) => this.#report(error, operation, rows),
      isUrgent: () => this.#intake.room.size > 0,
      isHeld: () => !this.#isOpen,
    });
    this.#intake = new Intake(
      settings,
      { lanes: this.#lanes, identities, tally: this.#tally },
      {
        requireOpen: () => this.#requireOpen(),
        onGone: (lane, identity) => this.#forget(lane, identity),
        hasMoreRoom: journal === undefined ? undefined : () => journal.hasRoom,
        onFirstRefusal: (error) => this.#report(error, 'overflow', 1),
      },
    );
    this.#shutdown = new Shutdown(settings, {
      tally: this.#tally,
      lanes: this.#lanes,
      intake: this.#intake,
      flushes: this.#flushes,
      deadLetters,
      journal,
      reporter: this.#reporter,
    });
    this.#plainLane = isPlain(settings) ? this.#lanes.single : undefined;
    this.#plainRows = this.#plainLane?.rows;
    this.#isOpen = journal === undefined;
    this.#opening = journal === undefined ? Promise.resolve() : this.#open(journal);
    if (handleSignals) this.#signals = closeOnSignals({ close: () => this.close(), clock: io, closeTimeout });
    registerClosable('writer', this);
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
    if (this.#plainRows === undefined || !this.#plainRows.pushFreely(item)) return this.#addSlowly(item);
    this.#tally.accepted++;
    this.#tally.pending++;
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
      this.#requireOpen();
      this.#intake.accept(item, { resolve, reject });
    });
    return quiet(promise);
  }

  /**
   * Resolves when `add` will find room, unless another caller takes it first. For loops of `add` and `await ready()`.
   * With `journal` it also waits until that is open.
   *
   * Rejects with ClosedError when the writer is closed, whose cause is the failure when the journal could not be opened.
   */
  ready(): Promise<void> {
    return quiet(this.#whenReady());
  }

  /**
   * Sends all rows taken so far without regard to their age, and resolves when each is stored or given up.
   *
   * Rows whose `write` waits for room are waited for too, as are retries and rows of earlier runs.
   * Rejects with an AggregateError when rows were given up and there is no `deadLetter`, with ClosedError after `close`.
   */
  flush(): Promise<void> {
    if (this.#closing !== undefined) return quiet(Promise.reject(this.#closedError()));
    return this.#mark();
  }

  /**
   * Resolves when all rows taken so far outlive this process: they are in the journal, as safe as its `durability`
   * says, or the sink has them. While the disk fails it waits. Without a journal as `flush`.
   *
   * Rejects with ClosedError after `close`.
   */
  secured(): Promise<void> {
    if (this.#closing !== undefined) return quiet(Promise.reject(this.#closedError()));
    return this.#journal === undefined ? this.flush() : quiet(this.#journal.secured());
  }

  /**
   * Takes no more rows, sends those held, and then closes the sink.
   *
   * A wait for a retry is cut short. Rows not stored after `closeTimeout` go to `deadLetter`, or stay in the journal if
   * there is one. Idempotent.
   * Rejects with UnwrittenError (which holds those rows), else as `flush` does, else with the sink's error.
   */
  close(): Promise<void> {
    this.#plainRows = undefined;
    this.#closing ??= quiet(this.#close());
    return this.#closing;
  }

  /** As {@link BatchWriter.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Counters as they are now. */
  stats(): BatchStats {
    const { sends, resends } = this.#lanes.record;
    const { delays } = this.#settlement;
    return {
      ...this.#tally,
      batches: sends - resends,
      retries: resends,
      failures: this.#reporter.count,
      delayP50: delays.percentile(0.5),
      delayP99: delays.percentile(0.99),
      ...(this.#journal === undefined ? undefined : { journal: this.#journal.stats() }),
    };
  }

  /** Says why rows are still held, and how the sink last failed; with `partition`, only of the rows of that lane. */
  explain(partition?: unknown): BatchExplanation {
    const { lastError } = this.#lanes.record;
    const lanes = partition === undefined ? [...this.#lanes.all()] : [this.#lanes.find(partition)].filter(isThere);
    const underWay = lanes.flatMap((lane) => lane.underWay);
    const oldest = Math.min(...lanes.map((lane) => lane.oldestAt ?? Infinity));
    const waiting = lanes.reduce((sum, lane) => sum + lane.rows.size, 0);
    return {
      state: this.#stateOf(lanes, underWay.length, waiting),
      lanes: lanes.length,
      waiting,
      inFlight: underWay.reduce((sum, { left }) => sum + left, 0),
      waitingForRoom: this.#intake.room.size,
      oldestAge: oldest === Infinity ? 0 : this.#settings.clock.now() - oldest,
      attempts: Math.max(0, ...underWay.map(({ attempts }) => attempts)),
      lastError: lastError === undefined ? undefined : messageOf(lastError),
    };
  }

  /** As `add`, for a row that begins or fills a batch or needs more than a place. */
  #addSlowly(item: T): boolean {
    this.#requireOpen();
    const rows = this.#plainRows;
    if (rows === undefined || !this.#intake.hasRoom) return this.#intake.accept(item, undefined);
    this.#tally.accepted++;
    this.#tally.pending++;
    if (rows.push(item)) this.#plainLane?.schedule();
    rows.allow(this.#settings.maxPending - this.#tally.pending);
    return true;
  }

  #stateOf(lanes: readonly Lane<T>[], underWay: number, waiting: number): BatchExplanation['state'] {
    if (!this.#isOpen) return this.#closing === undefined ? 'opening' : 'closed';
    if (lanes.some((lane) => lane.isPausing)) return 'retrying';
    if (underWay > 0) return 'sending';
    if (waiting > 0) return 'collecting';
    return this.#closing === undefined ? 'idle' : 'closed';
  }

  #newJournal(): Journal<T> | undefined {
    const { journal, ioClock } = this.#settings;
    if (journal === undefined) return undefined;
    return new Journal(journal, newRunName(), ioClock, {
      onFailure: (error, rows) => this.#report(error, 'journal', rows),
      onRoom: () => this.#intake.admit(),
    });
  }

  async #open(journal: Journal<T>): Promise<void> {
    try {
      const rows = await journal.open();
      // Too late: `close` has waited as long as it may. They stay in the journal.
      if (this.#shutdown.hasStopped) return;
      this.#intake.replay(rows);
      this.#isOpen = true;
      this.#lanes.schedule();
      this.#settleFlushes();
    } catch (error) {
      this.#openError = error;
      this.#report(error, 'journal', this.#tally.pending);
      this.#closing ??= quiet(this.#close());
    }
  }

  async #whenReady(): Promise<void> {
    await this.#opening;
    this.#requireOpen();
    if (!this.#intake.hasRoom) await this.#intake.room.whenReady();
  }

  /** Nobody needs a row any more that was not sent. */
  #forget(lane: Lane<T>, identity: number): void {
    this.#journal?.settle(identity);
    this.#settleFlushes(lane);
  }

  #goOn(lane: Lane<T>): void {
    this.#intake.admit();
    this.#settleFlushes(lane);
  }

  #mark(): Promise<void> {
    const promise = this.#flushes.add(this.#intake.room.entered);
    this.#settleFlushes();
    return promise;
  }

  /** Settles the flushes that wait no longer, for rows of one lane if only that has moved. */
  #settleFlushes(lane?: Lane<T>): void {
    if (this.#flushes.isEmpty || !this.#isOpen) return;
    const isNew = this.#flushes.set(this.#intake.room.left, () => this.#lanes.all());
    if (isNew) this.#lanes.schedule();
    for (const moved of isNew || lane === undefined ? this.#lanes.all() : [lane]) moved.settleMarks();
  }

  async #close(): Promise<void> {
    try {
      await this.#shutdown.run(
        this.#opening,
        () => this.#openError,
        () => this.#mark(),
        this.#closedError(),
      );
    } finally {
      this.#signals?.[Symbol.dispose]();
    }
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw this.#closedError();
  }

  #report(error: unknown, operation: BatchErrorContext['operation'], rows: number): void {
    this.#reporter.report(error, { name: this.#settings.name, operation, rows });
  }

  #closedError(): ClosedError {
    const { name } = this.#settings;
    if (this.#openError === undefined) return new ClosedError(`${name} is closed`);
    const cause = this.#openError;
    return new ClosedError(`${name} is closed, as its journal could not be opened: ${messageOf(cause)}`, { cause });
  }
}

/** Whether rows need nothing but their place. */
function isPlain<T>(settings: BatchSettings<T>): boolean {
  const { key, maxBytes, partition, urgent, journal, overflow, retry } = settings;
  const needed = [key, maxBytes, partition, urgent, journal];
  return needed.every((option) => option === undefined) && overflow !== 'drop-oldest' && retry.deadline === Infinity;
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : show(error);
}
