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
  delivered = 0;
  dropped = 0;
  conflated = 0;
  discarded = 0;
  failed = 0;
  readonly #total: Tally | undefined;

  constructor(total?: Tally) {
    this.#total = total;
  }

  add(kind: keyof QueueCounts, count: number): void {
    this[kind] += count;
    this.#total?.add(kind, count);
  }
}
