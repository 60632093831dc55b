import { type DropMessage, DROPS } from '../core/diagnostics.js';

/** What became of values that went through queues. */
export interface QueueCounts {
  /** Handed to the handler, or taken from the stream. */
  delivered: number;
  /** Given up because the queue was full. */
  dropped: number;
  /** Replaced by a newer value. */
  conflated: number;
  /** Still waiting when the subscription ended. */
  discarded: number;
  /** Handler calls that threw or rejected. */
  failed: number;
}

/** Counts what became of values, for one subscription and at the same time for its hub. */
export class Tally implements QueueCounts {
  /** Handed to the handler from its queue, or taken from the stream. */
  delivered = 0;
  /** Given up because the queue was full, or because their conflation key could not be made. */
  dropped = 0;
  /** Replaced by a newer value, under `conflate` or `'latest'`. */
  conflated = 0;
  /** Still waiting when the subscription ended, or come after it. */
  discarded = 0;
  /** Handler calls that threw or rejected; they are part of the delivered ones. */
  failed = 0;
  readonly #topic: string | undefined;
  readonly #total: Tally | undefined;

  constructor(topic?: string, total?: Tally) {
    this.#topic = topic;
    this.#total = total;
  }

  // One method per kind: `this[kind] += count` is a search by name each time.

  /** Counts values handed to the handler, or taken from the stream. */
  deliver(count: number): void {
    this.delivered += count;
    if (this.#total !== undefined) this.#total.delivered += count;
  }

  /** Counts values given up. */
  drop(count = 1): void {
    this.dropped += count;
    if (this.#total !== undefined) this.#total.dropped += count;
    if (DROPS.hasSubscribers) DROPS.publish({ from: 'hub', topic: this.#topic, count } satisfies DropMessage);
  }

  /** Counts values replaced by newer ones. */
  conflate(count: number): void {
    this.conflated += count;
    if (this.#total !== undefined) this.#total.conflated += count;
  }

  /** Counts values that nobody will take. */
  discard(count: number): void {
    this.discarded += count;
    if (this.#total !== undefined) this.#total.discarded += count;
  }

  /** Counts a failed call. */
  fail(): void {
    this.failed++;
    if (this.#total !== undefined) this.#total.failed++;
  }
}
