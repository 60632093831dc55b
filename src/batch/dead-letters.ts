import type { FailureReporter } from '../core/failures.js';
import type { BatchErrorContext } from './batch-writer-options.js';
import type { Delivery } from './delivery.js';
import type { FlushMarks } from './flush-marks.js';
import type { Lane } from './lane.js';

/** Where rows end that will not be written: at `deadLetter`, or without it with the flushes and `onError`. */
export class DeadLetters<T> {
  readonly #name: string;
  readonly #deadLetter: ((item: T, error: unknown) => void) | undefined;
  readonly #reporter: FailureReporter<BatchErrorContext>;
  readonly #flushes: FlushMarks;

  constructor(
    {
      name,
      deadLetter,
    }: { readonly name: string; readonly deadLetter?: ((item: T, error: unknown) => void) | undefined },
    reporter: FailureReporter<BatchErrorContext>,
    flushes: FlushMarks,
  ) {
    this.#name = name;
    this.#deadLetter = deadLetter;
    this.#reporter = reporter;
    this.#flushes = flushes;
  }

  /** Gives up one row of a batch that was sent. */
  bury(lane: Lane<T>, delivery: Delivery<T>, index: number, error: unknown): void {
    for (const settler of delivery.settlersOf(index)) settler.reject(error);
    if (this.#deadLetter !== undefined) return this.#hand(delivery.items.slice(index, index + 1), error);
    this.#flushes.fail(lane, delivery.sequenceAt(index), error);
    this.#reporter.report(error, { name: this.#name, operation: 'row', rows: 1 });
  }

  /** Tells those who wait for the rows left of several batches that they will not be written. Returns those rows. */
  rejectRest(deliveries: readonly Delivery<T>[], error: unknown): T[] {
    const rest: T[] = [];
    for (const delivery of deliveries) {
      for (let index = delivery.done; index < delivery.items.length; index++) {
        if (delivery.isStoredAt(index)) continue;
        rest.push(...delivery.items.slice(index, index + 1));
        for (const settler of delivery.settlersOf(index)) settler.reject(error);
      }
    }
    return rest;
  }

  /** Gives up rows at the end of the writer. */
  buryRest(rest: readonly T[], error: unknown): void {
    if (this.#deadLetter !== undefined) this.#hand(rest, error);
    else this.#reporter.report(error, { name: this.#name, operation: 'close', rows: rest.length });
  }

  #hand(items: readonly T[], error: unknown): void {
    const context: BatchErrorContext = { name: this.#name, operation: 'deadLetter', rows: 1 };
    for (const item of items) {
      try {
        this.#reporter.watch(this.#deadLetter?.(item, error), context);
      } catch (thrown) {
        this.#reporter.report(thrown, context);
      }
    }
  }
}
