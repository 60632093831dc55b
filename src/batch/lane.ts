import type { Clock, Timer } from '../core/clock.js';
import { Courier, type CourierSettings, type Dispatcher } from './courier.js';
import type { Delivery } from './delivery.js';
import type { LaneMark } from './flush-marks.js';
import type { WaitingBatch } from './waiting-batch.js';
import type { WaitingRows } from './waiting-rows.js';

/** When the rows of a lane are due, and how many of its batches may be on their way at once. */
export interface LaneSettings<T> extends CourierSettings<T> {
  /** Time that the age of rows follows. */
  readonly ageClock: Clock;
  /** Longest time a row waits before its batch is due, in milliseconds of `ageClock`. */
  readonly maxDelay: number;
  /** Whether rows are due as soon as nothing is on its way. */
  readonly flushWhenIdle: boolean;
  /** Batches on their way at once, from 1. Above 1 there is no order between them. */
  readonly width: number;
}

/** What a lane asks of and tells the writer. */
export interface LaneListener<T> extends Omit<Dispatcher<T>, 'takeNext' | 'onStored' | 'onGivenUp' | 'supersede'> {
  /** See {@link Dispatcher.onStored}. */
  onStored(lane: Lane<T>, delivery: Delivery<T>, end: number, rejected: ReadonlyMap<number, unknown>): void;
  /** See {@link Dispatcher.onGivenUp}. */
  onGivenUp(lane: Lane<T>, delivery: Delivery<T>, end: number, error: unknown): void;
  /** See {@link Dispatcher.supersede}. */
  supersede(lane: Lane<T>, delivery: Delivery<T>): boolean;
  /** Whether batches are due whatever their age, because rows wait for room. */
  isUrgent(): boolean;
  /** Whether nothing may be sent yet. */
  isHeld(): boolean;
  /** The lane holds nothing any more. */
  onEmpty(lane: Lane<T>): void;
}

/** One batch on its way at a time. */
interface Runner<T> {
  readonly courier: Courier<T>;
  current: Delivery<T> | undefined;
  /** A batch that was sent to learn whether the sink is up, and failed as well. */
  next: Delivery<T> | undefined;
  isDraining: boolean;
  draining: Promise<void>;
}

/** Rows that are sent in their order: hands one batch after the other to a courier, each when it is due. */
export class Lane<T> {
  /** What the rows of the lane have in common. */
  readonly partition: unknown;
  /** Rows not yet sent. */
  readonly rows: WaitingRows<T>;
  /** Calls of `flush` that wait for rows of this lane, oldest first. */
  readonly marks: LaneMark[] = [];
  readonly #settings: LaneSettings<T>;
  readonly #listener: LaneListener<T>;
  readonly #runners: Runner<T>[] = [];
  #timer: Timer | undefined;
  #isStopped = false;
  #isHurried = false;

  constructor(partition: unknown, rows: WaitingRows<T>, settings: LaneSettings<T>, listener: LaneListener<T>) {
    this.partition = partition;
    this.rows = rows;
    this.#settings = settings;
    this.#listener = listener;
  }

  /** Batches on their way. */
  get underWay(): readonly Delivery<T>[] {
    return this.#runners
      .flatMap(({ current, next }) => [current, next])
      .filter((delivery) => delivery !== undefined && delivery.left > 0) as Delivery<T>[]; // the filter's meaning
  }

  /** Whether it waits to send a batch again. */
  get isPausing(): boolean {
    return this.#runners.some(({ courier }) => courier.isPausing);
  }

  /** Whether no row is held. */
  get isEmpty(): boolean {
    return this.rows.size === 0 && !this.#runners.some(({ isDraining }) => isDraining);
  }

