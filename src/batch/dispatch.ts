import { randomUUID } from 'node:crypto';
import type { Timer } from '../core/clock.js';
import type { BatchSettings } from './batch-writer-options.js';
import { Courier, type Dispatcher } from './courier.js';
import type { Delivery } from './delivery.js';
import type { WaitingBatch } from './waiting-batch.js';
import type { WaitingRows } from './waiting-rows.js';

/** What the dispatch asks of and tells the writer. */
interface DispatchListener<T> extends Omit<Dispatcher<T>, 'takeNext'> {
  /** Whether batches are due whatever their age, because rows wait for room. */
  isUrgent(): boolean;
}

/** Hands one batch after the other to the courier, each when it is due. */
export class Dispatch<T> {
  /** The only sender: one batch is on its way at a time. */
  readonly courier: Courier<T>;
  readonly #settings: BatchSettings<T>;
  readonly #rows: WaitingRows<T>;
  readonly #listener: DispatchListener<T>;
  #current: Delivery<T> | undefined;
  /** A batch that was sent to learn whether the sink is up, and failed as well. */
  #next: Delivery<T> | undefined;
  #timer: Timer | undefined;
  #isDraining = false;
  #draining: Promise<void> = Promise.resolve();

  constructor(settings: BatchSettings<T>, rows: WaitingRows<T>, listener: DispatchListener<T>) {
    const { sink, ioClock: clock, timeout, retry } = settings;
    this.#settings = settings;
    this.#rows = rows;
    this.#listener = listener;
    this.courier = new Courier(
      {
        write: typeof sink === 'function' ? sink : (batch, context) => sink.write(batch, context),
        clock,
        timeout,
        retry,
        writerId: randomUUID(),
      },
      {
        onStored: (delivery, end, rejected) => listener.onStored(delivery, end, rejected),
        onGivenUp: (delivery, end, error) => listener.onGivenUp(delivery, end, error),
        supersede: (delivery) => listener.supersede(delivery),
        onFailure: (error, operation, count) => listener.onFailure(error, operation, count),
        takeNext: () => (this.#next ??= rows.take()),
      },
    );
  }

  /** The batch being sent, or waiting to be sent again. */
  get current(): Delivery<T> | undefined {
    return this.#current;
  }

  /** Number of the oldest row not settled; Infinity without one. */
  get oldestPending(): number {
    for (const delivery of [this.#current, this.#next]) {
      if (delivery !== undefined && delivery.left > 0) return delivery.sequence;
    }
    const { first } = this.#rows;
    return first === undefined ? Infinity : first.firstSequence + first.head;
  }

  /** Starts sending when something is due; else sees to it that this is called again when something becomes so. */
  schedule(): void {
    if (this.#isDraining) return;
    const { first } = this.#rows;
    if (first === undefined) this.#disarm();
    else if (this.#isDue(first)) this.#startDraining();
    else this.#arm(first);
  }

  /** Sends nothing more. Resolves with the batches that are not settled, in order. */
  async stop(reason: unknown): Promise<Delivery<T>[]> {
    this.courier.stop(reason);
    await this.#draining;
    this.#disarm();
    const rest = [this.#current, this.#next].filter((delivery) => delivery !== undefined);
    this.#current = undefined;
    this.#next = undefined;
    for (let batch = this.#rows.take(); batch !== undefined; batch = this.#rows.take()) rest.push(batch);
    return rest;
  }

  #arm(first: WaitingBatch<T>): void {
    const { clock, maxDelay } = this.#settings;
    if (maxDelay === Infinity) return;
    this.#timer ??= clock.setTimeout(
      () => {
        this.#timer = undefined;
        this.schedule();
      },
      first.oldestAt + maxDelay - clock.now(),
    );
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #isDue(batch: WaitingBatch<T>): boolean {
    const { clock, flushWhenIdle, maxDelay } = this.#settings;
    if (batch.isSealed || flushWhenIdle || this.#listener.isUrgent()) return true;
    return clock.now() >= batch.oldestAt + maxDelay;
  }

  #startDraining(): void {
    this.#disarm();
    this.#isDraining = true;
    // Not at once: the caller's turn may add more rows, and must not run inside the sink.
    this.#draining = Promise.resolve().then(() => this.#drain());
  }

  async #drain(): Promise<void> {
    for (let batch = this.#takeDue(); batch !== undefined; batch = this.#takeDue()) {
      this.#current = batch;
      await this.courier.deliver(batch);
      if (batch.left > 0) return; // The courier was stopped.
      this.#current = undefined;
    }
    this.#isDraining = false;
    this.schedule();
  }

  #takeDue(): Delivery<T> | undefined {
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined && next.left > 0) return next;
    const { first } = this.#rows;
    return first !== undefined && this.#isDue(first) ? this.#rows.take() : undefined;
  }
}
