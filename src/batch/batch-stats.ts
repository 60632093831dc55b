import type { JournalStats } from './journal/journal-stats.js';

/** A writer's counters. accepted = written + pending + deadLettered + dropped + coalesced, at every instant. */
export interface BatchStats {
  /** Rows taken by `add` and `write`, those dropped at once included. */
  readonly accepted: number;
  /** Rows turned away for want of room: `add` returned false or `write` rejected. Not part of `accepted`. */
  readonly refused: number;
  /** Rows held now, in flight included. */
  readonly pending: number;
  /** Rows the sink has stored. */
  readonly written: number;
  /** Sends of batches that had not been sent before. All sends are `batches + retries`. */
  readonly batches: number;
  /** Sends of rows that had been sent before: repeats, and the parts of a split batch. */
  readonly retries: number;
  /** Rows given up: refused by the sink, past the deadline, or left when `closeTimeout` ended. */
  readonly deadLettered: number;
  /** Rows given up for want of room ('drop-oldest', 'drop-newest'). */
  readonly dropped: number;
  /** Rows replaced by a newer one of the same key before they were sent. */
  readonly coalesced: number;
  /** Failures reported: of callbacks, and of sends whose attempts were used up. */
  readonly failures: number;
  /**
   * Median of the time from the arrival of a batch's oldest row until it was stored, in milliseconds of
   * `clock`, over the last 1 024 sends that passed. 0 before the first.
   */
  readonly delayP50: number;
  /** The same, 99th percentile. */
  readonly delayP99: number;
  /** Counters of the journal, if there is one. */
  readonly journal?: JournalStats;
}

/** Why a writer's rows are where they are. */
export interface BatchExplanation {
  /**
   * 'opening' waits for the journal, 'idle' holds nothing, 'collecting' waits for more rows or for their age, 'sending' waits for the sink,
   * 'retrying' waits to send a failed batch again, 'closed' takes no more rows.
   */
  readonly state: 'opening' | 'idle' | 'collecting' | 'sending' | 'retrying' | 'closed';
  /** Lanes that hold rows; without `partition` always 1. */
  readonly lanes: number;
  /** Rows that have not been sent. */
  readonly waiting: number;
  /** Rows of the batches that are being sent, or will be sent again. */
  readonly inFlight: number;
  /** `write` calls that wait for room. */
  readonly waitingForRoom: number;
  /** Age of the oldest row held, in milliseconds of `clock`. 0 when there is none. */
  readonly oldestAge: number;
  /** Sends made so far for the batch in flight, the most of several. */
  readonly attempts: number;
  /** Message of the latest send that failed. */
  readonly lastError: string | undefined;
}