  /** When the oldest row held came; undefined without one. */
  get oldestAt(): number | undefined {
    const times = this.underWay.map(({ oldestAt }) => oldestAt);
    if (this.rows.first !== undefined) times.push(this.rows.first.oldestAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Number of the oldest row not settled; Infinity without one. */
  get oldestPending(): number {
    const { first } = this.rows;
    let oldest = first === undefined ? Infinity : first.firstSequence + first.head;
    for (const { current, next } of this.#runners) oldest = Math.min(oldest, sequenceOf(current), sequenceOf(next));
    return oldest;
  }

  /** Settles the flushes whose rows of this lane are all settled. */
  settleMarks(): void {
    if (this.marks.length === 0) return;
    const { oldestPending } = this;
    while (this.marks[0] !== undefined && this.marks[0].sequence < oldestPending) this.marks.shift()?.reached();
  }

  /** Starts sending when something is due; else sees to it that this is called again when something becomes so. */
  schedule(): void {
    if (this.#isStopped || this.#listener.isHeld()) return;
    const runner = this.#idleRunner();
    if (runner === undefined) return;
    const { first } = this.rows;
    if (first === undefined) this.#rest();
    else if (this.#isDue(first)) this.#startDraining(runner);
    else this.#arm(first);
  }

  /** Ends waits for the next try now and keeps later ones short. */
  hurry(): void {
    this.#isHurried = true;
    for (const { courier } of this.#runners) courier.hurry();
  }

  /** Sends nothing more. Resolves with the batches that are not settled, in order. */
  async stop(reason: unknown): Promise<Delivery<T>[]> {
    this.#isStopped = true;
    this.#disarm();
    for (const { courier } of this.#runners) courier.stop(reason);
    await Promise.all(this.#runners.map(({ draining }) => draining));
    const rest = this.underWay.toSorted((a, b) => a.sequence - b.sequence);
    for (let batch = this.rows.take(); batch !== undefined; batch = this.rows.take()) rest.push(batch);
    return rest;
  }

  #idleRunner(): Runner<T> | undefined {
    const idle = this.#runners.find(({ isDraining }) => !isDraining);
    if (idle !== undefined || this.#runners.length >= this.#settings.width) return idle;
    const runner = this.#newRunner();
    this.#runners.push(runner);
    return runner;
  }

  #newRunner(): Runner<T> {
    const listener = this.#listener;
    const courier = new Courier<T>(this.#settings, {
      onStored: (delivery, end, rejected) => listener.onStored(this, delivery, end, rejected),
      onGivenUp: (delivery, end, error) => listener.onGivenUp(this, delivery, end, error),
      supersede: (delivery) => listener.supersede(this, delivery),
      onFailure: (error, operation, count) => listener.onFailure(error, operation, count),
      takeNext: () => (runner.next ??= this.rows.take()),
    });
    if (this.#isHurried) courier.hurry();
    const runner: Runner<T> = {
      courier,
      current: undefined,
      next: undefined,
      isDraining: false,
      draining: Promise.resolve(),
    };
    return runner;
  }

  #arm(first: WaitingBatch<T>): void {
    const { ageClock, maxDelay } = this.#settings;
    if (maxDelay === Infinity) return;
    this.#timer ??= ageClock.setTimeout(
      () => {
        this.#timer = undefined;
        this.schedule();
      },
      Math.max(first.oldestAt + maxDelay - ageClock.now(), 0),
    );
  }

  /** Has nothing to send. */
  #rest(): void {
    this.#disarm();
    if (this.isEmpty) this.#listener.onEmpty(this);
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #isDue(batch: WaitingBatch<T>): boolean {
    const { ageClock, maxDelay } = this.#settings;
    if (batch.isSealed || this.#listener.isUrgent() || this.#isIdle) return true;
    return ageClock.now() >= batch.oldestAt + maxDelay;
  }

  get #isIdle(): boolean {
    return this.#settings.flushWhenIdle && this.underWay.length === 0;
  }

  #startDraining(runner: Runner<T>): void {
    this.#disarm();
    runner.isDraining = true;
    // Not at once: the caller's turn may add more rows, and must not run inside the sink.
    runner.draining = Promise.resolve().then(() => this.#drain(runner));
  }

  async #drain(runner: Runner<T>): Promise<void> {
    const { courier } = runner;
    while (!this.#isStopped) {
      // Leave first, then the rows: what comes while others send goes into the same batch.
      if (courier.mustEnter) await courier.enter();
      runner.current = this.#isStopped ? undefined : this.#takeDue(runner);
      if (runner.current === undefined) break;
      if (this.#settings.width > 1) this.schedule();
      await courier.deliver(runner.current);
      courier.leave();
      if (runner.current.left > 0) return; // The courier was stopped.
      runner.current = undefined;
    }
    courier.leave();
    runner.isDraining = false;
    this.schedule();
  }

  #takeDue(runner: Runner<T>): Delivery<T> | undefined {
    const { next } = runner;
    runner.next = undefined;
    if (next !== undefined && next.left > 0) return next;
    const { first } = this.rows;
    return first !== undefined && this.#isDue(first) ? this.rows.take() : undefined;
  }
}

/** Number of the oldest row of a batch under way that is not settled; Infinity without one. */
function sequenceOf(delivery: Delivery<unknown> | undefined): number {
  return delivery === undefined || delivery.left === 0 ? Infinity : delivery.sequence;
}
